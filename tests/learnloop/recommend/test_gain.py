"""The gain's formula against hand calculations and its directions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloop.recommend.gain import (
    challenge_fit,
    expected_gain,
    expected_success,
    taught,
    time_factor,
)

shares = st.floats(0.02, 0.98)


def test_the_worked_example_of_the_module_holds_step_by_step() -> None:
    success = float(expected_success(0.6, 0.0, 0.3, 1.0))
    assert success == pytest.approx(1 / (1 + math.exp(-(math.log(0.6 / 0.4) - 0.3))))
    assert success == pytest.approx(0.5263, abs=1e-4)
    fit = float(challenge_fit(success, 0.7, 0.2))
    assert fit == pytest.approx(0.686, abs=1e-3)
    share = float(taught(5, 0.036))
    assert share == pytest.approx(0.165, abs=1e-3)
    gain = float(expected_gain(share, 0.6, fit))
    assert gain == pytest.approx(0.0452, abs=1e-4)
    assert gain * float(time_factor(5, 15)) == pytest.approx(0.0339, abs=1e-4)


def test_an_item_as_hard_as_its_skill_is_solved_as_often_as_the_skill_is_mastered() -> None:
    assert float(expected_success(0.37, 1.2, 1.2, 1.0)) == pytest.approx(0.37)


def test_the_fit_is_best_at_the_target_and_alike_on_both_sides() -> None:
    assert float(challenge_fit(0.7, 0.7, 0.2)) == 1
    assert float(challenge_fit(0.6, 0.7, 0.2)) == pytest.approx(
        float(challenge_fit(0.8, 0.7, 0.2))
    )
    assert float(challenge_fit(0.9, 0.7, 0.2)) == pytest.approx(math.exp(-0.5))


def test_an_item_of_as_many_minutes_as_the_patience_counts_half() -> None:
    assert float(time_factor(15, 15)) == 0.5


def test_who_has_mastered_everything_gains_nothing() -> None:
    assert float(expected_gain(0.2, 1.0, 1.0)) == 0


@given(mastery=shares, share=shares, fit=shares)
def test_a_gain_never_exceeds_what_is_missing(mastery: float, share: float, fit: float) -> None:
    assert 0 <= float(expected_gain(share, mastery, fit)) <= 1 - mastery


@given(mastery=shares, easier=st.floats(-3, 0), harder=st.floats(0.01, 3))
def test_a_harder_item_is_solved_less_often(
    mastery: float, easier: float, harder: float
) -> None:
    easy, hard = expected_success(mastery, 0.0, np.array([easier, harder]), 1.0)
    assert hard < easy
