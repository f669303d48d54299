"""What each student did week by week, counted once from the log."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.events.schema import Verb

Floats = NDArray[np.float64]
WEEK = pd.Timedelta(days=7)
_WEEK_US = 7 * 86_400 * 1_000_000
_KEYS = ["student_id", "week"]
_COUNTS = ["learning_events", "answers", "correct"]


def count_weeks(events: Any, snapshots: pd.DataFrame) -> pd.DataFrame:
    """Learning events and answers in the week that ends at each snapshot.

    A learning event is any event but the opening of a session: who opens and
    leaves did not learn. Week `w` is [term start + 7(w - 1) days, + 7w days); an
    event at the very moment of a snapshot belongs to the week after it. A log
    covers the whole of its last day (UTC).

    Args:
        events: the log as an Ibis table, see `learnloop.events.schema.Events`.
        snapshots: ``student_id, as_of, week``, one row per student and week.

    Returns:
        `WeeklyActivity`, sorted by student and week.
    """
    import ibis

    starts = snapshots.groupby("student_id", sort=True).first().reset_index()
    starts["term_start"] = (starts["as_of"] - starts["week"] * WEEK).astype(
        "datetime64[us, UTC]"
    )
    joined = events.filter(events.verb != Verb.OPENED_SESSION.value).inner_join(
        ibis.memtable(starts[["student_id", "term_start"]]), "student_id"
    )
    since = joined.occurred_at.delta(joined.term_start, unit="microsecond")
    counted = (
        joined.mutate(week=(since / _WEEK_US).floor().cast("int64") + 1)
        .group_by(_KEYS)
        .aggregate(
            learning_events=lambda t: t.count(),
            answers=lambda t: (t.verb == Verb.ANSWERED.value).sum(),
            correct=lambda t: (
                (t.verb == Verb.ANSWERED.value) & t.correct.fill_null(False)
            ).sum(),
        )
        .to_pandas()
    )
    last = pd.Timestamp(events.occurred_at.max().to_pandas())
    weeks = snapshots[["student_id", "as_of", "week"]].merge(counted, on=_KEYS, how="left")
    weeks[_COUNTS] = weeks[_COUNTS].fillna(0).astype("int64")
    weeks["observed"] = weeks["as_of"] <= last.ceil("D")
    return weeks.sort_values(_KEYS, ignore_index=True)


def own_anomaly(series: Floats) -> Floats:
    """How far each student's last week is from the student's own earlier weeks.

    ``(last - median) / spread`` with ``spread = max(1.4826 MAD, sqrt(median), 1)``
    of the earlier weeks: the robust z of Iglewicz & Hoaglin 1993, with the spread
    that a count has by chance alone (Poisson) as its floor. Below -3.5 is their
    usual bound for an outlier.

    Args:
        series: events per week of shape (students, weeks), oldest first.

    Returns:
        One z per student, in [-10, 10]; 0 with fewer than two earlier weeks.

    Example:
        >>> own_anomaly(np.array([[16.0, 16.0, 16.0, 4.0]]))
        array([-3.])
    """
    if series.shape[1] < 3:
        return np.zeros(len(series))
    earlier = series[:, :-1]
    median = np.median(earlier, axis=1)
    deviation = np.median(np.abs(earlier - median[:, None]), axis=1)
    spread = np.maximum.reduce([1.4826 * deviation, np.sqrt(median), np.ones(len(series))])
    clipped: Floats = np.clip((series[:, -1] - median) / spread, -10, 10)
    return clipped
