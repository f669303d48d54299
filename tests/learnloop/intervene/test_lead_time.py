from collections.abc import Iterable

import pandas as pd
import pytest

from learnloop.intervene.lead_time import measure_lead_time

START = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")


def at(day: int | None) -> pd.Timestamp:
    return pd.NaT if day is None else START + pd.Timedelta(days=day)


def scores(
    flags: dict[str, str], baseline: dict[str, list[float]] | None = None
) -> pd.DataFrame:
    """A row per letter, at days 7, 14, ...: `x` is a flag, `.` is none."""
    rows = [
        {
            "student_id": student,
            "as_of": at(7 * week),
            "flagged": mark == "x",
            "baseline_risk": baseline[student][week - 1] if baseline else 0.5,
        }
        for student, marks in flags.items()
        for week, mark in enumerate(marks, start=1)
    ]
    return pd.DataFrame(rows)


def truth(**spells: tuple[int | None, int | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": list(spells),
            "struggling_from": moments(start for start, _ in spells.values()),
            "lost_at": moments(end for _, end in spells.values()),
        }
    )


def moments(days: Iterable[int | None]) -> pd.DatetimeIndex:
    return pd.to_datetime([at(day) for day in days], utc=True).as_unit("us")


def values(found: dict[str, dict[str, float]]) -> dict[str, float]:
    return {name: estimate["value"] for name, estimate in found.items()}


def test_a_flag_counts_from_the_beginning_of_the_struggle_to_the_loss() -> None:
    # a: flagged on day 7, before, and on day 21, 5 days early; b: only before;
    # c: at the very moment it began, 12 days early; d: when already lost
    given = scores({"a": "x.x.", "b": "x...", "c": ".xx.", "d": "...x", "e": "...."})
    known = truth(a=(20, 26), b=(10, 26), c=(14, 26), d=(14, 28), e=(None, None))
    found = values(measure_lead_time(given, known))
    assert found["lost_flagged_while_struggling"] == pytest.approx(0.5)
    assert found["lead_days_while_struggling_median"] == pytest.approx(5.0)
    assert found["never_lost_flagged"] == 0.0


def test_who_is_lost_without_a_struggle_could_not_be_flagged_in_time() -> None:
    given = scores({"a": "xxxx", "b": "xxxx", "c": "...."})
    found = values(measure_lead_time(given, truth(a=(10, 26), b=(None, 26), c=(None, None))))
    assert found["lost_scored_while_struggling"] == 0.5
    assert found["lost_flagged_while_struggling"] == 0.5


def test_random_flags_cost_as_many_false_alarms_as_the_trigger() -> None:
    # 1 of 2 stayers flagged in 2 rows: 1 - (1 - p)^2 = 1/2, so p = 1 - sqrt(1/2); the
    # lost student's one row in time is flagged with chance p
    given = scores({"a": "xx", "b": "x.", "c": ".."})
    found = values(measure_lead_time(given, truth(a=(10, 26), b=(None, None), c=(2, None))))
    assert found["never_lost_flagged"] == 0.5
    expected = 1 - 0.5**0.5
    assert found["lost_flagged_while_struggling_by_random_flags"] == pytest.approx(expected)
    assert found["lead_days_while_struggling_median_by_random_flags"] == pytest.approx(12.0)


def test_last_weeks_activity_flags_as_many_who_stay_as_the_trigger() -> None:
    # one of the two who stayed may be flagged: every row above c's .6 and, at the edge,
    # b's .8; of the lost, d has such a row in time and a has not
    risk = {"a": [0.9, 0.5], "b": [0.8, 0.1], "c": [0.6, 0.1], "d": [0.1, 0.9]}
    given = scores({"a": ".x", "b": "x.", "c": "..", "d": ".."}, risk)
    known = truth(a=(10, 26), b=(None, None), c=(None, None), d=(10, 24))
    found = values(measure_lead_time(given, known))
    name = "lost_flagged_while_struggling_by_last_week_activity"
    assert found[name] == pytest.approx(0.5, abs=1e-6)
    assert found["lost_flagged_while_struggling"] == 0.5


def test_rows_of_equal_activity_share_the_flags_out() -> None:
    # all alike: the draw at the edge is the same as flagging at random
    given = scores({"a": "xx", "b": "x.", "c": ".."})
    found = values(measure_lead_time(given, truth(a=(10, 26), b=(None, None), c=(2, None))))
    assert found["lost_flagged_while_struggling_by_last_week_activity"] == pytest.approx(
        found["lost_flagged_while_struggling_by_random_flags"]
    )


def test_nothing_is_said_where_nobody_was_lost_or_nothing_is_known() -> None:
    given = scores({"a": "xx"})
    assert measure_lead_time(given, truth(a=(3, None))) == {}
    assert measure_lead_time(given, truth()) == {}
