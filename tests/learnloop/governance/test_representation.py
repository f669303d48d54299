"""Whom the training data represents, on a school that can be counted."""

from datetime import UTC, datetime

import ibis
import pandas as pd
import pytest

from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.representation import (
    StudentActivity,
    describe_representation,
    student_activity,
    wilson_interval,
)

SETTINGS = FairnessSettings(minimum_students=2)


def school(red_in_training: int) -> tuple[pd.DataFrame, ...]:
    """200 students, half red; 100 train, of them `red_in_training` red."""
    names = [f"s{i:03d}" for i in range(200)]
    protected = pd.DataFrame({"student_id": names, "team": ["red"] * 100 + ["blue"] * 100})
    students = pd.DataFrame({"student_id": names, "cohort": "learn"})
    trained = names[:red_in_training] + names[100 : 200 - red_in_training]
    splits = pd.DataFrame({"student_id": trained, "split": "train"})
    activity = pd.DataFrame(
        {"student_id": trained, "events": 10, "answers": 4, "active_days": 2}
    )
    return protected, students, splits, activity


def test_wilson_intervals_are_the_published_ones() -> None:
    # Newcombe 1998, table I: 81 of 263 and 0 of 20, 95 %.
    assert wilson_interval(81, 263, 1.959964) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(0, 20, 1.959964) == pytest.approx((0.0, 0.1611), abs=1e-4)


def test_a_group_that_is_missing_from_training_is_named() -> None:
    found = describe_representation(*school(10), SETTINGS)["attributes"]["team"]
    assert found["red"]["train"]["share"] == pytest.approx(0.1)
    assert found["red"]["school"]["share"] == pytest.approx(0.5)
    assert found["red"]["represented"] == "fewer than in the school"
    assert found["blue"]["represented"] == "more than in the school"


def test_equal_shares_are_as_in_the_school() -> None:
    found = describe_representation(*school(50), SETTINGS)["attributes"]["team"]
    assert {group["represented"] for group in found.values()} == {"as in the school"}
    assert found["red"]["activity"]["answers"] == {"value": 4.0, "low": 4.0, "high": 4.0}


def test_students_of_an_earlier_term_are_not_the_school() -> None:
    protected, students, splits, activity = school(50)
    students.loc[100:, "cohort"] = "reference"
    found = describe_representation(protected, students, splits, activity, SETTINGS)
    assert found["students"]["school"] == 100


def test_unknown_attributes_are_counted() -> None:
    protected, students, splits, activity = school(50)
    found = describe_representation(protected.iloc[1:], students, splits, activity, SETTINGS)
    assert found["students"]["train_unknown"] == 1
    assert found["students"]["school_unknown"] == 1


def test_without_protected_attributes_nothing_is_claimed() -> None:
    protected, students, splits, activity = school(50)
    found = describe_representation(protected.iloc[:0], students, splits, activity, SETTINGS)
    assert found["attributes"] == {}


def test_activity_counts_events_answers_and_days() -> None:
    monday, tuesday = datetime(2025, 9, 1, 8, tzinfo=UTC), datetime(2025, 9, 2, 8, tzinfo=UTC)
    events = ibis.memtable(
        pd.DataFrame(
            {
                "student_id": ["b", "a", "a", "a"],
                "verb": ["read", "answered", "watched", "answered"],
                "occurred_at": [monday, monday, monday, tuesday],
            }
        )
    )
    found = StudentActivity.validate(student_activity(events))
    assert found.to_numpy().tolist() == [["a", 3, 2, 2], ["b", 1, 0, 1]]
