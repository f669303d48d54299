"""Logistic regression that knows its own uncertainty, kept as plain numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from learnloop.errors import ModelError

Floats = NDArray[np.float64]


def log_loss(label: Floats, logit: Floats) -> float:
    """Mean negative log-likelihood, in nats."""
    return float(np.mean(np.logaddexp(0, logit) - label * logit))


@dataclass(frozen=True)
class Logistic:
    """Coefficients over standardised columns, the last one the intercept."""

    centre: Floats
    """Mean of each column; what a NaN is taken for."""
    scale: Floats
    coefficients: Floats
    covariance: Floats
    """Of `coefficients`, shape (columns + 1, columns + 1)."""

    def standardise(self, columns: Floats) -> Floats:
        """Columns in standard deviations from their mean, 0 where unknown."""
        return np.nan_to_num((columns - self.centre) / self.scale, nan=0.0)

    def contributions(self, columns: Floats) -> Floats:
        """What each column adds to the logit, beside an average student."""
        return self.standardise(columns) * self.coefficients[:-1]

    def logit(self, columns: Floats) -> Floats:
        """The log-odds of each row."""
        return cast(Floats, self.contributions(columns).sum(axis=1) + self.coefficients[-1])

    def logit_error(self, columns: Floats) -> Floats:
        """Standard error of `logit`, from having seen only so many students."""
        z = _with_intercept(self.standardise(columns))
        return cast(Floats, np.sqrt(np.einsum("ij,jk,ik->i", z, self.covariance, z)))


def fit_logistic(
    columns: Floats, label: Floats, students: Sequence[str], strength: float
) -> Logistic:
    """Maximum penalised likelihood, with errors that allow for alike rows of a student.

    Args:
        columns: shape (rows, columns); NaN where unknown.
        label: 0 or 1 per row.
        students: the student of each row.
        strength: inverse of the penalty, scikit-learn's ``C``.

    Returns:
        The fit; its covariance is the cluster-robust sandwich of Liang & Zeger 1986.

    Raises:
        ModelError: `label` has one class only.
    """
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(label)) < 2:
        raise ModelError(
            "The intervention trigger needs students who struggle and students who do not; "
            f"all {len(label)} training rows have the same label. Give it more students."
        )
    known = ~np.isnan(columns)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, columns, 0.0).sum(axis=0) / count
    deviation = np.sqrt(np.where(known, (columns - centre) ** 2, 0.0).sum(axis=0) / count)
    scale = np.where(deviation > 0, deviation, 1.0)
    z = np.nan_to_num((columns - centre) / scale, nan=0.0)
    fitted = LogisticRegression(C=strength, max_iter=1000, tol=1e-8).fit(z, label)
    coefficients = np.append(fitted.coef_[0], fitted.intercept_[0])
    covariance = _sandwich(z, label, students, coefficients, strength)
    return Logistic(centre, scale, coefficients, covariance)


def _sandwich(
    z: Floats, label: Floats, students: Sequence[str], coefficients: Floats, strength: float
) -> Floats:
    design = _with_intercept(z)
    chance = expit(design @ coefficients)
    penalty = np.diag(np.append(np.full(z.shape[1], 1 / strength), 0.0))
    curvature = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
    names, place = np.unique(np.asarray(students), return_inverse=True)
    scores = np.zeros((len(names), design.shape[1]))
    np.add.at(scores, place, design * (label - chance)[:, None])
    bread = np.linalg.inv(curvature)
    return cast(Floats, bread @ (scores.T @ scores) @ bread)


def _with_intercept(z: Floats) -> Floats:
    return np.column_stack([z, np.ones(len(z))])
