"""Simulated sittings find planted abilities; the curves say whom a bank cannot measure."""

import numpy as np
import pandas as pd
import pytest

from learnloop.assessment.belief import Belief
from learnloop.assessment.evaluate import (
    ability_of,
    balanced,
    course_banks,
    information_curves,
    judge,
    sit,
)
from learnloop.assessment.settings import AssessmentSettings

from .banks import bank_of, drawn_bank, fitted


def test_a_course_asks_its_own_questions_that_every_age_may_see() -> None:
    items = pd.DataFrame(
        {
            "content_id": ["q0", "q1", "q2", "q3"],
            "course_id": ["algebra", "algebra", "algebra", "logic"],
            "type": ["assessment", "video", "assessment", "assessment"],
            "skill_ids": [["s0"], ["s0"], ["s0"], ["s1"]],
            "min_age": [0, 0, 13, 0],
        }
    )
    banks = course_banks(fitted([1.0] * 4, [0.0] * 4), items)
    assert {course: bank.content_ids for course, bank in banks.items()} == {
        "algebra": ("q0",),
        "logic": ("q3",),
    }


def test_students_who_answer_as_the_model_says_are_found_within_the_stated_error() -> None:
    bank = drawn_bank(200, skills=4)
    settings = balanced(AssessmentSettings(), bank)
    rng = np.random.default_rng(7)
    ability = rng.normal(size=150)
    chance = 1 / (1 + np.exp(-(np.outer(ability, bank.slope) + bank.easiness)))
    right = rng.random(chance.shape) < chance
    found, used = sit(bank, settings, [Belief()] * 150, right)
    scores = judge(found, ability, chance.mean(axis=1), draws=20)
    # The posterior's deviation is .3: so is the error, to 6 % with 150 students.
    assert scores["rmse_ability"]["value"] == pytest.approx(0.3, abs=0.06)
    assert scores["coverage"]["value"] == pytest.approx(0.95, abs=0.05)
    assert scores["rmse_ability_after_10"]["value"] > scores["rmse_ability"]["value"]
    assert scores["precise"]["value"] > 0.9
    assert used["exposure"] == 1.0
    surer, _ = sit(bank, settings, [Belief(theta, 0.4) for theta in ability], right)
    assert surer["questions"].mean() < found["questions"].mean() - 3


def test_what_is_judged_is_what_was_found() -> None:
    found = pd.DataFrame(
        {
            "questions": [8, 12, 12, 20],
            "precise": [True, True, True, False],
            "ability": [0.0, 1.0, 0.0, 1.0],
            "early_ability": [0.0, 0.0, 0.0, 0.0],
            "low": [-1.0, 0.0, -1.0, 2.5],
            "high": [1.0, 2.0, 1.0, 3.0],
            "share": [0.5, 0.5, 0.5, 0.5],
        }
    )
    said = judge(found, np.array([0.0, 1.0, 0.0, 2.0]), np.full(4, 0.6), draws=20)
    values = {name: each["value"] for name, each in said.items() if isinstance(each, dict)}
    assert said["median_items"] == 12
    assert values == pytest.approx(
        {
            "mean_items": 13,
            "within_10_items": 1 / 4,
            "precise": 3 / 4,
            "rmse_ability": np.sqrt(1 / 4),
            "rmse_ability_after_10": np.sqrt(5 / 4),
            "rmse_share": 0.1,
            "coverage": 3 / 4,
        }
    )


def test_half_of_the_answers_right_is_the_ability_that_the_question_is_hard() -> None:
    bank = bank_of([1.5], [0.7])
    assert ability_of(bank, np.array([0.5]))[0] == pytest.approx(0.7, abs=0.01)


def test_a_bank_of_one_difficulty_measures_only_the_students_of_that_ability() -> None:
    bank, settings = bank_of([2.0] * 60, [0.0] * 60), AssessmentSettings(max_items=25)
    told = information_curves(bank, settings, [Belief(0.0, 0.1)])
    middle = told["ability"].index(0.0)
    # Slope 2 at a chance of 1/2: 4 / 4 a question; 1 / .09 less 1 for the prior are needed.
    assert (told["all"][middle], told["test"][middle]) == pytest.approx((60, 25))
    assert told["needed"] == pytest.approx(10.11, abs=0.01)
    assert told["badly_measured"] < 0.01
    far = information_curves(bank, settings, [Belief(3.0, 0.1)])
    assert far["badly_measured"] > 0.99
    alone = settings.model_copy(update={"error": "information"})
    assert information_curves(bank, alone, [Belief()])["needed"] == pytest.approx(
        11.11, abs=0.01
    )
