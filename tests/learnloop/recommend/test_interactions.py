"""What is read from the log: only the past before the moment, only the horizon after."""

import ibis
import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.recommend import LogSettings, assemble
from learnloop.recommend.interactions import decision_moments, histories
from learnloop.recommend.schema import LearnerSnapshots

START = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")
SETTINGS = LogSettings()


def day(number: float) -> pd.Timestamp:
    return START + pd.Timedelta(days=number)


def log(*rows: tuple[str, float, str, str | None, float | None, bool | None]) -> ibis.Table:
    """Events: student, day, verb, item, progress, correct."""
    table = pd.DataFrame(
        list(rows), columns=["student_id", "day", "verb", "content_id", "progress", "correct"]
    )
    return ibis.memtable(
        table.assign(
            event_id=[f"e{i}" for i in range(len(table))],
            occurred_at=[day(d) for d in table.pop("day")],
            progress=table["progress"].astype("float64"),
            correct=table["correct"].astype("boolean"),
        )
    )


def moments(number: float = 14) -> pd.DataFrame:
    return pd.DataFrame({"student_id": ["s"], "week": [2], "as_of": [day(number)]})


def read(events: ibis.Table) -> dict[str, object]:
    found = histories(events, moments(), SETTINGS)
    return {
        name: list(value)
        for name, value in found.drop(columns=["student_id", "week"]).iloc[0].items()
    }


def test_each_item_touched_before_the_moment_is_one_entry() -> None:
    found = read(
        log(
            ("s", 2, "watched", "film", 0.5, None),
            ("s", 4, "watched", "film", 0.95, None),
            ("s", 13, "read", "page", 0.3, None),
        )
    )
    assert found["history_content"] == ["film", "page"]
    assert found["history_events"] == [2.0, 1.0]
    assert found["history_first_days"] == [12.0, 1.0]
    assert found["history_last_days"] == [10.0, 1.0]
    assert found["history_finished"] == [True, False]
    assert found["taken"] == []


def test_an_event_at_the_very_moment_belongs_to_the_future() -> None:
    found = read(log(("s", 14, "read", "page", 1.0, None)))
    assert found["history_content"] == []
    assert found["taken"] == ["page"]


def test_what_happens_after_the_horizon_is_not_an_outcome() -> None:
    found = read(log(("s", 27.75, "read", "page", 1, None), ("s", 28, "read", "late", 1, None)))
    assert found["taken"] == ["page"]


def test_no_later_event_changes_the_history() -> None:
    past = ("s", 3, "answered", "q", None, True)
    future = ("s", 15, "answered", "q", None, False)
    alone, both = read(log(past)), read(log(past, future))
    assert {k: v for k, v in alone.items() if k != "taken"} == {
        k: v for k, v in both.items() if k != "taken"
    }


@pytest.mark.parametrize(
    ("answers", "due"),
    [
        ([(10, False)], True),
        ([(10, True)], False),
        ([(9, False), (10, True)], False),
        ([(9, True), (10, False)], True),
    ],
)
def test_a_question_is_due_when_its_last_answer_was_wrong(
    answers: list[tuple[int, bool]], due: bool
) -> None:
    found = read(log(*(("s", d, "answered", "q", None, right) for d, right in answers)))
    assert found["history_due"] == [due]
    assert found["history_finished"] == [True]


def test_a_solved_question_is_due_again_after_the_review_days() -> None:
    events = log(("s", 1, "answered", "q", None, True))
    soon = histories(events, moments(1 + SETTINGS.review_days - 1), SETTINGS)
    later = histories(events, moments(1 + SETTINGS.review_days), SETTINGS)
    assert [list(table["history_due"][0]) for table in (soon, later)] == [[False], [True]]


def test_forum_posts_and_sessions_are_no_history() -> None:
    found = histories(
        log(
            ("s", 2, "posted", "film", None, None), ("s", 3, "opened_session", None, None, None)
        ),
        moments(),
        SETTINGS,
    )
    assert found.empty


def roster(cohort: str = "learn") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": ["s", "t"],
            "tenant_id": "t",
            "class_ids": [["k2", "k1"], ["k1"]],
            "timezone": "UTC",
            "enrolled_at": START,
            "cohort": cohort,
        }
    )


CLASSES = pd.DataFrame({"class_id": ["k1", "k2"], "course_id": ["maths", "physics"]})


def weekly_features(weeks: int, splits: tuple[str, str] = ("train", "test")) -> pd.DataFrame:
    rows = [
        {"student_id": student, "as_of": day(7 * week), "split": split}
        for student, split in zip(("s", "t"), splits, strict=True)
        for week in range(1, weeks + 1)
    ]
    table = pd.DataFrame(rows).astype({"as_of": "datetime64[us, UTC]"})
    return table.assign(
        student_mastery_scores=[np.array([0.5, 0.6])] * len(rows), content_type_preference=None
    )


def test_all_are_asked_two_weeks_before_the_end_and_training_students_earlier_too() -> None:
    found = decision_moments(weekly_features(12), roster(), SETTINGS)
    asked = found.groupby("student_id")["week"].agg(list).to_dict()
    assert asked == {"s": [4, 6, 8, 10], "t": [10]}


def test_validation_students_are_asked_as_early_as_those_learned_from() -> None:
    features = weekly_features(12, ("train", "validation"))
    asked = decision_moments(features, roster(), SETTINGS).groupby("student_id")["week"]
    assert asked.agg(list).to_dict() == {"s": [4, 6, 8, 10], "t": [4, 6, 8, 10]}


def test_students_of_an_earlier_term_are_not_asked() -> None:
    features = weekly_features(12, ("train", "reference"))
    assert set(decision_moments(features, roster(), SETTINGS)["student_id"]) == {"s"}


def test_a_term_too_short_to_learn_from_is_refused() -> None:
    with pytest.raises(DataError, match="at least 5 weekly snapshots"):
        decision_moments(weekly_features(2), roster(), SETTINGS)


def test_the_snapshots_keep_their_schema_and_deny_who_has_no_eligibility() -> None:
    eligibility = pd.DataFrame({"student_id": ["s"], "content_ceiling": [12]})
    table = assemble(
        log(("s", 6, "watched", "film", 1.0, None)),
        weekly_features(12),
        roster(),
        CLASSES,
        eligibility,
        SETTINGS,
    )
    LearnerSnapshots.validate(table)
    assert table.groupby("student_id")["content_ceiling"].first().to_dict() == {
        "s": 12,
        "t": -1,
    }
    assert table["course_ids"].to_list()[0] == ["maths", "physics"]
    assert [list(h) for h in table["history_content"]] == [["film"]] * 4 + [[]]
