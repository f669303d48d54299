"""Many students and times at once."""

import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.features import batch
from learnloop.features.schema import ContentHourly, StudentHourly

from .toy_log import ITEMS, NEEDS, at, did, log

ROSTER = pd.DataFrame({"student_id": ["bob", "ann", "eve"], "timezone": "UTC"})
ROWS = [
    did("posted", at(1), student_id="ann"),
    did("posted", at(8), student_id="ann"),
    did("replied", at(2), student_id="bob"),
]
ASKED = pd.DataFrame(
    {
        "student_id": ["bob", "ann", "ann", "eve", "ann"],
        "as_of": [at(7), at(14), at(7), at(7), at(7, 0.5)],
    }
)


def points(table: pd.DataFrame) -> list[tuple[str, pd.Timestamp, float]]:
    """Student, time and forum points of each row."""
    columns = ["student_id", "event_timestamp", "forum_participation_score"]
    return list(table[columns].itertuples(index=False, name=None))


def test_one_row_per_student_and_whole_hour_in_order() -> None:
    table = batch.student_hourly(log(ROWS), ROSTER, ITEMS, NEEDS, ASKED)
    StudentHourly.validate(table)
    assert points(table) == [
        ("ann", at(7), 1),
        ("ann", at(14), 2),
        ("bob", at(7), 0.5),
        ("eve", at(7), 0),
    ]


def test_students_in_pieces_give_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = batch.student_hourly(log(ROWS), ROSTER, ITEMS, NEEDS, ASKED)
    monkeypatch.setattr(batch, "STUDENTS_AT_ONCE", 2)
    pieces = batch.student_hourly(log(ROWS), ROSTER, ITEMS, NEEDS, ASKED)
    pd.testing.assert_frame_equal(whole, pieces)


def test_nobody_asked_gives_an_empty_table_that_fits_the_schema() -> None:
    table = batch.student_hourly(log(ROWS), ROSTER, ITEMS, NEEDS, ASKED.head(0))
    assert StudentHourly.validate(table).empty


def test_a_student_without_a_time_zone_is_named_as_a_fault_of_the_roster() -> None:
    with pytest.raises(DataError, match=r"students.*'timezone'.*1 students"):
        batch.student_hourly(log(ROWS), ROSTER.head(2), ITEMS, NEEDS, ASKED)


def test_content_counts_four_weeks_of_answers_of_learners_alone() -> None:
    rows = [
        did("answered", at(0, 1), content_id="q", correct=True, duration_s=10.0),
        did("answered", at(1), content_id="q", correct=False, duration_s=20.0),
        did("answered", at(1), content_id="q", correct=True, duration_s=90.0),
        did("answered", at(1), content_id="q", correct=False, student_id="bob"),
        did("answered", at(13, 23), content_id="p", correct=True),
    ]
    table = batch.content_hourly(log(rows), pd.Series(["ann"]))
    ContentHourly.validate(table)
    # The grid ends with the hour after the last answer: days 14 and 7.
    assert table["event_timestamp"].tolist() == [at(14), at(7), at(14)]
    q = table[table["content_id"] == "q"].iloc[-1]
    assert (q["attempts"], q["median_duration_s"]) == (3, 20)
    assert q["share_correct"] == pytest.approx(2 / 3)
    assert pd.isna(table["median_duration_s"].iloc[0])


def test_content_without_any_answer_has_no_rows() -> None:
    table = batch.content_hourly(log([did("posted", at(1))]), pd.Series(["ann"]))
    assert ContentHourly.validate(table).empty
