"""Learning curves of answers that were drawn with a known slope."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from learnloop.diagnosis.curves import Curve, learning_curve
from learnloop.diagnosis.settings import SkillModelSettings
from learnloop.diagnosis.skill_model import skill_model_report

SETTINGS = SkillModelSettings()
Order = Callable[[np.random.Generator], NDArray[np.intp]]


def drawn(
    order: Order, slope: float, ease: list[float], students: int = 600, seed: int = 0
) -> pd.DataFrame:
    """Each student meets the items in an order of the student's own."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[Any, ...]] = []
    for student in range(students):
        level = rng.normal()
        for place, item in enumerate(order(rng)):
            line = level + ease[item] + slope * np.log(place + 1)
            rows.append((f"s{student:04d}", f"i{item}", rng.random() < expit(line)))
    return pd.DataFrame(rows, columns=["student_id", "content_id", "correct"])


def curve_of(answers: pd.DataFrame, settings: SkillModelSettings = SETTINGS) -> Curve:
    curve = learning_curve(answers, settings)
    assert curve is not None
    return curve


def fixed(_: np.random.Generator) -> NDArray[np.intp]:
    return np.arange(5)


def shuffled(rng: np.random.Generator) -> NDArray[np.intp]:
    return rng.permutation(5)


def mostly_fixed(rng: np.random.Generator) -> NDArray[np.intp]:
    """Four students in ten meet the items in an order of their own."""
    return rng.permutation(5) if rng.random() < 0.4 else np.arange(5)


def again(_: np.random.Generator) -> NDArray[np.intp]:
    return np.array([0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize("slope", [0.0, 0.7])
@pytest.mark.parametrize("ease", [[0.0] * 5, [0.8, 0.4, 0.0, -0.4, -0.8]])
def test_with_items_in_one_fixed_order_nothing_is_said_of_learning(
    slope: float, ease: list[float]
) -> None:
    curve = curve_of(drawn(fixed, slope, ease))
    assert not curve.identified
    assert np.isnan([curve.p_flat, curve.p_rises]).all()


@pytest.mark.parametrize("order", [shuffled, mostly_fixed, again])
@pytest.mark.parametrize("slope", [0.0, 0.7])
def test_items_that_grow_harder_hide_no_learning(order: Order, slope: float) -> None:
    curve = curve_of(drawn(order, slope, [0.8, 0.4, 0.0, -0.4, -0.8]))
    assert curve.identified
    assert curve.slope == pytest.approx(slope, abs=3 * curve.slope_se)
    assert curve.slope_se < 0.15


@pytest.mark.parametrize("slope", [0.0, 0.7])
def test_items_that_grow_easier_are_not_taken_for_learning(slope: float) -> None:
    curve = curve_of(drawn(mostly_fixed, slope, [-0.8, -0.4, 0.0, 0.4, 0.8]))
    assert curve.slope == pytest.approx(slope, abs=3 * curve.slope_se)


def test_intervals_cover_the_slope_as_often_as_they_say() -> None:
    ease = [0.8, 0.4, 0.0, -0.4, -0.8]
    curves = [curve_of(drawn(mostly_fixed, 0.5, ease, 150, seed)) for seed in range(40)]
    away = np.array([(curve.slope - 0.5) / curve.slope_se for curve in curves])
    # Of 40 intervals of 95 %, fewer than 34 cover with a chance below one in 100.
    assert (np.abs(away) < 1.96).sum() >= 34
    assert 0.6 < away.std() < 1.4


def test_gain_is_that_of_students_whose_levels_are_known() -> None:
    curve = curve_of(drawn(shuffled, 0.7, [0.0] * 5, students=1000))
    levels = np.random.default_rng(1).normal(size=200_000)
    true = expit(levels + 0.7 * np.log(5)).mean() - expit(levels).mean()
    width = curve.gain_high - curve.gain_low
    assert width < 0.08
    assert curve.gain == pytest.approx(true, abs=0.75 * width)


def test_one_item_answered_again_and_again_has_a_slope() -> None:
    curve = curve_of(drawn(lambda _: np.zeros(5, int), 0.7, [0.3]))
    assert curve.identified
    assert curve.slope == pytest.approx(0.7, abs=3 * curve.slope_se)


def at_first(start: float) -> list[float]:
    """Eases of four items, with which a share `start` is right at the first answer."""
    levels = np.random.default_rng(99).normal(size=50_000)
    return [brentq(lambda ease: expit(levels + ease).mean() - start, -8, 8)] * 4


def six(rng: np.random.Generator) -> NDArray[np.intp]:
    return rng.integers(4, size=6)


def verdict(answers: pd.DataFrame, settings: SkillModelSettings = SETTINGS) -> str:
    skills = pd.DataFrame({"skill_id": ["a"], "name": "a", "course_id": "c"})
    items = pd.DataFrame({"content_id": ["i0"], "type": "assessment", "skill_ids": [["a"]]})
    report = skill_model_report(
        answers.assign(skill_id="a", position=np.arange(len(answers))),
        skills,
        items,
        pd.DataFrame(columns=["skill_id", "requires_skill_id"]),
        settings,
    )
    return str(report["skills"][0]["verdict"])


@pytest.mark.parametrize(
    ("start", "slope", "students", "expected"),
    [
        # Gains below .05 because no more is left to gain, not because practice is in vain.
        (0.96, 1.0, 600, "rises"),
        (0.97, 2.0, 600, "rises"),
        (0.94, 0.7, 600, "rises"),
        (0.96, 0.0, 600, "known from the start"),
        (0.97, -0.4, 30, "known from the start"),
        (0.97, 2.0, 30, "known from the start"),
        # What is lost, or stays, below the ceiling is no less flat for that.
        (0.96, -1.0, 600, "flat"),
        (0.85, 0.0, 600, "flat"),
    ],
)
def test_a_skill_at_the_ceiling_is_not_called_flat(
    start: float, slope: float, students: int, expected: str
) -> None:
    ease = at_first(start)
    said = [verdict(drawn(six, slope, ease, students, seed)) for seed in range(3)]
    assert said == [expected] * 3


def test_a_gain_that_is_sure_is_a_rise_though_it_is_surely_a_small_one() -> None:
    wide = SETTINGS.model_copy(update={"flat_gain": 0.4})
    answers = drawn(shuffled, 0.4, [0.0] * 5, students=1000)
    curve = curve_of(answers, wide)
    assert max(curve.p_flat, curve.p_rises) < 0.01
    assert verdict(answers, wide) == "rises"


@pytest.mark.parametrize("right", [True, False])
def test_answers_all_right_or_all_wrong_tell_nothing_of_practice(right: bool) -> None:
    answers = drawn(shuffled, 0.0, [0.0] * 5).assign(correct=right)
    assert verdict(answers) == ("known from the start" if right else "not enough data")


def test_of_many_students_a_drawn_sample_is_used_whatever_their_ids_mean() -> None:
    # Who enrolled early, with low ids, learns nothing; the others do.
    early = drawn(shuffled, 0.0, [0.0] * 5, students=500)
    late = drawn(shuffled, 1.2, [0.0] * 5, students=500, seed=1)
    answers = pd.concat([early, late.assign(student_id="t" + late["student_id"])])
    settings = SETTINGS.model_copy(update={"most_students": 500})
    curve = curve_of(answers, settings)
    everyone = curve_of(answers)
    assert curve.students == 500
    assert curve.slope == pytest.approx(everyone.slope, abs=3 * curve.slope_se)
    assert curve_of(answers, settings).slope == curve.slope
