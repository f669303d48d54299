"""One row per student at one week, from tables that can be read by eye."""

import pandas as pd

from learnloop.governance.drift_columns import DriftColumns, spread_arrays, student_columns


def at(day: int) -> pd.Timestamp:
    return pd.Timestamp(f"2025-09-{day:02d}", tz="UTC").as_unit("us")


def times(*days: int) -> pd.Series:
    return pd.Series([at(day) for day in days], dtype="datetime64[us, UTC]")


SNAPSHOTS = pd.DataFrame(
    {
        "student_id": ["old", "new", "new", "learner"],
        "as_of": times(8, 8, 15, 8),
        "week": [1, 1, 2, 1],
        "split": ["reference", "audit", "audit", "train"],
    }
)
HOURLY = pd.DataFrame(
    {
        "student_id": ["old", "new", "new", "learner"],
        "event_timestamp": times(8, 7, 15, 8),
        "device_type": ["phone", "tablet", "desktop", "phone"],
    }
)
MASTERY = pd.DataFrame(
    {
        "student_id": ["old", "new"],
        "event_timestamp": times(8, 8),
        "student_mastery_scores": [[0.2, 0.4], [0.6, 0.8]],
        "skills_version": "v",
        "model_version": "v",
    }
)
ATTEMPTS = pd.DataFrame(
    {
        "student_id": ["new", "new", "new"],
        "skill_id": ["a", "a", "b"],
        "correct": [True, False, True],
        "occurred_at": times(2, 3, 9),
    }
)


def test_each_term_has_its_students_as_they_were_at_the_week() -> None:
    found = student_columns(SNAPSHOTS, [HOURLY, MASTERY], ATTEMPTS, 1)
    assert DriftColumns.validate(found).drop(columns="share_correct").to_dict("list") == {
        "student_id": ["new", "old"],
        "window": ["current", "reference"],
        "device_type": ["tablet", "phone"],
        "student_mastery_scores[0]": [0.6, 0.2],
        "student_mastery_scores[1]": [0.8, 0.4],
        "answers": [2, 0],
        "skills_tried": [1, 0],
    }
    assert found["share_correct"][0] == 0.5
    assert pd.isna(found["share_correct"][1])


def test_students_in_training_are_left_out() -> None:
    found = student_columns(SNAPSHOTS, [HOURLY, MASTERY], ATTEMPTS, 1)
    assert "learner" not in set(found["student_id"])


def test_nothing_from_after_the_week_is_seen() -> None:
    found = student_columns(SNAPSHOTS, [HOURLY, MASTERY], ATTEMPTS, 1).set_index("student_id")
    assert found.loc["new", "answers"] == 2
    assert found.loc["new", "device_type"] == "tablet"


def test_an_array_that_one_student_lacks_is_null_there() -> None:
    table = pd.DataFrame({"mastery": [[0.1, 0.2], None]})
    spread = spread_arrays(table)
    assert list(spread.columns) == ["mastery[0]", "mastery[1]"]
    assert spread["mastery[0]"].isna().tolist() == [False, True]
