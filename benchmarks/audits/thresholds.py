"""How strong a bias must be to be found: a curve of detection against strength.

Every campus has a threshold: the strength at which its audit begins to fail, between two
measured strengths on a straight line of the margin (how far the surest gap is above the
limit). Thresholds are taken as normal, so that the chance of finding a bias is

    P(found | strength) = Φ((strength - mean) / sd),

a probit curve; a campus whose bias is not found at the largest strength is censored there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm

Floats = NDArray[np.float64]
LEAST_CROSSED = 3
"""Fewer thresholds than this within what was measured tell no curve."""
STEPS = 200
"""Of the EM algorithm: with half of the thresholds censored, the fourth digit stands."""
SMALL = 1e-6
"""Least standard deviation."""


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its 95 % interval; infinite beyond what was measured."""

    value: float
    low: float
    high: float


def share(count: int, total: int) -> Interval:
    """A share with its exact interval (Clopper & Pearson 1934)."""
    sure = binomtest(count, total).proportion_ci(0.95)
    return Interval(count / total, float(sure.low), float(sure.high))


def at_most(count: int, total: int) -> float:
    """One-sided 95 % upper bound of a share (Clopper & Pearson 1934)."""
    return float(binomtest(count, total, alternative="less").proportion_ci(0.95).high)


def crossings(strengths: Sequence[float], margins: Floats) -> Floats:
    """The threshold of every campus.

    Args:
        strengths: measured, ascending.
        margins: shape (campuses, strengths); above 0 where the audit fails.

    Returns:
        One strength per campus; infinite where no margin is above 0.

    Example:
        >>> crossings([0.0, 0.5, 1.0], np.array([[-0.2, -0.1, 0.1], [-0.2, -0.2, -0.1]]))
        array([0.75,  inf])
    """
    found = np.full(len(margins), np.inf)
    for row, margin in enumerate(margins):
        above = np.flatnonzero(margin > 0)
        if len(above):
            end = int(above[0])
            found[row] = strengths[end]
            if end:
                low, high = margin[end - 1], margin[end]
                step = strengths[end] - strengths[end - 1]
                found[row] = strengths[end - 1] + step * -low / (high - low)
    return found


def normal_of(thresholds: Floats, largest: float) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the thresholds, by maximum likelihood.

    Those that were not crossed are censored at the largest strength; the EM algorithm
    (Dempster, Laird & Rubin 1977) puts their expected value and square in their place.

    Args:
        thresholds: shape (samples, campuses); infinite where not crossed.
        largest: strength that was measured.

    Returns:
        Two arrays of shape (samples,); NaN where too few were crossed.
    """
    beyond = ~np.isfinite(thresholds)
    known = np.where(beyond, largest, thresholds)
    mean, sd = known.mean(axis=1), known.std(axis=1) + SMALL
    for _ in range(STEPS):
        middle, width = mean[:, None], sd[:, None]
        end = (largest - middle) / width
        hazard = np.exp(norm.logpdf(end) - norm.logsf(end))
        value = np.where(beyond, middle + width * hazard, known)
        second = middle**2 + width**2 + width * hazard * (largest + middle)
        square = np.where(beyond, second, known**2)
        mean = value.mean(axis=1)
        sd = np.sqrt(np.maximum(square.mean(axis=1) - mean**2, SMALL**2))
    enough = (~beyond).sum(axis=1) >= LEAST_CROSSED
    return np.where(enough, mean, np.nan), np.where(enough, sd, np.nan)


def found_from(
    strengths: Sequence[float], margins: Floats, power: float, draws: int = 500
) -> Interval:
    """The strength that is found with a chance of `power`.

    The interval is over campuses, drawn with replacement. Infinite is beyond the largest
    strength, NaN that too few campuses were measured to say.
    """
    thresholds = crossings(strengths, margins)
    rng = np.random.default_rng(0)
    again = rng.choice(thresholds, (draws, len(thresholds)))
    samples = np.vstack([thresholds, again])
    mean, sd = normal_of(samples, strengths[-1])
    seldom = np.isfinite(samples).mean(axis=1) < power
    at = np.where(np.isnan(mean) & seldom, np.inf, mean + norm.ppf(power) * sd)
    value, *others = np.where(at > strengths[-1], np.inf, np.maximum(at, 0.0))
    low, high = np.quantile(others, [0.025, 0.975], method="nearest")
    return Interval(float(value), float(low), float(high))


def curve(strengths: Sequence[float], margins: Floats, at: Floats) -> Floats | None:
    """P(found) at each strength of `at`; ``None`` where too few campuses found anything."""
    mean, sd = normal_of(crossings(strengths, margins)[None, :], strengths[-1])
    return None if np.isnan(mean[0]) else np.asarray(norm.cdf(at, mean[0], sd[0]))


def gap_at(strength: float, strengths: Sequence[float], gaps: Any) -> float:
    """The mean gap at a strength, on straight lines between those measured.

    Args:
        strength: infinite gives NaN.
        strengths: measured, ascending.
        gaps: absolute, shape (campuses, strengths).
    """
    if not np.isfinite(strength):
        return float("nan")
    return float(np.interp(strength, strengths, np.mean(gaps, axis=0)))
