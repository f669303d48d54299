"""A course of three skills, each needing the one before, and students who follow it."""

import numpy as np
import pandas as pd

from learnloop.recommend import Catalogue

SKILLS = ("a", "b", "c")
KINDS = ("video", "text", "assessment", "assessment")
NAMES = ("film", "page", "q1", "q2")
NOW = pd.Timestamp("2025-10-01", tz="UTC").as_unit("us")


def item_table() -> pd.DataFrame:
    """Items a-film, a-page, a-q1, a-q2, b-film …; c-film is for 16 and older."""
    rows = [
        {
            "content_id": f"{skill}-{name}",
            "course_id": "course",
            "type": kind,
            "title": f"{name} about {skill}",
            "skill_ids": [skill],
            "duration_s": 300.0 if kind != "assessment" else 60.0,
            "author_difficulty": 3,
            "min_age": 16 if (skill, name) == ("c", "film") else 0,
        }
        for skill in SKILLS
        for kind, name in zip(KINDS, NAMES, strict=True)
    ]
    return pd.DataFrame(rows)


def skill_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "skill_id": SKILLS,
            "course_id": "course",
            "name": [f"Skill {s}" for s in SKILLS],
            "position": range(3),
        }
    )


def prerequisite_table() -> pd.DataFrame:
    return pd.DataFrame({"skill_id": ["b", "c"], "requires_skill_id": ["a", "b"]})


def difficulty_table() -> pd.DataFrame:
    ids = [f"{skill}-{q}" for skill in SKILLS for q in ("q1", "q2")]
    return pd.DataFrame(
        {"content_id": ids, "difficulty": [-0.5, 0.5] * 3, "discrimination": 1.0}
    )


def course() -> Catalogue:
    return Catalogue.from_tables(
        item_table(), skill_table(), prerequisite_table(), difficulty_table()
    )


def snapshot(
    student: str = "s",
    history: tuple[str, ...] = (),
    *,
    week: int = 4,
    split: str = "test",
    mastery: tuple[float, ...] = (0.5, 0.5, 0.5),
    ceiling: int = 18,
    unfinished: tuple[str, ...] = (),
    due: tuple[str, ...] = (),
    days: tuple[float, ...] = (),
    taken: tuple[str, ...] = (),
    courses: tuple[str, ...] = ("course",),
    class_id: str = "class-1",
) -> dict[str, object]:
    """One row of LearnerSnapshots."""
    ago = list(days) or [7.0] * len(history)
    return {
        "student_id": student,
        "split": split,
        "as_of": NOW + pd.Timedelta(days=7 * week),
        "week": week,
        "course_ids": list(courses),
        "class_ids": [class_id],
        "content_ceiling": ceiling,
        "mastery": list(mastery),
        "type_preference": None,
        "history_content": list(history),
        "history_events": [1.0] * len(history),
        "history_first_days": ago,
        "history_last_days": ago,
        "history_finished": [item not in unfinished for item in history],
        "history_due": [item in due for item in history],
        "taken": list(taken),
    }


def snapshots(*rows: dict[str, object]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows))
    return table.assign(as_of=table["as_of"].astype("datetime64[us, UTC]"))


def followers(students: int = 30, seed: int = 1, split: str = "train") -> pd.DataFrame:
    """Students who take up the next skill's items every two weeks, most of them.

    At week 2 they have done skill a and go on to b, at week 4 to c, at week 6 nothing.
    """
    rng = np.random.default_rng(seed)
    names = {s: [f"{s}-{n}" for n in NAMES] for s in SKILLS}
    rows = []
    for i in range(students):
        done = {s: [n for n in names[s] if rng.random() < 0.8] for s in SKILLS}
        for week in (2, 4, 6):
            behind = SKILLS[: week // 2]
            ahead = SKILLS[week // 2 : week // 2 + 1]
            history = [n for s in behind for n in done[s]]
            ago = [week * 7.0 - 14 * SKILLS.index(n[0]) - 3 for n in history]
            rows.append(
                snapshot(
                    f"{split}-{i:02d}",
                    tuple(history),
                    week=week,
                    split=split,
                    mastery=tuple(0.8 if s in behind else 0.3 for s in SKILLS),
                    days=tuple(ago),
                    taken=tuple(n for s in ahead for n in done[s]),
                    class_id=f"class-{i % 2}",
                )
            )
    return snapshots(*rows)
