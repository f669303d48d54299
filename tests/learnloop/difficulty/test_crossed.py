"""What the model with student × skill effects promises."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from learnloop.difficulty import CrossedResponseModel, CrossedSettings
from learnloop.errors import ModelError

from .answer_tables import written_answers

SKILLS = 4


def drawn_answers(seed: int, students: int = 300, items: int = 60, seen: float = 0.3):
    """Answers, and the true item difficulties, abilities and abilities by skill."""
    rng = np.random.default_rng(seed)
    skill = np.arange(items) % SKILLS
    difficulty = rng.normal(0, 0.85, items)
    ability = rng.normal(size=students)
    by_skill = ability[:, None] + rng.normal(0, 0.6, (students, SKILLS))
    student, item = np.nonzero(rng.random((students, items)) < seen)
    logit = by_skill[student, skill[item]] - difficulty[item]
    table = pd.DataFrame(
        {
            "student_id": [f"s{place:04d}" for place in student],
            "content_id": [f"i{place:03d}" for place in item],
            "skill_id": [f"k{place}" for place in skill[item]],
            "position": np.arange(len(student)),
            "correct": rng.random(len(student)) < expit(logit),
        }
    )
    return table, difficulty, ability - ability.mean(), by_skill - ability.mean()


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return drawn_answers(0)[0]


@pytest.fixture(scope="module")
def model(answers: pd.DataFrame) -> CrossedResponseModel:
    return CrossedResponseModel().fit(answers)


def test_95_percent_intervals_hold_the_truth_95_times_in_100() -> None:
    held: dict[str, list[np.ndarray]] = {"items": [], "students": [], "pairs": []}
    for seed in range(6):
        table, difficulty, ability, by_skill = drawn_answers(seed)
        fitted = CrossedResponseModel(CrossedSettings(factor_variances=(0.0,))).fit(table)
        items, students, pairs = fitted.items(), fitted.abilities(), fitted.skill_abilities()
        # The answers say nothing of where zero is: both scales have it at their mean.
        off = items["difficulty"] - items["difficulty"].mean()
        off -= difficulty - difficulty.mean()
        held["items"].append(np.abs(off / items["difficulty_se"]) < 1.96)
        off = students["ability"] - ability
        held["students"].append(np.abs(off / students["ability_sd"]) < 1.96)
        at = pairs["student_id"].str[1:].astype(int), pairs["skill_id"].str[1:].astype(int)
        off = pairs["ability"] - by_skill[at]
        held["pairs"].append(np.abs(off / pairs["ability_sd"]) < 1.96)
    for name, each in held.items():
        assert np.mean(np.concatenate(each)) == pytest.approx(0.95, abs=0.03), name


def test_a_student_who_is_good_at_one_skill_has_better_chances_there() -> None:
    table = written_answers(
        {f"s{n}": "a1+ a2+ a3+ b1- b2- b3-" for n in range(20)}
        | {f"t{n}": "a1- a2- a3- b1+ b2+ b3+" for n in range(20)}
        | {"ann": "a1+ a2+ b1- b2-"}
    )
    table["skill_id"] = table["content_id"].str[0]
    model = CrossedResponseModel(CrossedSettings(factor_variances=(0.0,))).fit(table)
    asked = pd.DataFrame(
        {"student_id": "ann", "content_id": ["a3", "b3"], "skill_id": ["a", "b"]}
    )
    at_a, at_b = model.predict(asked)["probability"]
    assert at_a > 0.55 > 0.45 > at_b
    ann = model.skill_abilities().set_index(["student_id", "skill_id"])["ability"]["ann"]
    assert ann["a"] > 0 > ann["b"]


def test_factors_are_not_used_where_held_out_answers_do_not_ask_for_them() -> None:
    table = drawn_answers(1)[0]
    choice = (
        CrossedResponseModel(CrossedSettings(factor_variances=(0.0, 0.3))).fit(table).choice
    )
    assert choice.factor_variance == 0
    assert choice.log_loss[0.0] < choice.log_loss[0.3]


def test_factors_are_used_where_students_prefer_items_across_skills() -> None:
    table = drawn_answers(2)[0]
    odd_student = table["student_id"].str[1:].astype(int) % 2
    odd_ten = table["content_id"].str[1:].astype(int) // 10 % 2
    rng = np.random.default_rng(0)
    table["correct"] = rng.random(len(table)) < np.where(odd_student == odd_ten, 0.9, 0.2)
    assert CrossedResponseModel().fit(table).choice.factor_variance > 0


def test_only_the_first_answer_of_a_student_to_an_item_is_learned_from(
    answers: pd.DataFrame, model: CrossedResponseModel
) -> None:
    again = answers.assign(position=answers["position"] + 10**6, correct=True)
    both = pd.concat([again, answers], ignore_index=True)
    pd.testing.assert_frame_equal(
        CrossedResponseModel().fit(both).items(), model.items(), rtol=1e-12
    )


def test_items_that_everybody_or_nobody_solves_get_finite_difficulties(
    answers: pd.DataFrame,
) -> None:
    easy, hard = answers["content_id"] == "i000", answers["content_id"] == "i001"
    extreme = answers.assign(correct=(answers["correct"] | easy) & ~hard)
    items = CrossedResponseModel().fit(extreme).items().set_index("content_id")
    assert np.isfinite(items[["difficulty", "difficulty_se"]].to_numpy()).all()
    assert items["difficulty"].idxmin() == "i000"
    assert items["difficulty"].idxmax() == "i001"


def test_answers_that_are_all_correct_can_be_fitted(answers: pd.DataFrame) -> None:
    model = CrossedResponseModel().fit(answers.assign(correct=True))
    assert (model.predict(answers)["probability"] > 0.95).all()


def test_whoever_and_whatever_is_unknown_is_taken_for_average(
    model: CrossedResponseModel,
) -> None:
    asked = pd.DataFrame({"student_id": ["new"], "content_id": ["new"], "skill_id": ["new"]})
    assert model.predict(asked)["probability"][0] == pytest.approx(0.5, abs=0.1)


def test_a_missing_column_is_named(answers: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="missing: skill_id"):
        CrossedResponseModel().fit(answers.drop(columns="skill_id"))


def test_without_an_answer_there_is_no_fit(answers: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="no answer"):
        CrossedResponseModel().fit(answers.assign(correct=np.nan))
