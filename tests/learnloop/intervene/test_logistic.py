"""The penalised fit against the minimum that a general optimiser finds."""

import numpy as np
import pytest
from scipy.optimize import minimize

from learnloop.intervene.logistic import fit_logistic


@pytest.mark.parametrize("strength", [0.3, np.array([3.0, 0.01, 0.3])])
def test_each_column_is_penalised_by_its_own_strength(strength: float | np.ndarray) -> None:
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(300, 3)) * [1.0, 5.0, 0.2] + 3
    label = (columns[:, 0] - columns[:, 1] / 5 + rng.normal(size=300) > 3).astype(float)
    z = (columns - columns.mean(axis=0)) / columns.std(axis=0)

    def loss(free: np.ndarray) -> float:
        logit = z @ free[:-1] + free[-1]
        penalty = (free[:-1] ** 2 / (2 * strength)).sum()
        return float((np.logaddexp(0, logit) - label * logit).sum() + penalty)

    expected = minimize(loss, np.zeros(4), tol=1e-10).x
    fitted = fit_logistic(columns, label, [str(row) for row in range(300)], strength)
    np.testing.assert_allclose(fitted.coefficients, expected, atol=1e-4)
