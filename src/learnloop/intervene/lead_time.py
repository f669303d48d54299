"""Whether flags come while they can help, which only a campus with known truth can say.

A flag is in time while the student struggles and is not yet lost. An earlier one is a
false alarm, not foresight: whoever flags at random early on looks far ahead.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from learnloop.evaluation import bootstrap, mean

Floats = NDArray[np.float64]
_CAUGHT, _LEAD = "lost_flagged_while_struggling", "lead_days_while_struggling_median"
_FALSE, _MOST = "never_lost_flagged", "lost_scored_while_struggling"


@dataclass(frozen=True)
class _Cases:
    """Scored rows beside the truth, sorted by student and time; arrays are per row."""

    student: NDArray[np.int64]
    """0-based; the students are numbered in the order of their names."""
    lost: NDArray[np.bool_]
    """Per student, whether the student was truly lost."""
    in_time: NDArray[np.bool_]
    """Whether a flag here is in [struggling_from, lost_at)."""
    lead: Floats
    """Days until the student is lost; NaN for who stayed."""

    def ever(self, chance: Floats) -> Floats:
        """Per student, the chance of at least one flag, each row drawn by itself."""
        missed = np.ones(len(self.lost))
        np.multiply.at(missed, self.student, 1 - chance)
        return 1 - missed

    def first(self, chance: Floats) -> Floats:
        """Per row, the chance that it is its student's first flag in time."""
        drawn = np.where(self.in_time, chance, 0.0)
        missed, kept, before = 1.0, np.empty(len(drawn)), -1
        for row, (student, flag) in enumerate(zip(self.student, drawn, strict=True)):
            missed = missed if student == before else 1.0
            kept[row] = missed * flag
            missed, before = missed * (1 - flag), student
        return kept

    def false_share(self, chance: Floats) -> float:
        """Share of those who stayed who are flagged at least once."""
        return float(self.ever(chance)[~self.lost].mean())


def measure_lead_time(scores: pd.DataFrame, truth: pd.DataFrame) -> dict[str, Any]:
    """How many of the lost were flagged in time, beside flags that need no model.

    Last week's activity and flags at random are given the threshold, or the chance, at
    which they flag the same share of never-lost students as the trigger does. They are
    fixed there: the intervals do not include the uncertainty of that share.

    Args:
        scores: `InterventionScores`.
        truth: ``student_id``, ``struggling_from`` (start of the last spell of
            struggling), ``lost_at``; NaT where it never came to that.

    Returns:
        Estimates with intervals over students, empty where nobody known was lost:
        ``lost_flagged_while_struggling`` (share of the lost who were flagged in time),
        ``lost_scored_while_struggling`` (share who could be: some are lost without a
        struggle or within days), ``lead_days_while_struggling_median`` (from the first
        flag in time to the loss), ``never_lost_flagged`` (the price: share of the others
        flagged at least once); the first and the third also ``_by_last_week_activity``
        and ``_by_random_flags``.
    """
    rows = scores.merge(
        truth[["student_id", "struggling_from", "lost_at"]], on="student_id"
    ).sort_values(["student_id", "as_of"], ignore_index=True)
    cases = _cases_of(rows)
    if not cases.lost.any():
        return {}
    flagged = rows["flagged"].to_numpy(dtype=np.float64)
    result = {_MOST: _over_lost(cases, cases.ever(cases.in_time.astype(np.float64)))}
    result |= _in_time(cases, flagged, "")
    if cases.lost.all():
        return result
    stayed = np.flatnonzero(~cases.lost)
    ever = cases.ever(flagged)[stayed]
    result[_FALSE] = bootstrap(mean, ever, students=stayed).as_dict()
    share = cases.false_share(flagged)
    baseline = rows["baseline_risk"].to_numpy(dtype=np.float64)
    result |= _in_time(cases, _highest(cases, baseline, share), "_by_last_week_activity")
    return result | _in_time(cases, _at_random(cases, share), "_by_random_flags")


def _cases_of(rows: pd.DataFrame) -> _Cases:
    student, _ = pd.factorize(rows["student_id"])
    known = rows.groupby("student_id", sort=True)["lost_at"].first()
    in_time = (rows["as_of"] >= rows["struggling_from"]) & (rows["as_of"] < rows["lost_at"])
    ahead = (rows["lost_at"] - rows["as_of"]).dt.total_seconds()
    return _Cases(
        student.astype(np.int64),
        known.notna().to_numpy(),
        in_time.to_numpy(),
        np.asarray(ahead / 86_400, dtype=np.float64),
    )


def _highest(cases: _Cases, score: Floats, share: float) -> Floats:
    """Chance of a flag per row: the highest scores, so that `share` of the others are.

    Rows at the threshold itself are flagged with the one chance that makes it exact.
    """
    top = np.full(len(cases.lost), -np.inf)
    np.maximum.at(top, cases.student, score)
    stayed = np.sort(top[~cases.lost])[::-1]
    edge = stayed[min(int(share * len(stayed)), len(stayed) - 1)]
    above, at = (score > edge).astype(np.float64), (score == edge).astype(np.float64)
    chance: Floats = above + at * _solve(lambda q: cases.false_share(above + q * at) - share)
    return chance


def _at_random(cases: _Cases, share: float) -> Floats:
    rows = np.ones(len(cases.student))
    return rows * _solve(lambda chance: cases.false_share(rows * chance) - share)


def _solve(excess: Any) -> float:
    """The chance in [0, 1] at which the increasing `excess` is 0, or the nearest end."""
    if excess(0.0) >= 0:
        return 0.0
    return 1.0 if excess(1.0) <= 0 else float(brentq(excess, 0.0, 1.0, xtol=1e-9))


def _in_time(cases: _Cases, chance: Floats, suffix: str) -> dict[str, Any]:
    first = cases.first(chance)
    caught: Floats = np.bincount(cases.student, first, len(cases.lost)).astype(np.float64)
    result = {_CAUGHT + suffix: _over_lost(cases, caught)}
    rows = np.flatnonzero(first > 0)
    if len(rows):
        lead, part, who = cases.lead[rows], first[rows], cases.student[rows]
        result[_LEAD + suffix] = bootstrap(_median, lead, part, students=who).as_dict()
    return result


def _over_lost(cases: _Cases, caught: Floats) -> dict[str, float]:
    lost = np.flatnonzero(cases.lost)
    return bootstrap(mean, caught[lost], students=lost).as_dict()


def _median(values: ArrayLike, part: ArrayLike, weight: ArrayLike) -> float:
    """Weighted median, the lower one of two."""
    v, w = np.asarray(values), np.asarray(part) * np.asarray(weight)
    order = np.argsort(v, kind="stable")
    reached = np.cumsum(w[order])
    return float(v[order][np.searchsorted(reached, reached[-1] / 2)])
