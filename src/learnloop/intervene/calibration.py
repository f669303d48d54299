"""From the log-odds of a fit to the log-odds that come true."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Beta calibration (Kull, Silva Filho & Flach 2017) of a probability p.

    Calibrated log-odds are ``low * ln p - high * ln(1 - p) + shift``: `low` stretches the
    small risks and `high` the great ones. With both 1 and no shift nothing changes; with
    both equal it is Platt scaling. Neither is negative, so that no order is ever reversed.
    """

    low: float = 1.0
    high: float = 1.0
    shift: float = 0.0

    def logit(self, raw: Floats) -> Floats:
        """Calibrated log-odds of raw ones.

        Example:
            >>> Calibration(low=2.0, high=2.0, shift=1.0).logit(np.array([3.0]))
            array([7.])
        """
        calibrated: Floats = self.low * _log_p(raw) - self.high * _log_p(-raw) + self.shift
        return calibrated

    def mean_slope(self, raw: Floats, origin: float) -> Floats:
        """Mean steepness of `logit` between `origin` and each of `raw`."""
        way = raw - origin
        climbed = self.logit(raw) - self.logit(np.array([origin]))
        chance = np.exp(_log_p(raw))
        steepness: Floats = self.low * (1 - chance) + self.high * chance
        far = np.abs(way) > 1e-6
        slope: Floats = np.where(far, climbed / np.where(far, way, 1.0), steepness)
        return slope


def fit_calibration(label: Floats, logit: Floats) -> Calibration:
    """The calibration that students not fitted on ask for.

    The labels are drawn in a little, to ``(n1 + 1) / (n1 + 2)`` and ``1 / (n0 + 2)``,
    so that students who happen to be told apart without error do not make the model
    certain (Platt 1999).

    Args:
        label: 0 or 1 per row.
        logit: log-odds of each row by a fit that did not see its student.

    Returns:
        No change where the labels cannot tell.
    """
    if len(np.unique(label)) < 2:
        return Calibration()
    struggling, rest = float(label.sum()), float((1 - label).sum())
    target = np.where(label > 0, (struggling + 1) / (struggling + 2), 1 / (rest + 2))
    curves = np.column_stack([_log_p(logit), -_log_p(-logit)])
    for kept in ([0, 1], [0], [1]):
        slopes, shift = _fit(curves[:, kept], target)
        if (slopes > 0).all():
            low, high = np.bincount(kept, slopes, minlength=2)
            return Calibration(float(low), float(high), shift)
    return Calibration()


def _fit(columns: Floats, target: Floats) -> tuple[Floats, float]:
    """Slopes and intercept of a logistic regression to shares in [0, 1]."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e4, max_iter=1000, tol=1e-8).fit(
        np.tile(columns, (2, 1)),
        np.repeat([1, 0], len(columns)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    return fitted.coef_[0], float(fitted.intercept_[0])


def _log_p(logit: Floats) -> Floats:
    """Logarithm of the probability of a logit."""
    logarithm: Floats = -np.logaddexp(0, -logit)
    return logarithm
