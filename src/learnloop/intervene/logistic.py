"""Logistic regression that knows its own uncertainty, kept as plain numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
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

    def as_dict(self) -> dict[str, Any]:
        """The numbers as lists, for JSON."""
        return {name: value.tolist() for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Reads back what `as_dict` gave."""
        return cls(**{name: np.array(value) for name, value in content.items()})


def fit_logistic(
    columns: Floats,
    label: Floats,
    students: Sequence[str],
    strength: float | Floats,
    weight: Floats | None = None,
) -> Logistic:
    """Maximum penalised likelihood, with errors that allow for alike rows of a student.

    Args:
        columns: shape (rows, columns); NaN where unknown.
        label: 0 or 1 per row.
        students: the student of each row.
        strength: inverse of the penalty, scikit-learn's ``C``: of all columns or of each.
        weight: of each row, not negative; ``None`` counts each once.

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
    rows = np.ones(len(label)) if weight is None else weight
    # A column stretched by the root of its strength is penalised as by its own strength.
    root = np.sqrt(np.broadcast_to(strength, z.shape[1]))
    solver = LogisticRegression(solver="newton-cholesky", max_iter=1000, tol=1e-8)
    fitted = solver.fit(z * root, label, rows)
    coefficients = np.append(fitted.coef_[0] * root, fitted.intercept_[0])
    covariance = _sandwich(z, label, students, coefficients, strength, rows)
    return Logistic(centre, scale, coefficients, covariance)


def _sandwich(
    z: Floats,
    label: Floats,
    students: Sequence[str],
    coefficients: Floats,
    strength: float | Floats,
    weight: Floats,
) -> Floats:
    design = _with_intercept(z)
    chance = expit(design @ coefficients)
    penalty = np.diag(np.append(1 / np.broadcast_to(strength, z.shape[1]), 0.0))
    curvature = (design * (weight * chance * (1 - chance))[:, None]).T @ design + penalty
    _, place = np.unique(np.asarray(students), return_inverse=True)
    owned = csr_array((weight * (label - chance), (place, np.arange(len(label)))))
    scores = owned @ design
    bread = np.linalg.inv(curvature)
    return cast(Floats, bread @ (scores.T @ scores) @ bread)


def _with_intercept(z: Floats) -> Floats:
    return np.column_stack([z, np.ones(len(z))])
