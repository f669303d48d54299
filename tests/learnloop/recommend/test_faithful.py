"""Reasons are true: without the event that is named, in the log, the item falls.

Nothing of the first answer is used again. The event is taken out of the log, the snapshot
is assembled anew from what is left, and the whole list is made anew. What a student is
believed to know stays as it was: it is another model's.
"""

from functools import cache

import ibis
import numpy as np
import pandas as pd

from learnloop.recommend import ContentRecommender, LogSettings, RecommenderSettings, assemble

from .toy_course import course, followers

START = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")
MOMENT, STUDENTS = 28, 200
Log = dict[str, dict[str, float]]
"""Day of the one event with each item, by student."""


@cache
def model() -> ContentRecommender:
    settings = RecommenderSettings(factors=3, iterations=8, prerequisite_threshold=0.4)
    return ContentRecommender(course(), settings).fit(followers(60))


@cache
def log() -> Log:
    rng = np.random.default_rng(3)
    return {
        f"s{n:03d}": {
            str(item): float(rng.uniform(0, MOMENT))
            for item in rng.choice(course().content_ids[:8], rng.integers(2, 7), replace=False)
        }
        for n in range(STUDENTS)
    }


def beliefs(student: str) -> list[float]:
    return np.random.default_rng(int(student[1:4])).uniform(0.3, 0.9, 3).tolist()  # type: ignore[no-any-return]


def snapshots_of(history: Log) -> pd.DataFrame:
    """The log as the pipeline reads it; a training student tells how long the term is."""
    students = [*history, "trained"]
    events = [(s, item, days) for s, items in history.items() for item, days in items.items()]
    table = pd.DataFrame(events, columns=["student_id", "content_id", "days"])
    at = START + pd.to_timedelta(table.pop("days"), unit="D")
    features = pd.DataFrame(
        [(s, "test", MOMENT // 7, beliefs(s)) for s in history]
        + [("trained", "train", week, [0.5] * 3) for week in (2, 4, 6)],
        columns=["student_id", "split", "week", "student_mastery_scores"],
    )
    as_of = START + pd.to_timedelta(features.pop("week") * 7, unit="D")
    made = assemble(
        ibis.memtable(
            table.assign(
                event_id=[f"e{n}" for n in range(len(table))],
                occurred_at=at.astype("datetime64[us, UTC]"),
                verb="read",
                progress=1.0,
                correct=pd.array([None] * len(table), dtype="boolean"),
            )
        ),
        features.assign(
            as_of=as_of.astype("datetime64[us, UTC]"), content_type_preference="text"
        ),
        pd.DataFrame(
            {"student_id": students, "class_ids": [["class-0"]] * len(students)}
        ).assign(enrolled_at=START),
        pd.DataFrame({"class_id": ["class-0"], "course_id": ["course"]}),
        pd.DataFrame({"student_id": students, "content_ceiling": 18}),
        LogSettings(),
    )
    return made[made["split"] == "test"]


def without(student: str, item: str) -> tuple[str, dict[str, float]]:
    """The student's log without the event, under a name of its own."""
    left = {other: days for other, days in log()[student].items() if other != item}
    return f"{student}-{item}", left


@cache
def falls() -> pd.DataFrame:
    """One row per place that names an event: by how much ln(score) falls, from the logs,
    without that event and without another one; infinite where the item is not listed."""
    asked = snapshots_of(log())
    places = []
    for n, student in enumerate(asked["student_id"]):
        for place in model().answer(asked.iloc[[n]]):
            if place.reasons[0].kind == "event":
                named = place.reasons[0].content_id
                others = sorted(item for item in log()[student] if item != named)
                places.append((student, place.content_id, place.score, named, others[0]))
    table = pd.DataFrame(places, columns=["student", "item", "score", "named", "other"])
    events = {*zip(table["student"], table["named"], strict=True)}
    events |= {*zip(table["student"], table["other"], strict=True)}
    again = snapshots_of(dict(without(*event) for event in sorted(events)))
    lists = model().predict(again).set_index(again["student_id"])
    scores = {
        student: dict(zip(told["content_ids"], told["scores"], strict=True))
        for student, told in lists.iterrows()
    }
    for name in ("named", "other"):
        left = [
            scores[f"{row.student}-{getattr(row, name)}"].get(row.item, 0.0)
            for row in table.itertuples()
        ]
        with np.errstate(divide="ignore"):
            table[f"fall_without_{name}"] = np.log(table["score"]) - np.log(left)
    return table


def test_of_two_hundred_students_half_are_told_of_an_event() -> None:
    assert falls()["student"].nunique() > 0.5 * STUDENTS
    assert len(falls()) > STUDENTS


def test_without_the_event_behind_it_an_item_falls() -> None:
    assert (falls()["fall_without_named"] > 0).mean() >= 0.98


def test_without_another_event_it_falls_less() -> None:
    named, other = (falls()[f"fall_without_{name}"].clip(-9, 9) for name in ("named", "other"))
    assert (named >= other).mean() > 0.95
