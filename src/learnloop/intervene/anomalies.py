"""Weeks that are unlike a student's own earlier weeks: too quiet, too busy, or too often wrong.

Each week is held against what the student's earlier weeks predict: a count against a negative
binomial (a Poisson whose rate is gamma, with weeks away as a chance of their own), right
answers against a beta-binomial. What is surprising becomes a normal score; falls add up over
weeks in a CUSUM (Page 1954), so that a slow fade is found as a sudden stop is, while a busy
week stands for itself. A week that is quiet for all (a holiday) is nobody's anomaly.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import stats

Floats = NDArray[np.float64]

FELL, BURST, WRONG = "activity fell", "activity burst", "accuracy fell"
KINDS = (FELL, BURST, WRONG)
_MOST = 6.0
"""Normal scores beyond it say no more."""


class AnomalyLimits(BaseModel):
    """By kind, the score from which it is an anomaly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    activity_fell: float = Field(gt=0)
    activity_burst: float = Field(gt=0)
    accuracy_fell: float = Field(gt=0)

    def by_kind(self) -> dict[str, float]:
        """The limit of each of `KINDS`."""
        return {FELL: self.activity_fell, BURST: self.activity_burst, WRONG: self.accuracy_fell}


class AnomalySettings(BaseModel):
    """What a usual week is allowed, and from where it is an anomaly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dispersion: float = Field(gt=0, le=4)
    """Squared coefficient of variation of a student's weekly rate, beyond chance."""
    away: float = Field(gt=0, lt=1)
    """Chance of a week away, until the student's own weeks say otherwise."""
    away_weeks: float = Field(gt=0)
    """How many weeks of the student's that chance is worth."""
    prior_weeks: float = Field(gt=0)
    """How many weeks of the student's the class's mean week is worth."""
    prior_students: float = Field(gt=0)
    """How many students a usual class week is worth: few do not make a holiday."""
    prior_answers: float = Field(gt=0)
    """How many answers of the student's the class's share of right ones is worth."""
    slack: float = Field(ge=0)
    """Standard deviations a week that a fall may have before it adds up."""
    limits: AnomalyLimits


@dataclass(frozen=True)
class Weeks:
    """`WeeklyActivity` as grids of shape (students, weeks); NaN where there is no such week."""

    students: list[str]
    events: Floats
    answers: Floats
    correct: Floats

    @classmethod
    def of(cls, activity: pd.DataFrame) -> "Weeks":
        """The observed weeks of `activity`, students sorted, week 1 first."""
        seen = activity[activity["observed"]]
        student, names = pd.factorize(seen["student_id"], sort=True)
        week = seen["week"].to_numpy() - 1
        shape = (len(names), int(week.max(initial=-1)) + 1)

        def grid(column: str) -> Floats:
            values = np.full(shape, np.nan)
            values[student, week] = seen[column]
            return values

        return cls(list(names), grid("learning_events"), grid("answers"), grid("correct"))


def find_anomalies(activity: pd.DataFrame, settings: AnomalySettings) -> pd.DataFrame:
    """The weeks in which an anomaly begins.

    Args:
        activity: `WeeklyActivity` of a campus; a student is also held against what those
            did in the same week whose terms began together. Later weeks change nothing
            that is found before.
        settings: of the detector.

    Returns:
        `Anomalies`, sorted by student, week and kind.
    """
    starts = activity["as_of"] - pd.to_timedelta(7 * activity["week"], unit="D")
    parts = [_of_term(rows, settings) for _, rows in activity.groupby(starts)]
    table = pd.concat(parts) if parts else _of_term(activity, settings)
    return table.sort_values(["student_id", "week", "kind"], ignore_index=True)


def _of_term(activity: pd.DataFrame, settings: AnomalySettings) -> pd.DataFrame:
    """`Anomalies`, not sorted, of students whose terms began together."""
    weeks = Weeks.of(activity)
    found, limits = [], settings.limits.by_kind()
    for kind, (score, value, usual) in score_weeks(weeks, settings).items():
        for row, week in zip(*np.nonzero(begins(score, limits[kind])), strict=True):
            cells = (grid[row, week] for grid in (value, usual, score))
            found.append((weeks.students[row], week + 1, kind, *cells))
    figures = ["value", "usual", "score"]
    table = pd.DataFrame(found, columns=["student_id", "week", "kind", *figures])
    table = table.astype({"student_id": str, "week": "int64", "kind": str})
    table[figures] = table[figures].astype("float64")
    dated = table.merge(activity[["student_id", "week", "as_of"]], on=["student_id", "week"])
    return dated[["student_id", "as_of", "week", "kind", *figures]]


def begins(score: Floats, limit: float) -> NDArray[np.bool_]:
    """Where a score reaches its limit and did not the week before.

    Example:
        >>> begins(np.array([[0.0, 3.0, 4.0, 1.0, 3.0]]), 3.0).nonzero()[1].tolist()
        [1, 4]
    """
    over = np.nan_to_num(score, nan=-np.inf) >= limit
    over[:, 1:] &= ~over[:, :-1].copy()
    return over


