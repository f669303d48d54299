import ibis
import numpy as np
import pandas as pd
import pytest

from learnloop.intervene.activity import count_weeks, own_anomaly
from learnloop.intervene.schema import WeeklyActivity

START = pd.Timestamp("2025-09-01", tz="UTC")


def events(*rows: tuple[str, str, str, bool | None]) -> ibis.Table:
    table = pd.DataFrame(rows, columns=["student_id", "occurred_at", "verb", "correct"])
    table["occurred_at"] = pd.to_datetime(
        table["occurred_at"], utc=True, format="ISO8601"
    ).astype("datetime64[us, UTC]")
    table["correct"] = table["correct"].astype("boolean")
    return ibis.memtable(table)


@pytest.fixture
def snapshots() -> pd.DataFrame:
    weeks = pd.DataFrame({"student_id": ["a", "a", "b", "b"], "week": [1, 2, 1, 2]})
    moments = (START + weeks["week"] * pd.Timedelta(days=7)).astype("datetime64[us, UTC]")
    return weeks.assign(as_of=moments, split="train")


def test_each_week_counts_its_own_events_and_no_openings(snapshots: pd.DataFrame) -> None:
    log = events(
        ("a", "2025-09-01T00:00:00", "opened_session", None),
        ("a", "2025-09-01T00:01:00", "watched", None),
        ("a", "2025-09-03T10:00:00", "answered", True),
        ("a", "2025-09-03T10:01:00", "answered", False),
        ("a", "2025-09-09T10:00:00", "posted", None),
        ("b", "2025-09-14T23:59:59", "read", None),
    )
    counted = count_weeks(log, snapshots)
    WeeklyActivity.validate(counted)
    assert counted["learning_events"].tolist() == [3, 1, 0, 1]
    assert counted["answers"].tolist() == [2, 0, 0, 0]
    assert counted["correct"].tolist() == [1, 0, 0, 0]


def test_an_event_at_the_moment_of_the_snapshot_is_not_in_its_past(
    snapshots: pd.DataFrame,
) -> None:
    log = events(
        ("a", "2025-09-07T23:59:59.999999", "read", None),
        ("a", "2025-09-08T00:00:00", "watched", None),
    )
    counted = count_weeks(log, snapshots).query("student_id == 'a'")
    assert counted["learning_events"].tolist() == [1, 1]


def test_a_week_that_the_log_does_not_reach_is_not_observed(snapshots: pd.DataFrame) -> None:
    log = events(("a", "2025-09-13T10:00:00", "read", None))
    assert count_weeks(log, snapshots)["observed"].tolist() == [True, False, True, False]


def test_the_log_covers_the_whole_of_its_last_day(snapshots: pd.DataFrame) -> None:
    log = events(("a", "2025-09-14T08:00:00", "read", None))
    assert count_weeks(log, snapshots)["observed"].all()


def test_a_steady_student_who_stops_is_far_from_the_own_usual() -> None:
    # median 16, no deviation, so a spread of sqrt(16) = 4: (4 - 16) / 4 = -3
    assert own_anomaly(np.array([[16.0, 16.0, 16.0, 4.0]])) == pytest.approx([-3.0])


def test_a_student_who_always_varies_is_judged_by_the_own_spread() -> None:
    # median 20, MAD 10: (10 - 20) / 14.826 = -0.6745, the constant of the modified z
    found = own_anomaly(np.array([[10.0, 20.0, 30.0, 10.0]]))
    assert found == pytest.approx([-0.6745], abs=1e-4)


def test_a_student_of_two_weeks_has_no_usual_yet() -> None:
    assert own_anomaly(np.array([[30.0, 0.0]])) == pytest.approx([0.0])
