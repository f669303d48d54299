import numpy as np
import pytest
from scipy.special import expit, logit

from learnloop.intervene.calibration import Calibration, fit_calibration


def test_no_stretch_and_no_shift_change_nothing() -> None:
    raw = np.array([-40.0, -1.0, 0.0, 2.0, 40.0])
    assert Calibration().logit(raw) == pytest.approx(raw)


def test_calibrated_log_odds_are_those_of_the_published_formula() -> None:
    # Kull et al. 2017: 1 / (1 + 1 / (e^c p^a / (1 - p)^b)), here with p = .8
    p, a, b, c = 0.8, 1.5, 0.5, 0.3
    published = 1 / (1 + 1 / (np.exp(c) * p**a / (1 - p) ** b))
    assert expit(Calibration(a, b, c).logit(logit([p]))) == pytest.approx([published])


def test_a_known_distortion_is_found_again() -> None:
    rng = np.random.default_rng(7)
    raw = rng.normal(0, 2, 40_000)
    true = 1.5 * np.log(expit(raw)) - 0.4 * np.log(expit(-raw)) + 0.5
    label = (rng.random(len(raw)) < expit(true)).astype(float)
    found = fit_calibration(label, raw)
    assert (found.low, found.high, found.shift) == pytest.approx((1.5, 0.4, 0.5), abs=0.1)


def test_order_is_never_reversed() -> None:
    # the highest logits come true less often, which a free fit would follow downhill
    raw = np.repeat([-3.0, 0.0, 3.0, 6.0], 50)
    share = np.repeat([0.02, 0.5, 0.5, 0.3], 50)
    label = (np.tile(np.arange(50), 4) < 50 * share).astype(float)
    found = fit_calibration(label, raw)
    assert found.low >= 0
    assert found.high >= 0
    assert (np.diff(found.logit(np.array([-3.0, 0.0, 3.0, 6.0]))) > 0).all()


def test_labels_of_one_class_change_nothing() -> None:
    assert fit_calibration(np.ones(4), np.arange(4.0)) == Calibration()


def test_mean_slope_times_the_way_is_the_climb() -> None:
    bent = Calibration(1.4, 0.2, 1.0)
    raw, origin = np.array([-2.0, 0.5, 3.0]), -1.0
    climb = bent.logit(raw) - bent.logit(np.array([origin]))
    assert bent.mean_slope(raw, origin) * (raw - origin) == pytest.approx(climb)
    # at the origin: low (1 - p) + high p with p = .5
    assert bent.mean_slope(np.array([0.0]), 0.0) == pytest.approx([0.8])
