"""Scores against hand calculations, and intervals against what they promise."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from learnloop.evaluation import (
    Estimate,
    auc,
    bootstrap,
    expected_calibration_error,
    mean,
    ranked_auc,
    rmse,
)


def by_counting_pairs(label: np.ndarray, score: np.ndarray, weight: np.ndarray) -> float:
    """The definition: share of (positive, negative) pairs in order, ties half."""
    right = total = 0.0
    for i in np.flatnonzero(label == 1):
        for j in np.flatnonzero(label == 0):
            pair = weight[i] * weight[j]
            total += pair
            right += pair * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    return right / total


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    # Pairs (0.4 against 0.1, 0.3) and (0.2 against 0.1, 0.3): three of four are right.
    assert auc([0, 1, 1, 0], [0.1, 0.4, 0.2, 0.3]) == 0.75


def test_a_tie_counts_half() -> None:
    assert auc([0, 1, 1], [0.5, 0.5, 0.9]) == 0.75


def test_scores_upside_down_give_auc_0() -> None:
    assert auc([1, 1, 0], [0.1, 0.2, 0.3]) == 0


def test_auc_with_ties_and_weights_is_that_of_counting_pairs() -> None:
    rng = np.random.default_rng(2)
    label, score = rng.integers(0, 2, 60), rng.integers(0, 9, 60) / 10
    weight = rng.integers(0, 4, 60).astype(float)
    assert auc(label, score, weight) == pytest.approx(by_counting_pairs(label, score, weight))


@pytest.mark.parametrize("label", [[1, 1], [0, 0], []])
def test_auc_of_one_class_is_undefined(label: list[int]) -> None:
    assert np.isnan(auc(label, [0.2] * len(label)))


def test_auc_is_undefined_when_a_class_has_no_weight() -> None:
    assert np.isnan(auc([0, 1], [0.2, 0.3], [0.0, 1.0]))


def test_a_forecast_of_the_observed_rate_is_calibrated() -> None:
    assert expected_calibration_error([1, 0, 0, 0], [0.25] * 4) == 0


def test_calibration_error_weighs_bins_by_their_rows() -> None:
    # Bin .2–.3: three rows, mean .25, one solved (1/3), gap 1/12. Bin .9–1: one row, gap .05.
    error = expected_calibration_error([1, 0, 0, 1], [0.25, 0.25, 0.25, 0.95])
    assert error == pytest.approx(3 / 4 * 1 / 12 + 1 / 4 * 0.05)


def test_calibration_error_of_the_surest_mistakes_is_1() -> None:
    assert expected_calibration_error([0, 1], [1.0, 0.0]) == 1


def test_errors_of_opposite_sign_in_one_bin_cancel() -> None:
    assert expected_calibration_error([0, 1], [0.55, 0.45], bins=1) == pytest.approx(0)


def test_a_weight_of_two_is_a_row_given_twice() -> None:
    label, probability = [1, 0, 1], [0.8, 0.3, 0.4]
    weighted = expected_calibration_error(label, probability, [2.0, 1.0, 1.0])
    assert weighted == pytest.approx(
        expected_calibration_error([1, *label], [0.8, *probability])
    )


def test_rmse_is_the_root_of_the_mean_square() -> None:
    assert rmse([0, 0], [3, 4]) == pytest.approx(np.sqrt(12.5))
    assert rmse([0, 0], [3, 4], [1.0, 0.0]) == 3


def test_a_weighted_mean() -> None:
    assert mean([1, 4]) == 2.5
    assert mean([1, 4], [2.0, 1.0]) == 2


def test_an_estimate_is_written_by_name() -> None:
    assert Estimate(0.5, 0.4, 0.6).as_dict() == {"value": 0.5, "low": 0.4, "high": 0.6}


def test_the_value_of_a_bootstrap_is_that_of_all_rows() -> None:
    estimate = bootstrap(mean, [1.0, 2.0, 6.0], students=["a", "a", "b"], draws=50)
    assert estimate.value == 3
    assert 1.5 <= estimate.low <= estimate.high <= 6


def test_a_seed_gives_the_same_interval_again() -> None:
    values, students = np.arange(20.0), np.arange(20)
    first, again, other = (
        bootstrap(mean, values, students=students, draws=40, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_students_alike_within_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(3).normal(size=25), 16)
    apart = bootstrap(mean, values, students=np.arange(400))
    together = bootstrap(mean, values, students=np.repeat(np.arange(25), 16))
    # 16 copies of a row tell no more than one: the interval is √16 = 4 times as wide.
    ratio = (together.high - together.low) / (apart.high - apart.low)
    assert ratio == pytest.approx(4, rel=0.2)


def test_samples_without_both_classes_are_left_out() -> None:
    estimate = bootstrap(auc, [0, 1, 1], [0.1, 0.9, 0.8], students=["a", "b", "c"], draws=60)
    assert (estimate.value, estimate.low, estimate.high) == (1, 1, 1)


def test_95_percent_intervals_hold_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(0)
    students = np.repeat(np.arange(60), 5)
    held = 0
    for repeat in range(200):
        values = np.repeat(rng.normal(size=60), 5) + rng.normal(size=300)
        estimate = bootstrap(mean, values, students=students, draws=200, seed=repeat)
        held += estimate.low <= 0 <= estimate.high
    # A share of 200 has a standard error of 1.5 %; percentile intervals of 60 run 1 % short.
    assert held / 200 == pytest.approx(0.95, abs=0.045)


def test_auc_from_ranks_is_the_auc_of_scikit_learn_with_ties_and_weights() -> None:
    rng = np.random.default_rng(3)
    label = rng.integers(0, 2, 200).astype(float)
    score = rng.integers(0, 20, 200) / 20
    weight = rng.integers(0, 4, 200).astype(float)
    _, rank = np.unique(score, return_inverse=True)
    theirs = roc_auc_score(label, score, sample_weight=weight)
    assert ranked_auc(label, rank, weight) == pytest.approx(theirs)
    assert auc(label, score, weight) == pytest.approx(theirs)
