"""Each real-time feature against an example worked by hand."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.features import recurrences
from learnloop.features.recurrences import RealtimeState

from .toy_log import at, did, frame

HOUR_US = 3_600_000_000


def after(rows: list[dict[str, Any]]) -> RealtimeState:
    """The state of one student after those events, taken in the order given."""
    state = recurrences.init(1)
    events = recurrences.moments(frame(rows))
    for i in range(len(rows)):
        recurrences.update(state, slice(0, 1), events[i : i + 1])
    return state


def now(when: pd.Timestamp) -> np.ndarray[Any, np.dtype[np.int64]]:
    return recurrences.microseconds(pd.Series([when]))


def value(rows: list[dict[str, Any]], when: pd.Timestamp) -> "pd.Series[Any]":
    """The real-time features after those events."""
    return recurrences.value(after(rows), slice(0, 1), now(when)).iloc[0]


def test_answers_count_for_168_clock_hours() -> None:
    rows = [did("answered", at(0, 5)), did("answered", at(0, 5.9)), did("answered", at(3)),
            did("posted", at(3))]  # fmt: skip
    assert value(rows, at(3, 1))["quiz_attempt_count"] == 3
    assert value(rows, at(7, 4.99))["quiz_attempt_count"] == 3
    assert value(rows, at(7, 5))["quiz_attempt_count"] == 1


def test_the_place_of_an_hour_a_week_ago_is_used_again() -> None:
    rows = [did("answered", at(0, 5)), did("answered", at(7, 5)), did("answered", at(14, 5))]
    assert value(rows, at(14, 6))["quiz_attempt_count"] == 1


def test_sessions_are_told_by_their_id() -> None:
    rows = [
        did("opened_session", at(1, 8), session_id="a"),
        did("read", at(1, 8.1), session_id="a"),
        did("opened_session", at(1, 8.2), session_id="b"),
        did("opened_session", at(4, 8), session_id="c"),
    ]
    found = value(rows, at(4, 9))
    assert found["session_frequency_daily"] == 1
    assert found["session_frequency_weekly"] == 3


def test_half_an_hour_of_silence_ends_a_session_but_a_long_video_does_not() -> None:
    rows = [
        did("read", at(1, 8)),
        did("watched", at(1, 9), duration_s=3000.0),  # silent for 10 minutes before it
        did("read", at(1, 9.5)),  # exactly 30 minutes: the same session
        did("read", at(1, 10.01)),  # 30.6 minutes: another
    ]
    assert value(rows, at(1, 11))["session_frequency_weekly"] == 2


def test_an_event_that_comes_late_counts_its_answer_but_begins_no_session() -> None:
    rows = [did("read", at(2), session_id="b"), did("answered", at(1), session_id="a")]
    found = value(rows, at(2, 1))
    assert (found["quiz_attempt_count"], found["session_frequency_weekly"]) == (1, 1)


def test_an_answer_more_than_a_week_late_is_let_go() -> None:
    rows = [did("answered", at(8, 5)), did("answered", at(1, 5))]
    assert value(rows, at(8, 6))["quiz_attempt_count"] == 1


def test_engagement_ratio_of_one_burst_is_worked_by_hand() -> None:
    state = after([did("posted", at(0)), did("posted", at(0))]).engagement
    # At day 7: fast 2·2^(−7/7) = 1 over (1 − 2^(−1))·7/ln2, slow 2·2^(−7/28) over
    # (1 − 2^(−1/4))·28/ln2.
    fast = 1 / (0.5 * 7)
    slow = 2 * 2**-0.25 / ((1 - 2**-0.25) * 28)
    ratio = recurrences.engagement_ratio(state, slice(0, 1), now(at(7)))
    assert ratio[0] == pytest.approx(fast / slow)
    assert fast / slow == pytest.approx(0.757, abs=5e-4)


def steady(first: int, last: int, times: int = 1) -> list[dict[str, Any]]:
    return [did("read", at(day, i)) for day in range(first, last) for i in range(times)]


@pytest.mark.parametrize(
    ("rows", "trend"),
    [
        (steady(0, 56), "stable"),
        (steady(0, 42) + steady(42, 56, times=3), "increasing"),
        (steady(0, 42), "declining"),
    ],
)
def test_a_trend_compares_the_student_with_the_students_own_habit(
    rows: list[dict[str, Any]], trend: str
) -> None:
    assert value(rows, at(56))["engagement_trend"] == trend


def test_there_is_no_trend_in_the_first_week() -> None:
    assert value(steady(0, 7), at(6, 23))["engagement_trend"] is None
    assert value(steady(0, 7), at(7))["engagement_trend"] == "stable"


def test_engagement_does_not_depend_on_the_order_of_arrival() -> None:
    rows = [did("read", at(day)) for day in (0, 3, 3.5, 9, 11)]
    in_order, mixed = (
        recurrences.engagement_ratio(after(some).engagement, slice(0, 1), now(at(12)))[0]
        for some in (rows, [rows[i] for i in (3, 0, 4, 2, 1)])
    )
    assert mixed == pytest.approx(in_order)
    assert not math.isnan(in_order)


def test_a_student_without_history_has_zero_counts_and_no_trend() -> None:
    found = recurrences.value(recurrences.init(1), slice(0, 1), now(at(1))).iloc[0]
    assert found["engagement_trend"] is None
    assert found.drop("engagement_trend").eq(0).all()


def test_opening_a_session_alone_is_no_activity() -> None:
    assert value([did("opened_session", at(0))], at(20))["engagement_trend"] is None
