"""Terms of students whose weeks are drawn by a stated rule, with anomalies planted in some.

A student's week has gamma-distributed eagerness (squared coefficient of variation .25) around a
rate of the student's own (log-normal, median 18, sigma .5) that drifts by a tenth a week, times
how busy the week is for the class (log-normal, sigma .2); one week in sixteen the student is
away. A third of the events are answers, right with the student's own chance (mean .68). The
detectors are told none of these numbers.

Three students in ten have one anomaly, from one of weeks 5 to 10 of 12 on:

- sudden stop: nothing any more;
- slow fade: each week .7 of what the week before would have been;
- cramming: four times the events, in that week alone;
- accuracy collapse: 1.5 less in the log-odds of a right answer.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from learnloop.intervene.anomalies import BURST, FELL, WRONG

WEEKS = 12
PLANTED = {
    "sudden stop": FELL,
    "slow fade": FELL,
    "cramming": BURST,
    "accuracy collapse": WRONG,
}
"""Each with the kind of anomaly that it is found as."""
_SHARE = 0.3


@dataclass(frozen=True)
class Term:
    """`WeeklyActivity` and what was planted."""

    activity: pd.DataFrame
    planted: pd.DataFrame
    """One row per student: ``student_id``, ``what`` (a key of `PLANTED`; empty where nothing
    is), ``onset`` (the first week of it, 0 where nothing is)."""


def draw_term(students: int, seed: int, share: float = _SHARE) -> Term:
    """A term of `students`, of whom `share` have an anomaly."""
    rng = np.random.default_rng(seed)
    shape = (students, WEEKS)
    drift = np.cumsum(rng.normal(0, 0.1, shape), axis=1)
    rate = 18 * np.exp(rng.normal(0, 0.5, (students, 1)) + drift + rng.normal(0, 0.2, WEEKS))
    rate *= rng.gamma(4.0, 0.25, shape) * (rng.random(shape) > 1 / 16)
    odds = rng.normal(0.85, 0.6, (students, 1)) + np.cumsum(rng.normal(0, 0.1, shape), axis=1)
    what = np.where(
        rng.random(students) < share, rng.choice(list(PLANTED), students), ""
    ).astype(object)
    onset = np.where(what == "", 0, rng.integers(5, 11, students))
    after = np.arange(1, WEEKS + 1) - onset[:, None]
    for name, factor in (
        ("sudden stop", np.where(after >= 0, 0.0, 1.0)),
        ("slow fade", 0.7 ** np.maximum(after + 1, 0)),
        ("cramming", np.where(after == 0, 4.0, 1.0)),
    ):
        rate = np.where((what == name)[:, None], rate * factor, rate)
    odds -= 1.5 * ((what == "accuracy collapse")[:, None] & (after >= 0))
    events = rng.poisson(rate)
    answers = rng.binomial(events, 1 / 3)
    correct = rng.binomial(answers, expit(odds))
    names = [f"s{seed}-{number:05d}" for number in range(students)]
    return Term(
        _as_activity(names, events, answers, correct),
        pd.DataFrame({"student_id": names, "what": what, "onset": onset}),
    )


def _as_activity(names: list[str], *grids: NDArray[np.int64]) -> pd.DataFrame:
    week = np.tile(np.arange(1, WEEKS + 1), len(names))
    start = pd.Timestamp("2026-01-05", tz="UTC").as_unit("us")
    counts = zip(("learning_events", "answers", "correct"), grids, strict=True)
    return pd.DataFrame(
        {
            "student_id": np.repeat(names, WEEKS),
            "as_of": (start + pd.to_timedelta(7 * week, unit="D")).as_unit("us"),
            "week": week,
            **{name: grid.ravel() for name, grid in counts},
            "observed": True,
        }
    )
