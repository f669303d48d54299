"""Scores of predictions with intervals, resampled by student: their answers are alike."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Statistic = Callable[..., float]


@dataclass(frozen=True)
class Estimate:
    """A score with its 95 % interval."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """The three numbers by name, for JSON."""
        return asdict(self)


def auc(label: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Area under the ROC curve; NaN when `label` has one class only.

    The probability that a random positive scores above a random negative, ties
    counting half (Hanley & McNeil 1982).

    Example:
        >>> auc([0, 1, 1], [0.1, 0.4, 0.35])
        1.0
    """
    _, rank = np.unique(np.asarray(score, dtype=np.float64), return_inverse=True)
    return ranked_auc(label, rank, weight)


def ranked_auc(label: ArrayLike, rank: ArrayLike, weight: ArrayLike | None = None) -> float:
    """`auc` from dense ranks of the scores, so that many samples need one sort.

    Args:
        label: (n,) 0 or 1.
        rank: (n,) 0, 1, … from the lowest score; equal scores share a rank.
        weight: (n,) of the rows; ``None`` counts each once.

    Example:
        >>> ranked_auc([0, 1, 1], [0, 2, 1])
        1.0
    """
    y, place = np.asarray(label, dtype=np.float64), np.asarray(rank, dtype=np.int64)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    positive, negative = np.bincount(place, w * y), np.bincount(place, w * (1 - y))
    pairs = positive.sum() * negative.sum()
    if not pairs > 0:
        return float("nan")
    return float(positive @ (np.cumsum(negative) - negative / 2) / pairs)


def expected_calibration_error(
    label: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None, bins: int = 10
) -> float:
    """Mean distance between predicted and observed rate over equal-width bins.

    Each bin counts by its share of the rows (Naeini et al. 2015). 0 is perfect.

    Example:
        >>> expected_calibration_error([1, 0], [0.75, 0.75])
        0.25
    """
    y = np.asarray(label, dtype=np.float64)
    p = np.asarray(probability, dtype=np.float64)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    place = np.minimum((p * bins).astype(np.int64), bins - 1)
    gap = np.bincount(place, w * (p - y), minlength=bins)
    return float(np.abs(gap).sum() / w.sum())


def rmse(truth: ArrayLike, estimate: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Root mean squared error, in the unit of `truth`."""
    error = np.asarray(estimate, dtype=np.float64) - np.asarray(truth, dtype=np.float64)
    w = None if weight is None else np.asarray(weight, dtype=np.float64)
    return float(np.sqrt(np.average(error**2, weights=w)))


def mean(values: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Mean, for scores that are averages over rows (NDCG per student, for instance)."""
    w = None if weight is None else np.asarray(weight, dtype=np.float64)
    return float(np.average(np.asarray(values, dtype=np.float64), weights=w))


def bootstrap(
    statistic: Statistic,
    *columns: ArrayLike,
    students: Sequence[str] | ArrayLike,
    draws: int = 300,
    seed: int = 0,
) -> Estimate:
    """The statistic of all rows and its 95 % percentile interval over students.

    Args:
        statistic: called with `columns` and the weights of the rows last.
        columns: arrays of equal length, handed to `statistic` as they are.
        students: the student of each row; whole students are drawn with replacement.
        draws: bootstrap samples.
        seed: of the drawing.

    Returns:
        The estimate; samples in which the statistic is undefined are left out.

    Source:
        Field & Welsh 2007, the cluster bootstrap.
    """
    names, place = np.unique(np.asarray(students), return_inverse=True)
    if len(names) == 0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    chances = np.full(len(names), 1 / len(names))
    samples = []
    for _ in range(draws):
        weight = rng.multinomial(len(names), chances)[place]
        kept = weight > 0
        samples.append(statistic(*(np.asarray(c)[kept] for c in columns), weight[kept]))
    value = statistic(*columns, np.ones(len(place)))
    defined = [sample for sample in samples if not np.isnan(sample)]
    if not defined:
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.quantile(defined, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high))
