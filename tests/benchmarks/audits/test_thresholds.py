import numpy as np
import pytest
from scipy.stats import norm

from benchmarks.audits import thresholds

STRENGTHS = [0.0, 0.25, 0.5, 1.0]


def margins_of(own: np.ndarray) -> np.ndarray:
    """Margins that are straight lines through 0 at each campus's own threshold."""
    return np.asarray(STRENGTHS)[None, :] - own[:, None]


def test_thresholds_are_where_straight_lines_cross_the_limit() -> None:
    own = np.array([0.1, 0.3, 0.5001, 0.9, 1.2])
    found = thresholds.crossings(STRENGTHS, margins_of(own))
    assert found == pytest.approx([0.1, 0.3, 0.5001, 0.9, np.inf])


def test_an_alarm_without_a_bias_has_threshold_zero() -> None:
    assert thresholds.crossings(STRENGTHS, np.array([[0.1, 0.2, 0.3, 0.4]])) == [0.0]


@pytest.mark.parametrize(("mean", "sd"), [(0.4, 0.1), (0.8, 0.2)])
def test_the_curve_of_known_thresholds_is_found(mean: float, sd: float) -> None:
    """With mean .8 and sd .2 one in six is beyond what was measured and censored."""
    own = np.random.default_rng(5).normal(mean, sd, 4_000)
    at = np.array([0.3, 0.6, 0.9])
    found = thresholds.curve(STRENGTHS, margins_of(own), at)
    assert found == pytest.approx(norm.cdf((at - mean) / sd), abs=0.02)
    least = thresholds.found_from(STRENGTHS, margins_of(own), power=0.8, draws=50)
    assert least.value == pytest.approx(mean + 0.8416 * sd, abs=0.02)
    assert least.low <= least.value <= least.high


def test_what_is_found_too_seldom_is_beyond_what_was_measured() -> None:
    least = thresholds.found_from(STRENGTHS, margins_of(np.full(20, 1.5)), power=0.8)
    assert (least.value, least.low) == (np.inf, np.inf)
    assert thresholds.curve(STRENGTHS, margins_of(np.full(20, 1.5)), np.array([0.5])) is None


def test_two_campuses_are_too_few_to_say() -> None:
    least = thresholds.found_from(STRENGTHS, margins_of(np.array([0.3, 0.4])), power=0.8)
    assert np.isnan(least.value)


def test_intervals_of_shares_are_the_published_ones() -> None:
    """Clopper & Pearson: 0 of 20 leaves 3/n by the rule of three, exactly 1 - .05^(1/20)."""
    assert thresholds.at_most(0, 20) == pytest.approx(1 - 0.05 ** (1 / 20))
    one = thresholds.share(10, 20)
    assert (one.low, one.value, one.high) == pytest.approx((0.272, 0.5, 0.728), abs=0.001)


def test_the_gap_at_a_strength_is_between_those_measured() -> None:
    gaps = np.array([[0.0, 0.05, 0.1, 0.2], [0.02, 0.07, 0.14, 0.3]])
    assert thresholds.gap_at(0.75, STRENGTHS, gaps) == pytest.approx((0.12 + 0.25) / 2)
