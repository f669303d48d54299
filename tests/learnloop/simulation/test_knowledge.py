"""What students know, against hand calculations."""

import math

import numpy as np
import pytest

from learnloop.simulation import rates
from learnloop.simulation.curriculum import build_curriculum
from learnloop.simulation.knowledge import Knowledge, response_probability

CURRICULUM = build_curriculum(seed=7)
ROOT = CURRICULUM.skills["skill_id"].tolist().index("algebra.signed-numbers")
"""A skill without prerequisites."""
NEXT = CURRICULUM.skills["skill_id"].tolist().index("algebra.order-of-operations")
"""A skill whose only prerequisite is `ROOT`."""
ME = np.array([0])


def student(prior: float = 0.0, half_life_days: float = 10.0) -> Knowledge:
    return Knowledge(
        np.full((1, len(CURRICULUM.skills)), prior),
        np.array([0.8]),
        np.array([math.log(2) / half_life_days]),
        CURRICULUM,
    )


def theta(knowledge: Knowledge, skill: int, day: float) -> float:
    return float(knowledge.theta(ME, np.array([skill]), np.array([day]))[0])


def study(knowledge: Knowledge, skill: int, day: float, effort: float = 1.0) -> None:
    knowledge.learn(ME, np.array([skill]), np.array([day]), np.array([effort]))


@pytest.mark.parametrize(
    ("logit", "difficulty", "discrimination", "guess", "expected"),
    [
        (0.7, 0.7, 1.3, 0.0, 0.5),
        (1.0, 0.0, 1.0, 0.0, 0.7310586),
        (2.0, 1.0, 2.0, 0.0, 0.8807971),
        (0.0, 0.0, 1.0, 0.2, 0.6),
        (-50.0, 0.0, 1.0, 0.25, 0.25),
    ],
)
def test_the_response_model_is_logistic(logit, difficulty, discrimination, guess, expected):
    got = response_probability(
        np.array([logit]), np.array([difficulty]), np.array([discrimination]), guess
    )
    assert got[0] == pytest.approx(expected, abs=1e-7)


def test_a_whole_item_adds_the_learning_rate():
    knowledge = student()
    study(knowledge, ROOT, day=0.0)
    assert theta(knowledge, ROOT, 0.0) == pytest.approx(0.8)


def test_half_is_gone_after_a_half_life_and_nothing_below_the_prior():
    knowledge = student(prior=-0.5)
    study(knowledge, ROOT, day=0.0)
    assert theta(knowledge, ROOT, 10.0) == pytest.approx(-0.5 + 0.4)
    assert theta(knowledge, ROOT, 20.0) == pytest.approx(-0.5 + 0.2)
    assert theta(knowledge, ROOT, 1000.0) == pytest.approx(-0.5)


def test_practice_slows_forgetting():
    knowledge = student()
    study(knowledge, ROOT, day=0.0)
    study(knowledge, ROOT, day=0.0)
    start = theta(knowledge, ROOT, 0.0)
    half_life = 10.0 * 2**rates.HALF_LIFE_GROWTH
    assert theta(knowledge, ROOT, half_life) == pytest.approx(start / 2)


def test_learning_slows_towards_the_ceiling():
    knowledge = student()
    study(knowledge, ROOT, day=0.0)
    study(knowledge, ROOT, day=0.0)
    assert theta(knowledge, ROOT, 0.0) == pytest.approx(0.8 + 0.8 * (1 - 0.8 / 3.2))
    for _ in range(200):
        study(knowledge, ROOT, day=0.0)
    assert theta(knowledge, ROOT, 0.0) <= rates.LEARNT_CEILING


def test_little_is_learnt_beyond_the_prerequisites():
    lost, ready = student(prior=-4.0), student(prior=4.0)
    for knowledge in (lost, ready):
        study(knowledge, NEXT, day=0.0)
    assert theta(ready, NEXT, 0.0) - 4.0 == pytest.approx(0.8)
    assert theta(lost, NEXT, 0.0) + 4.0 == pytest.approx(0.8 * rates.UNREADY_GAIN)


def test_one_skill_leaves_the_others_alone():
    knowledge = student()
    study(knowledge, ROOT, day=0.0)
    assert theta(knowledge, NEXT, 0.0) == 0.0


def test_true_mastery_is_the_mean_chance_over_the_skills_questions():
    knowledge = student(prior=0.3)
    study(knowledge, ROOT, day=0.0)
    knowledge.slump = np.array([0.25])
    day, guess = 10.0, 0.1
    logit = 0.3 + 0.4 - 0.25
    items = CURRICULUM.items
    skill_id = CURRICULUM.skills["skill_id"][ROOT]
    chances = [
        guess
        + (1 - guess)
        / (1 + math.exp(-CURRICULUM.discrimination[row] * (logit - CURRICULUM.difficulty[row])))
        for row in range(len(items))
        if items["type"][row] == "assessment" and items["skill_ids"][row] == [skill_id]
    ]
    assert len(chances) >= 4
    got = knowledge.mastery(ME, day, guess)[0, ROOT]
    assert got == pytest.approx(sum(chances) / len(chances))
