"""The gate's rule on gaps whose answer can be seen."""

import pytest

from learnloop.governance.fairness_gaps import Gap
from learnloop.governance.fairness_verdict import (
    FairnessSettings,
    comparisons,
    critical_value,
    judge,
    lower_bound,
    smallest_detectable,
)

WORDS = {"tpr": "TPR"}


def gap(value: float, error: float, group: str = "red", students: int = 100) -> Gap:
    return Gap("team", group, "tpr", value, error, students)


def three(value: float, error: float) -> list[Gap]:
    return [gap(value, error), gap(0.0, 0.01, "blue"), gap(0.0, 0.01, "green")]


@pytest.mark.parametrize(("count", "expected"), [(1, 1.95996), (2, 2.23648), (10, 2.79963)])
def test_critical_values_are_sidaks(count: int, expected: float) -> None:
    # Normal quantiles of (1 + .95 ** (1 / count)) / 2, R: qnorm((1 + .95^(1/k))/2).
    assert critical_value(count, 0.95) == pytest.approx(expected, abs=1e-4)


def test_of_two_groups_with_mirrored_gaps_only_one_comparison_is_counted() -> None:
    assert comparisons([gap(0.1, 0.1), gap(-0.1, 0.1, "blue")]) == 1
    assert comparisons(three(0.1, 0.1)) == 3


def test_two_groups_whose_gaps_are_not_each_others_mirror_are_two_comparisons() -> None:
    # A gain of 1.1 against 1 is +10 %, of 1 against 1.1 it is -9.09 %.
    assert comparisons([gap(0.1, 0.022), gap(-1 / 11, 0.018, "blue")]) == 2


def test_a_part_can_fail_but_need_not_be_narrow_to_pass() -> None:
    wide, sure = gap(0.1, 0.2, "part"), gap(0.9, 0.05, "part")
    narrow = three(0.0, 0.01)
    assert judge(narrow, WORDS, FairnessSettings(), [wide])["verdict"] == "pass"
    result = judge(narrow, WORDS, FairnessSettings(), [sure])
    assert (result["verdict"], result["worst"]["group"]) == ("fail", "part")
    assert result["comparisons"] == 4


def test_a_gap_that_is_surely_above_the_limit_fails_and_is_named() -> None:
    result = judge(three(0.2, 0.03), WORDS, FairnessSettings())
    assert result["verdict"] == "fail"
    assert result["value"] == pytest.approx(0.2)
    assert (result["worst"]["group"], result["worst"]["metric"]) == ("red", "tpr")
    assert "team = red" in result["reason"]


def test_a_large_gap_that_is_unsure_does_not_fail() -> None:
    assert judge(three(0.15, 0.04), WORDS, FairnessSettings())["verdict"] == "pass"


def test_a_wide_interval_is_not_enough_data_and_says_how_many_would_be() -> None:
    result = judge(three(0.0, 0.1), WORDS, FairnessSettings())
    assert result["verdict"] == "not_enough_data"
    # ±2.3877 * .1 with 100 students: 100 * (.23877 / .15)² = 253.4
    assert "about 254 give" in result["reason"]


def test_a_sure_gap_fails_although_another_interval_is_wide() -> None:
    gaps = [gap(0.5, 0.05), gap(0.0, 0.2, "blue"), gap(0.0, 0.01, "green")]
    assert judge(gaps, WORDS, FairnessSettings())["verdict"] == "fail"


def test_a_group_that_cannot_be_measured_is_not_enough_data() -> None:
    unknown = gap(float("nan"), float("nan"), "few", students=3)
    result = judge([*three(0.0, 0.01), unknown], WORDS, FairnessSettings())
    assert result["verdict"] == "not_enough_data"
    assert "few" in result["reason"]
    assert result["smallest_detectable"] is None
    assert result["gaps"][-1]["gap"] is None


def test_nothing_to_compare_is_not_enough_data_and_says_what_to_supply() -> None:
    result = judge([], WORDS, FairnessSettings())
    assert result["verdict"] == "not_enough_data"
    assert result["worst"] is None
    assert "protected attributes" in result["reason"]


def test_of_two_opposite_gaps_the_smaller_group_is_named() -> None:
    gaps = [gap(0.3, 0.02, "many", students=900), gap(-0.3, 0.02, "few", students=100)]
    assert judge(gaps, WORDS, FairnessSettings())["worst"]["group"] == "few"


def test_smallest_detectable_bias_leaves_the_limit_by_interval_and_power() -> None:
    # .10 + .0588 + .8416 * .0588 / 1.96
    assert smallest_detectable(0.0588, 1.96, FairnessSettings()) == pytest.approx(
        0.18405, abs=1e-4
    )


@pytest.mark.parametrize(
    ("value", "half", "bound"), [(0.3, 0.1, 0.2), (-0.3, 0.1, 0.2), (0.05, 0.1, 0)]
)
def test_lower_bound_of_an_absolute_gap(value: float, half: float, bound: float) -> None:
    assert lower_bound(value, half) == pytest.approx(bound)


def test_a_typo_in_the_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="limits"):
        FairnessSettings(limits=0.1)  # type: ignore[call-arg]
