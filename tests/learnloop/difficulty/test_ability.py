"""The running posterior against integrals taken by another library."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from learnloop.difficulty.ability import follow
from learnloop.difficulty.answers import Answers
from learnloop.difficulty.response import AbilityGrid, curves, soften

SLOPE, EASINESS = np.array([0.7, 1.0, 2.0]), np.array([-1.0, 0.0, 1.5])


def by_quadrature(correct: list[bool]) -> tuple[float, float, float]:
    """Mean, standard deviation and P(third item) after answers to the first items."""

    def chance(item: int, ability: float) -> float:
        return 1 / (1 + np.exp(-(SLOPE[item] * ability + EASINESS[item])))

    def weight(ability: float) -> float:
        likelihood = [
            chance(item, ability) if solved else 1 - chance(item, ability)
            for item, solved in enumerate(correct)
        ]
        return norm.pdf(ability) * np.prod(likelihood)

    def moment(of: object) -> float:
        return quad(lambda ability: weight(ability) * of(ability), -9, 9)[0]

    total = moment(lambda _: 1)
    mean = moment(lambda ability: ability) / total
    square = moment(lambda ability: ability**2) / total
    return mean, np.sqrt(square - mean**2), moment(lambda ability: chance(2, ability)) / total


@pytest.mark.parametrize(
    "correct", [[], [True], [False], [True, False], [True, True], [False, False]]
)
def test_ability_and_chance_are_those_of_the_exact_posterior(correct: list[bool]) -> None:
    grid = AbilityGrid.standard_normal(41)
    asked = len(correct)
    answers = Answers(
        student=np.zeros(asked + 1, np.intp),
        item=np.array([*range(asked), 2], np.intp),
        correct=np.array([*correct, np.nan], np.float64),
        students=1,
        rows=np.arange(asked + 1),
    )
    course = follow(answers, curves(SLOPE, EASINESS, grid), grid)
    mean, sd, chance = by_quadrature(correct)
    assert course.ability[-1] == pytest.approx(mean, abs=2e-5)
    assert course.ability_sd[-1] == pytest.approx(sd, abs=2e-5)
    assert course.chance[-1] == pytest.approx(chance, abs=2e-5)


def test_a_thousand_answers_of_one_kind_do_not_freeze_the_belief() -> None:
    grid = AbilityGrid.standard_normal(41)
    correct = np.repeat([1.0, 0.0], 1000)
    answers = Answers(
        np.zeros(2000, np.intp), np.ones(2000, np.intp), correct, 1, np.arange(2000)
    )
    course = follow(answers, curves(SLOPE, EASINESS, grid), grid)
    # As many solved as failed: the maximum-likelihood ability is where P = 1/2, at 0.
    assert course.ability[1000] > 3
    assert course.ability[-1] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("variance", [0.0, 0.5, 2.0])
def test_a_softened_item_predicts_the_mean_over_what_it_may_be(variance: float) -> None:
    slope, easiness = soften(np.array([1.2]), np.array([0.8]), np.array([variance]))
    softened = curves(slope, easiness, AbilityGrid(np.array([0.5]), np.ones(1)))[0, 0]
    spread = max(np.sqrt(variance), 1e-6)
    exact = quad(lambda z: norm.pdf(z) / (1 + np.exp(-(1.2 * 0.5 + 0.8 + spread * z))), -9, 9)[
        0
    ]
    assert softened == pytest.approx(exact, abs=0.01)
