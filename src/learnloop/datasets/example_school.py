"""Writes a small school in the documented format: an example to read, copy and run."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

STUDENTS = 120
WEEKS = 10
START = pd.Timestamp("2026-01-12T00:00:00Z")
COURSES = {
    "algebra": ("integers", "fractions", "expressions", "equations", "inequalities", "graphs"),
    "biology": ("cells", "membranes", "genes", "inheritance", "evolution", "ecosystems"),
}
TYPES = ("video", "text", "interactive", "assessment", "assessment", "assessment")
VERBS = {"video": "watched", "text": "read", "interactive": "interacted"}
DEVICES = ("desktop", "tablet", "phone")


def write_example(
    folder: Path, seed: int = 2026, students: int = STUDENTS, weeks: int = WEEKS
) -> list[Path]:
    """Writes two courses, their students and some weeks of events as CSV.

    One student has not consented and one is under 13 without a parent's consent, to show
    that nothing learns from them. The same seed writes the same bytes.

    Args:
        folder: made if missing; files of the same names are replaced.
        seed: of everything that is drawn.
        students: how many; at least 8, as the 6th and the 8th are those two.
        weeks: how long the term is; the models need eight.

    Returns:
        The files.
    """
    rng = np.random.default_rng(seed)
    skills = _skills()
    content = _content(skills)
    roster = _students(students, rng)
    tables = {
        "skills": skills,
        "prerequisites": _prerequisites(),
        "content": content,
        "classes": _classes(),
        "students": roster,
        "protected_attributes": _protected(roster, rng),
        "events": _events(roster, content, weeks, rng),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, lineterminator="\n")
        paths.append(path)
    return paths


def _skills() -> pd.DataFrame:
    rows = [
        (f"{course}-{name}", course, name.capitalize(), position)
        for course, names in COURSES.items()
        for position, name in enumerate(names)
    ]
    return pd.DataFrame(rows, columns=["skill_id", "course_id", "name", "position"])


def _prerequisites() -> pd.DataFrame:
    rows = [
        (f"{course}-{later}", f"{course}-{earlier}")
        for course, names in COURSES.items()
        for earlier, later in pairwise(names)
    ]
    return pd.DataFrame(rows, columns=["skill_id", "requires_skill_id"])


def _content(skills: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "content_id": f"{skill['skill_id']}-{place + 1}",
            "course_id": skill["course_id"],
            "type": kind,
            "title": f"{skill['name']}, {kind} {place + 1}",
            "skill_ids": skill["skill_id"],
            "duration_s": {"video": 420, "text": 300, "interactive": 600}.get(kind, 90),
            "author_difficulty": 1 + (place + skill["position"]) % 5,
            "min_age": 0,
        }
        for skill in skills.to_dict("records")
        for place, kind in enumerate(TYPES)
    ]
    return pd.DataFrame(rows)


def _classes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "class_id": [f"{course}-a" for course in COURSES],
            "course_id": list(COURSES),
            "instructor_id": ["instructor-1", "instructor-2"],
            "tenant_id": "example-school",
        }
    )


def _students(count: int, rng: np.random.Generator) -> pd.DataFrame:
    young = np.arange(count) % 12 == 5
    table = pd.DataFrame(
        {
            "student_id": [f"{value:016x}" for value in rng.integers(2**62, size=count)],
            "tenant_id": "example-school",
            "class_ids": ";".join(f"{course}-a" for course in COURSES),
            "timezone": "Europe/Berlin",
            "enrolled_at": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "cohort": "learn",
            "under_13": young,
            "parental_consent": young,
            "learning_consent": True,
            "content_ceiling": np.where(young, 12, 18),
        }
    )
    table.loc[5, "parental_consent"] = False
    table.loc[7, "learning_consent"] = False
    return table


def _protected(students: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    def drawn(*groups: str) -> list[str]:
        return [groups[place] for place in rng.integers(len(groups), size=len(students))]

    return pd.DataFrame(
        {
            "student_id": students["student_id"],
            "gender": drawn("female", "male"),
            "ethnicity": drawn("group_a", "group_b"),
            "income_band": drawn("low", "middle", "high"),
            "disability": drawn("none", "none", "none", "declared"),
            "age_band": np.where(students["under_13"], "under_13", "13_17"),
        }
    )


def _events(
    students: pd.DataFrame, content: pd.DataFrame, weeks: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Sessions on most days of the week, in which answers get better with the weeks."""
    rows: list[dict[str, object]] = []
    items = content.to_dict("records")
    for student in students["student_id"]:
        ability, keenness = rng.normal(), rng.uniform(0.2, 0.7)
        for day in np.flatnonzero(rng.random(7 * weeks) < keenness):
            hour = pd.Timedelta(hours=float(rng.uniform(8, 18)), days=int(day))
            chance = 1 / (1 + np.exp(-(ability + 0.02 * day)))
            rows += _session(student, START + hour, items, chance, rng)
    table = pd.DataFrame(rows).sort_values("occurred_at", kind="stable", ignore_index=True)
    table.insert(0, "event_id", [f"{value:032x}" for value in range(1, len(table) + 1)])
    times = table["occurred_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    counts = {name: table[name].astype("Int64") for name in ("duration_s", "hints_used")}
    return table.assign(occurred_at=times, **counts)


def _session(
    student: str,
    start: pd.Timestamp,
    items: list[dict[Any, Any]],
    chance: float,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    shared = {
        "student_id": student,
        "session_id": f"{student}-{start:%Y%m%d%H%M}",
        "device": DEVICES[rng.integers(len(DEVICES))],
    }
    opened = {"verb": "opened_session", "content_id": None, "duration_s": None}
    rows: list[dict[str, object]] = [{"occurred_at": start.floor("s"), **shared, **opened}]
    now = start.floor("s")
    first = int(rng.integers(len(items) - 6))
    chosen = items[first : first + int(rng.integers(3, 7))]
    for item in chosen:
        spent = int(item["duration_s"] * rng.uniform(0.5, 1.5))
        now += pd.Timedelta(seconds=spent)
        answered = item["type"] == "assessment"
        rows.append(
            {
                "occurred_at": now,
                **shared,
                "verb": VERBS.get(item["type"], "answered"),
                "content_id": item["content_id"],
                "correct": str(bool(rng.random() < chance)).lower() if answered else None,
                "duration_s": spent,
                "progress": None if answered else round(float(rng.uniform(0.4, 1)), 2),
                "hints_used": int(rng.integers(3)) if answered else None,
            }
        )
    if rng.random() < 0.2:
        verb = ("posted", "replied", "collaborated")[rng.integers(3)]
        later = now + pd.Timedelta(minutes=2)
        rows.append({"occurred_at": later, **shared, "verb": verb, "duration_s": 120})
    return rows
