from dataclasses import astuple

import numpy as np
import pytest

from learnloop.evaluation import (
    Estimate,
    auc,
    bootstrap,
    expected_calibration_error,
    mean,
)
from learnloop.governance.gates import (
    Comparison,
    Verdict,
    audit_gate,
    calibration_gate,
    compare,
    latency_gate,
    measure_calibration,
    quality_gate,
)


def difference(value: float, low: float, high: float, opponent: str = "IRT") -> Comparison:
    return Comparison(opponent, Estimate(value, low, high))


@pytest.mark.parametrize(
    ("low", "high", "margin", "verdict"),
    [
        (0.01, 0.05, 0.0, "pass"),
        (-0.01, 0.05, 0.0, "not_enough_data"),
        (-0.05, -0.01, 0.0, "fail"),
        (-0.009, 0.004, 0.01, "pass"),
        (-0.02, 0.004, 0.01, "not_enough_data"),
        (-0.05, -0.011, 0.01, "fail"),
    ],
)
def test_a_model_must_be_better_or_within_the_margin(
    low: float, high: float, margin: float, verdict: str
) -> None:
    result = quality_gate([difference((low + high) / 2, low, high)], margin)
    assert (result.verdict, result.value, result.limit) == (verdict, low, -margin)


def test_the_strongest_of_several_baselines_decides() -> None:
    result = quality_gate(
        [difference(0.2, 0.1, 0.3, "skill rate"), difference(0.01, -0.01, 0.03, "IRT")]
    )
    assert result.verdict is Verdict.NOT_ENOUGH_DATA
    assert "IRT" in result.reason


def test_one_baseline_that_is_surely_better_fails_the_model() -> None:
    found = [difference(0.0, -0.3, 0.3), difference(-0.02, -0.03, -0.01, "skill rate")]
    assert quality_gate(found).verdict is Verdict.FAIL


def test_a_difference_that_is_undefined_passes_nobody() -> None:
    nan = float("nan")
    result = quality_gate([difference(nan, nan, nan)])
    assert (result.verdict, result.value) == (Verdict.NOT_ENOUGH_DATA, None)


def test_a_pair_moves_together_so_that_its_difference_is_sure() -> None:
    """Students differ much, but each one's list is worth exactly .1 more."""
    theirs = np.linspace(0, 0.9, 40)
    students = [f"s{i}" for i in range(40)]
    found = compare(mean, None, theirs + 0.1, theirs, students, "popularity").difference
    assert (found.low, found.value, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_a_perfect_order_against_a_reversed_one_differs_by_one() -> None:
    label = [0, 1] * 20
    students = [f"s{i // 2}" for i in range(40)]
    ours = np.array(label, dtype=float)
    found = compare(auc, label, ours, 1 - ours, students, "coin").difference
    assert (found.low, found.high) == pytest.approx((1.0, 1.0))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.02, 0.05, "pass"), (0.02, 0.06, "not_enough_data"), (0.051, 0.06, "fail")],
)
def test_calibration_error_must_surely_be_within_its_limit(
    low: float, high: float, verdict: str
) -> None:
    result = calibration_gate({"value": 0.04, "low": low, "high": high}, 0.05)
    assert (result.verdict, result.value, result.limit) == (verdict, 0.04, 0.05)


def test_calibration_summed_by_student_is_that_of_the_rows_with_the_same_interval() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(400)
    outcome = (rng.random(400) < probability**2).astype(float)
    students = [f"s{i % 30}" for i in range(400)]
    found = measure_calibration(outcome, probability, students, draws=60)
    of_rows = bootstrap(
        expected_calibration_error, outcome, probability, students=students, draws=60
    )
    assert astuple(found) == pytest.approx(astuple(of_rows))


@pytest.mark.parametrize("undefined", [None, float("nan")])
def test_an_interval_that_is_undefined_is_not_enough_data(undefined: float | None) -> None:
    result = calibration_gate({"value": undefined, "low": undefined, "high": undefined}, 0.05)
    assert (result.verdict, result.value) == (Verdict.NOT_ENOUGH_DATA, None)


def test_nobody_to_measure_calibration_on_is_not_enough_data() -> None:
    found = measure_calibration([], [], [])
    assert calibration_gate(found.as_dict(), 0.05).verdict is Verdict.NOT_ENOUGH_DATA


def test_calibration_that_was_not_measured_blocks() -> None:
    assert calibration_gate(None, 0.05).verdict is Verdict.NOT_ENOUGH_DATA


def test_the_slowest_answers_decide_on_latency() -> None:
    quick = [0.001] * 97
    assert latency_gate([*quick, 0.002, 0.002, 0.002], 0.1).verdict is Verdict.PASS
    slow = latency_gate([*quick, 0.5, 0.5, 0.5], 0.1)
    assert (slow.verdict, slow.value) == (Verdict.FAIL, pytest.approx(0.5))


def test_a_handful_of_calls_has_no_percentile() -> None:
    assert latency_gate([0.001] * 5, 0.1).verdict is Verdict.NOT_ENOUGH_DATA


@pytest.mark.parametrize("verdict", ["pass", "fail", "not_enough_data"])
def test_an_audit_speaks_for_itself(verdict: str) -> None:
    report = {"verdict": verdict, "value": 0.02, "limit": 0.1, "reason": "because"}
    result = audit_gate(report, "fairness")
    assert result.as_dict() == report


def test_a_model_that_no_audit_looked_at_is_blocked() -> None:
    result = audit_gate(None, "drift")
    assert result.verdict is Verdict.NOT_ENOUGH_DATA
    assert not result.passed
