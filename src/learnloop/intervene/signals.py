"""The trigger's signals: what it looks at in an example, and how it says so in English.

Device, time of day and preferred kinds of content are features that it leaves alone:
they say more about a student's circumstances than about struggling.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.intervene.activity import own_anomaly
from learnloop.model import require

Floats = NDArray[np.float64]
_TREND = {"declining": -1.0, "stable": 0.0, "increasing": 1.0}


@dataclass(frozen=True)
class Signal:
    """One number of an example; NaN where the student gave no sign of it."""

    name: str
    low: str
    """What a value below the usual is called."""
    high: str
    values: Callable[[pd.DataFrame], Floats]
    """Examples to values in their natural unit."""
    logarithm: bool = False
    """Whether the model sees ``log(1 + value)``, as it does of counts and durations."""

    def phrase(self, value: float, usual: float) -> str:
        """For instance ``few learning events last week (2, usually 14)``."""
        word = self.low if value < usual else self.high
        return f"{word} ({value:.3g}, usually {usual:.3g})"


def _column(name: str) -> Callable[[pd.DataFrame], Floats]:
    return lambda examples: np.asarray(examples[name].astype("float64"), dtype=np.float64)


def _trend(examples: pd.DataFrame) -> Floats:
    return np.asarray(examples["engagement_trend"].map(_TREND), dtype=np.float64)


def _by_length(column: pd.Series, of: Callable[[Floats], Floats]) -> Floats:
    """`of` applied to the lists of equal length stacked as rows; NaN for a null list."""
    lists = column.to_numpy(dtype=object)
    lengths = np.array([len(x) if isinstance(x, list | np.ndarray) else 0 for x in lists])
    result = np.full(len(lists), np.nan)
    for length in np.unique(lengths[lengths > 0]):
        rows = np.flatnonzero(lengths == length)
        result[rows] = of(np.array([lists[row] for row in rows], dtype=np.float64))
    return result


def last_week(examples: pd.DataFrame, column: str = "weekly_events") -> Floats:
    """The newest entry of each list."""
    return _by_length(examples[column], lambda grid: grid[:, -1])


def _two_weeks(examples: pd.DataFrame, column: str) -> Floats:
    return _by_length(examples[column], lambda grid: grid[:, -2:].sum(axis=1))


def _recent_share_correct(examples: pd.DataFrame) -> Floats:
    """Share of right answers in the last two weeks, drawn to .6 as by 5 more answers."""
    answers = _two_weeks(examples, "weekly_answers")
    return (_two_weeks(examples, "weekly_correct") + 3) / (answers + 5)


def _anomaly(examples: pd.DataFrame) -> Floats:
    return _by_length(examples["weekly_events"], own_anomaly)


def _mastery_mean(examples: pd.DataFrame) -> Floats:
    return _by_length(examples["student_mastery_scores"], lambda grid: grid.mean(axis=1))


def _mastery_least(examples: pd.DataFrame) -> Floats:
    return _by_length(examples["student_mastery_scores"], lambda grid: grid.min(axis=1))


def _mastery_change(examples: pd.DataFrame) -> Floats:
    before = _by_length(
        examples["student_mastery_scores_before"], lambda grid: grid.mean(axis=1)
    )
    return _mastery_mean(examples) - before


SIGNALS = (
    Signal(
        "last_week_events",
        "few learning events last week",
        "many learning events last week",
        last_week,
        logarithm=True,
    ),
    Signal(
        "own_anomaly",
        "last week far below the student's own usual, in robust z",
        "last week above the student's own usual, in robust z",
        _anomaly,
    ),
    Signal(
        "engagement_trend",
        "engagement is declining",
        "engagement is not declining",
        _trend,
    ),
    Signal(
        "session_frequency_daily",
        "no session in the last day",
        "sessions in the last day",
        _column("session_frequency_daily"),
        logarithm=True,
    ),
    Signal(
        "session_frequency_weekly",
        "few sessions last week",
        "many sessions last week",
        _column("session_frequency_weekly"),
        logarithm=True,
    ),
    Signal(
        "quiz_attempt_count",
        "few answers last week",
        "many answers last week",
        _column("quiz_attempt_count"),
        logarithm=True,
    ),
    Signal(
        "recent_share_correct",
        "small share of right answers in two weeks",
        "large share of right answers in two weeks",
        _recent_share_correct,
    ),
    Signal(
        "assessment_performance_trend",
        "answers are getting worse",
        "answers are getting better",
        _column("assessment_performance_trend"),
    ),
    Signal("mastery_mean", "low mastery", "high mastery", _mastery_mean),
    Signal(
        "mastery_least",
        "the weakest skill is very weak",
        "even the weakest skill is not weak",
        _mastery_least,
    ),
    Signal(
        "mastery_change",
        "mastery fell in the last week",
        "mastery rose in the last week",
        _mastery_change,
    ),
    Signal(
        "avg_time_on_task",
        "little time on a task, in seconds",
        "much time on a task, in seconds",
        _column("avg_time_on_task"),
        logarithm=True,
    ),
    Signal(
        "video_completion_rate",
        "leaves videos unfinished",
        "finishes videos",
        _column("video_completion_rate"),
    ),
    Signal(
        "forum_participation_score",
        "rarely seen in the forum",
        "active in the forum",
        _column("forum_participation_score"),
        logarithm=True,
    ),
    Signal(
        "peer_collaboration_count",
        "seldom works with others",
        "often works with others",
        _column("peer_collaboration_count"),
        logarithm=True,
    ),
    Signal(
        "prerequisite_completion_status",
        "works without the prerequisites",
        "has the prerequisites",
        _column("prerequisite_completion_status"),
    ),
    Signal("week", "early in the term", "late in the term", _column("week")),
)
"""Every signal, in the order of the model's coefficients."""

COLUMNS = (
    "week",
    "weekly_events",
    "weekly_answers",
    "weekly_correct",
    "student_mastery_scores",
    "student_mastery_scores_before",
    "engagement_trend",
    "session_frequency_daily",
    "session_frequency_weekly",
    "quiz_attempt_count",
    "assessment_performance_trend",
    "avg_time_on_task",
    "video_completion_rate",
    "forum_participation_score",
    "peer_collaboration_count",
    "prerequisite_completion_status",
)
"""Columns of an example that the signals read."""


def natural(examples: pd.DataFrame) -> Floats:
    """All signals in natural units: shape (examples, signals), NaN where unknown.

    Raises:
        ModelError: one of `COLUMNS` is missing.
    """
    require(examples, COLUMNS)
    return np.column_stack([signal.values(examples) for signal in SIGNALS])


def seen_by_model(values: Floats) -> Floats:
    """Natural values as the model takes them, counts and durations in logarithms."""
    taken = values.copy()
    for place, signal in enumerate(SIGNALS):
        if signal.logarithm:
            taken[:, place] = np.log1p(taken[:, place])
    return taken
