"""The priors' pull is the slope of SciPy's densities."""

import numpy as np
import pytest
from scipy.stats import norm

from learnloop.difficulty.prior import LogNormal, Normal

STEP = 1e-4


def test_a_normal_prior_pulls_by_the_slope_of_its_log_density() -> None:
    prior, value = Normal(np.array([0.5, -1.0]), 0.8), np.array([1.2, 0.3])
    up, here, down = (-norm.logpdf(value + s, prior.mean, 0.8) for s in (STEP, 0, -STEP))
    assert prior.pull(value) == pytest.approx((up - down) / (2 * STEP), rel=1e-4)
    assert prior.precision(value) == pytest.approx((up - 2 * here + down) / STEP**2, rel=1e-3)


def test_a_log_normal_prior_pulls_by_the_slope_of_the_logarithms_log_density() -> None:
    prior, value = LogNormal(1.3, 0.4), np.array([0.4, 1.3, 2.9])
    up, here, down = (
        -norm.logpdf(np.log(value + s), np.log(1.3), 0.4) for s in (STEP, 0, -STEP)
    )
    assert prior.pull(value) == pytest.approx((up - down) / (2 * STEP), rel=1e-4, abs=1e-6)
    # Where the slope is the usual one nothing is left out of the curvature.
    curvature = (up - 2 * here + down) / STEP**2
    assert prior.precision(value)[1] == pytest.approx(curvature[1], rel=1e-3)
    assert (prior.precision(value) > 0).all()
