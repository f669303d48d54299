"""The real-time features as recurrences that batch and online run alike.

Each is `init`, `update(state, ...)` and `value(state, now)` on arrays with one place
per student. A service calls them with the one student who did something; the batch
calls them with the k-th event of every student at once. Times are microseconds since
1970 UTC, as int64.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.events.schema import Verb
from learnloop.features.definitions import (
    DAY_H,
    DECLINING_RATIO,
    FAST_HALF_LIFE_H,
    INCREASING_RATIO,
    RECENT_WINDOW_H,
    SESSION_GAP_S,
    SLOW_HALF_LIFE_H,
    TREND_WARM_UP_H,
    TRENDS,
)

Ints = NDArray[np.int64]
Rows = slice | Ints
"""Places of distinct students in a state: a slice or an array of places."""

_SECOND = 1_000_000
_HOUR = 3600 * _SECOND
_NEVER = np.iinfo(np.int64).min // 4
_FAST_RATE = np.log(2) / (FAST_HALF_LIFE_H * _HOUR)
_SLOW_RATE = np.log(2) / (SLOW_HALF_LIFE_H * _HOUR)


@dataclass(frozen=True)
class Moments:
    """One event for each of some students, as arrays of equal length.

    Attributes:
        at: when it occurred, µs since 1970 UTC.
        session: code of its `session_id`, from `session_codes`.
        duration: its `duration_s` in µs, 0 where it has none.
        answered: whether it answers a question.
        active: whether it is activity, that is any verb but `opened_session`.
    """

    at: Ints
    session: Ints
    duration: Ints
    answered: NDArray[np.bool_]
    active: NDArray[np.bool_]

    def __getitem__(self, places: Rows) -> Self:
        """The events at `places`."""
        return type(self)(
            self.at[places],
            self.session[places],
            self.duration[places],
            self.answered[places],
            self.active[places],
        )


def session_codes(session_ids: NDArray[np.object_]) -> Ints:
    """A 64-bit code per session id, the same on every machine and in every process."""
    return pd.util.hash_array(session_ids, categorize=False).view(np.int64)


def moments(events: pd.DataFrame) -> Moments:
    """Events as the recurrences take them.

    Args:
        events: columns `occurred_at`, `session_id`, `duration_s` and `verb`.
    """
    verb = events["verb"].to_numpy()
    return Moments(
        at=microseconds(events["occurred_at"]),
        session=session_codes(events["session_id"].to_numpy(dtype=object)),
        duration=duration_us(events["duration_s"].to_numpy(dtype=np.float64)),
        answered=np.asarray(verb == Verb.ANSWERED.value),
        active=np.asarray(verb != Verb.OPENED_SESSION.value),
    )


def microseconds(times: pd.Series) -> Ints:
    """Times as µs since 1970 UTC."""
    return np.asarray(times.astype("datetime64[us, UTC]").astype("int64"), dtype=np.int64)


def duration_us(seconds: NDArray[np.float64]) -> Ints:
    """Durations in whole µs, 0 where there is none."""
    return np.rint(np.nan_to_num(seconds) * _SECOND).astype(np.int64)


@dataclass
class EngagementState:
    """Exponentially weighted counts of activity; each array has a place per student."""

    fast: NDArray[np.float64]
    slow: NDArray[np.float64]
    last: Ints
    first: Ints


def init_engagement(students: int) -> EngagementState:
    """The state of students who have done nothing yet."""
    return EngagementState(
        np.zeros(students),
        np.zeros(students),
        np.full(students, _NEVER),
        np.full(students, -_NEVER),
    )


def update_engagement(state: EngagementState, rows: Rows, events: Moments) -> None:
    """Takes one event of each student in `rows` into `state`, in place.

    The order of events does not matter: one that comes late counts as much as it
    would have, had it come in time.
    """
    weight = events.active.astype(np.float64)
    last = state.last[rows]
    ahead = np.maximum(events.at - last, 0)
    behind = np.maximum(last - events.at, 0)
    state.fast[rows] = (
        state.fast[rows] * np.exp(-_FAST_RATE * ahead) + np.exp(-_FAST_RATE * behind) * weight
    )
    state.slow[rows] = (
        state.slow[rows] * np.exp(-_SLOW_RATE * ahead) + np.exp(-_SLOW_RATE * behind) * weight
    )
    state.last[rows] = np.maximum(last, events.at)
    seen = np.where(events.active, events.at, -_NEVER)
    state.first[rows] = np.minimum(state.first[rows], seen)


def engagement_ratio(state: EngagementState, rows: Rows, now: Ints) -> NDArray[np.float64]:
    """Recent rate of activity ÷ habitual rate; NaN before the first full week.

    Both rates are exponentially weighted counts divided by the weight of the time
    that the student has been here, w(age) = (1 − 2^(−age/h)) · h / ln 2, so that a
    student who always does the same has ratio 1 from the start.
    """
    since = now - state.last[rows]
    age = now - state.first[rows]
    known = (age >= TREND_WARM_UP_H * _HOUR) & (state.first[rows] < -_NEVER)
    age = np.where(known, age, _HOUR)
    fast = state.fast[rows] * np.exp(-_FAST_RATE * since) / -np.expm1(-_FAST_RATE * age)
    slow = state.slow[rows] * np.exp(-_SLOW_RATE * since) / -np.expm1(-_SLOW_RATE * age)
    habit = np.where(known & (slow > 0), slow * _SLOW_RATE, np.nan)
    return np.asarray(fast * _FAST_RATE / habit)


def value_engagement(state: EngagementState, rows: Rows, now: Ints) -> NDArray[np.object_]:
    """`engagement_trend` of the students in `rows` at `now`; ``None`` is null."""
    ratio = engagement_ratio(state, rows, now)
    increasing, stable, declining = TRENDS
    trend = np.full(ratio.shape, None, dtype=object)
    trend[~np.isnan(ratio)] = stable
    trend[ratio >= INCREASING_RATIO] = increasing
    trend[ratio <= DECLINING_RATIO] = declining
    return trend


@dataclass
class RecentState:
    """Counts by clock hour of the last week, in rings of one place per hour.

    Attributes:
        hour: (students, 168) hours since 1970 that each place of the ring stands for.
        sessions: (students, 168) sessions begun in that hour.
        answers: (students, 168) answers in that hour.
        session: code of the last event's session.
        last: time of the last event.
    """

    hour: NDArray[np.int32]
    sessions: NDArray[np.int16]
    answers: NDArray[np.int16]
    session: Ints
    last: Ints


def init_recent(students: int) -> RecentState:
    """The state of students who have done nothing yet."""
    ring = (students, RECENT_WINDOW_H)
    return RecentState(
        np.full(ring, np.iinfo(np.int32).min, dtype=np.int32),
        np.zeros(ring, dtype=np.int16),
        np.zeros(ring, dtype=np.int16),
        np.zeros(students, dtype=np.int64),
        np.full(students, _NEVER),
    )


def update_recent(state: RecentState, rows: Rows, events: Moments) -> None:
    """Takes one event of each student in `rows` into `state`, in place.

    An event that comes late still counts as an answer, unless it is more than a week
    behind, but begins no session.
    """
    places = np.arange(len(state.last))[rows]
    last = state.last[places]
    silence = events.at - events.duration - last
    begins = (events.at >= last) & (
        (events.session != state.session[places]) | (silence > SESSION_GAP_S * _SECOND)
    )
    hour = (events.at // _HOUR).astype(np.int32)
    slot = hour % RECENT_WINDOW_H
    held = state.hour[places, slot]
    kept = held == hour
    current = held <= hour
    sessions = np.where(kept, state.sessions[places, slot], 0) + begins
    answers = np.where(kept, state.answers[places, slot], 0) + events.answered
    at = (places[current], slot[current])
    state.hour[at] = hour[current]
    state.sessions[at] = sessions[current]
    state.answers[at] = answers[current]
    newer = events.at >= last
    state.session[places] = np.where(newer, events.session, state.session[places])
    state.last[places] = np.maximum(last, events.at)


def value_recent(state: RecentState, rows: Rows, now: Ints) -> tuple[Ints, Ints, Ints]:
    """Sessions in 24 hours, sessions in 168 hours, and answers in 168 hours."""
    hours_ago = (now // _HOUR)[:, None] - state.hour[rows].astype(np.int64)
    week = (hours_ago >= 0) & (hours_ago < RECENT_WINDOW_H)
    day = week & (hours_ago < DAY_H)
    sessions, answers = state.sessions[rows], state.answers[rows]
    return (
        np.where(day, sessions, 0).sum(axis=1, dtype=np.int64),
        np.where(week, sessions, 0).sum(axis=1, dtype=np.int64),
        np.where(week, answers, 0).sum(axis=1, dtype=np.int64),
    )


@dataclass
class RealtimeState:
    """The state of all real-time features of some students."""

    engagement: EngagementState
    recent: RecentState


def init(students: int) -> RealtimeState:
    """The state of students who have done nothing yet."""
    return RealtimeState(init_engagement(students), init_recent(students))


def update(state: RealtimeState, rows: Rows, events: Moments) -> None:
    """Takes one event of each student in `rows`, who are distinct, into `state`."""
    update_engagement(state.engagement, rows, events)
    update_recent(state.recent, rows, events)


def value(state: RealtimeState, rows: Rows, now: Ints) -> pd.DataFrame:
    """The columns of view `student_realtime` at `now`, a row per student in `rows`.

    `now` must not lie before the last event that the state has seen.
    """
    daily, weekly, answers = value_recent(state.recent, rows, now)
    return pd.DataFrame(
        {
            "quiz_attempt_count": answers,
            "engagement_trend": value_engagement(state.engagement, rows, now),
            "session_frequency_daily": daily,
            "session_frequency_weekly": weekly,
        }
    )