def score_weeks(weeks: Weeks, settings: AnomalySettings) -> dict[str, tuple[Floats, ...]]:
    """For each of `KINDS` how much it is one, the week's value and the usual one.

    Returns:
        Grids of shape (students, weeks), all but the score in the unit of the value: learning
        events, or the share of answers that were right.
    """
    surprise, expected = _count_surprise(weeks.events, settings)
    wrongness, share = _share_surprise(weeks.correct, weeks.answers, settings.prior_answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        right = weeks.correct / weeks.answers
    return {
        FELL: (cumulate(-surprise, settings.slack), weeks.events, expected),
        BURST: (surprise, weeks.events, expected),
        WRONG: (cumulate(-wrongness, settings.slack), right, share),
    }


def cumulate(excess: Floats, slack: float) -> Floats:
    """The one-sided CUSUM of Page (1954) along the weeks; NaN adds nothing.

    Example:
        >>> cumulate(np.array([[1.0, 2.0, -1.0, 0.0]]), 0.5)
        array([[0.5, 2. , 0.5, 0. ]])
    """
    sums, total = np.zeros_like(excess), np.zeros(len(excess))
    for week in range(excess.shape[1]):
        step = np.nan_to_num(excess[:, week] - slack)
        total = np.maximum(total + step, 0.0)
        sums[:, week] = total
    return sums


def _count_surprise(events: Floats, settings: AnomalySettings) -> tuple[Floats, Floats]:
    """Normal score of each count by the weeks before, and the expected count.

    The usual week is the mean of the weeks in which the student was there: the others are
    weeks away. A student's first week is nothing to compare with.
    """
    surprise, expected = np.zeros_like(events), np.full_like(events, np.nan)
    total, there, gone = (np.zeros(len(events)) for _ in range(3))
    for week in range(events.shape[1]):
        count, known = events[:, week], ~np.isnan(events[:, week])
        middle = total.sum() / there.sum() if there.sum() else 0.0
        usual = (settings.prior_weeks * middle + total) / (settings.prior_weeks + there)
        compared = known & (there > 0) & (usual > 0)
        season = _season(count[compared], usual[compared], settings.prior_students)
        mean = usual[compared] * season
        seen = settings.prior_weeks + there[compared]
        spread = settings.dispersion + (settings.dispersion + 1 / usual[compared]) / seen
        away = (settings.away * settings.away_weeks + gone) / (
            settings.away_weeks + gone + there
        )
        surprise[compared, week] = _count_score(count[compared], mean, spread, away[compared])
        expected[compared, week] = mean
        present = known & (np.nan_to_num(count) > 0)
        # In the class's usual week, so that a holiday does not lower what is usual.
        total += np.where(present, np.nan_to_num(count) / season, 0.0)
        there += present
        gone += known & ~present & (there > 0)
    return surprise, expected


def _season(count: Floats, usual: Floats, prior: float) -> float:
    """How busy the week is for all, 1 where it is as usual."""
    if not len(usual):
        return 1.0
    habit = prior * usual.mean()
    return float((count.sum() + habit) / (usual.sum() + habit))


def _count_score(count: Floats, mean: Floats, spread: Floats, away: Floats) -> Floats:
    """Normal score of a count by a negative binomial of variance ``mean + spread * mean**2``
    that is nothing at all with the chance `away`."""
    size = 1 / spread
    drawn = stats.nbinom(size, size / (size + mean))
    below = drawn.cdf(count - 1) * (1 - away) + away * (count > 0)
    return _normal(below, drawn.pmf(count) * (1 - away) + away * (count == 0))


def _share_surprise(correct: Floats, answers: Floats, prior: float) -> tuple[Floats, Floats]:
    """Normal score of each week's right answers, and the share expected of them."""
    surprise, expected = np.zeros_like(answers), np.full_like(answers, np.nan)
    right, asked = np.zeros(len(answers)), np.zeros(len(answers))
    for week in range(answers.shape[1]):
        now, good = np.nan_to_num(answers[:, week]), np.nan_to_num(correct[:, week])
        compared = (now > 0) & (asked > 0)
        if compared.any():
            # Half a right and half a wrong answer keep a class without a mistake uncertain.
            usual = (right.sum() + 0.5) / (asked.sum() + 1)
            a = prior * usual + right[compared]
            b = prior * (1 - usual) + (asked - right)[compared]
            drawn = stats.betabinom(now[compared], a, b)
            at = good[compared]
            surprise[compared, week] = _normal(drawn.cdf(at - 1), drawn.pmf(at))
            expected[compared, week] = a / (a + b)
        right, asked = right + good, asked + now
    return surprise, expected


def _normal(below: Floats, at: Floats) -> Floats:
    """Normal score of the middle of a step of a distribution (mid-p)."""
    score: Floats = np.clip(stats.norm.ppf(below + at / 2), -_MOST, _MOST)
    return score
