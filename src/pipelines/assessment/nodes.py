"""Nodes of the assessment pipeline."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from learnloop.assessment.bank import TestBank
from learnloop.assessment.belief import Belief, belief_from_mastery
from learnloop.assessment.evaluate import (
    ability_of,
    balanced,
    course_banks,
    information_curves,
    judge,
    sit,
)
from learnloop.assessment.settings import AssessmentSettings
from learnloop.difficulty import DifficultyEstimator
from learnloop.difficulty.response import Floats, logistic
from learnloop.evaluation import rmse
from learnloop.governance.pages_assessment import assessment_page
from learnloop.mastery import MasteryPredictor
from learnloop.mastery.intervals import group_of
from learnloop.simulation.answers import true_chances
from learnloop.splits import Split

LEARNERS = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""Whose abilities a bank has to measure; students of `audit` are there for the gates alone."""


class AssessmentParameters(BaseModel):
    """`params:assessment`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    test: AssessmentSettings
    draws: int
    seed: int


def believe_abilities(
    mastery_model: MasteryPredictor,
    difficulty_model: DifficultyEstimator,
    student_mastery: pd.DataFrame,
    attempts: pd.DataFrame,
    content_items: pd.DataFrame,
    parameters: AssessmentParameters,
) -> pd.DataFrame:
    """What mastery believes of each learner's ability in each course at the last snapshot.

    Returns:
        `student_id`, `split`, `course_id`, `as_of`, `share` (of the course's questions that
        the masteries promise to be answered right), `mean` and `sd` of the prior of a test.
        A student is in a course by having answered a question of it.
    """
    banks = course_banks(difficulty_model.bank, content_items)
    answers = attempts[attempts["split"].isin(LEARNERS)]
    ordered = student_mastery.sort_values("event_timestamp")
    columns = ["student_id", "event_timestamp", "student_mastery_scores"]
    last = {row[0]: row[1:] for row in ordered[columns].itertuples(index=False, name=None)}
    skills = pd.Index(mastery_model.skills)
    rows = []
    for student_id, own in answers.groupby("student_id", sort=True):
        if student_id not in last:
            continue
        as_of, mastery = last[student_id]
        before = own.loc[own["occurred_at"] < as_of, "skill_id"]
        count = before.value_counts().reindex(skills, fill_value=0).to_numpy()
        variance = mastery_model.logit_variances[group_of(count)]
        sd = mastery * (1 - mastery) * np.sqrt(variance)
        for course, bank in banks.items():
            if not own["skill_id"].isin(bank.skill_ids).any():
                continue
            least = parameters.test.least_prior_sd
            belief = belief_from_mastery(bank, list(skills), mastery, sd, least)
            place = skills.get_indexer(pd.Index(bank.skill_ids))[bank.skill]
            known = (student_id, own["split"].iloc[0], course, as_of)
            rows.append((*known, mastery[place].mean(), belief.mean, belief.sd))
    names = ["student_id", "split", "course_id", "as_of", "share", "mean", "sd"]
    return pd.DataFrame(rows, columns=names)


def evaluate_tests(
    difficulty_model: DifficultyEstimator,
    content_items: pd.DataFrame,
    ability_beliefs: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    truth_items: pd.DataFrame,
    guess: float,
    parameters: AssessmentParameters,
) -> dict[str, Any]:
    """Test students sit each course's test: begun from mastery, and as if they were new.

    The only node here that may know the truth: by it answers are drawn. Where nobody knows
    it, abilities are drawn from the beliefs and answers from the fitted model, so that errors
    are those to be expected if the model is right.
    """
    courses: dict[str, dict[str, Any]] = {}
    for course, bank in course_banks(difficulty_model.bank, content_items).items():
        own = ability_beliefs[ability_beliefs["course_id"] == course]
        tested = own[own["split"] == Split.TEST].reset_index(drop=True)
        if tested.empty:
            continue
        rng = np.random.default_rng([parameters.seed, len(courses)])
        if truth_mastery.empty:
            ability = rng.normal(tested["mean"], tested["sd"])
            chance = logistic(np.outer(ability, bank.slope) + bank.easiness)
        else:
            questions = content_items.assign(skill_id=content_items["skill_ids"].str[0])
            items = truth_items.merge(questions[["content_id", "skill_id"]], on="content_id")
            chance = _true_chances(tested, bank, items, truth_mastery, guess)
        courses[course] = _judged(bank, own, tested, chance, parameters, rng)
    return {
        "answers": "model" if truth_mastery.empty else "campus",
        "settings": parameters.test.model_dump(mode="json"),
        "courses": courses,
    }


def draw_assessment_page(assessment_metrics: dict[str, Any]) -> str:
    """The metrics as HTML."""
    return assessment_page(assessment_metrics)


def _true_chances(
    tested: pd.DataFrame,
    bank: TestBank,
    items: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    guess: float,
) -> Floats:
    """Of each student to answer each question right; shape (students, questions)."""
    known = truth_mastery[truth_mastery["student_id"].isin(tested["student_id"])]
    known = known.astype({"student_id": str, "skill_id": str})
    known = known.merge(tested[["student_id", "as_of"]], on=["student_id", "as_of"])
    mastery = known.pivot_table("mastery", "student_id", "skill_id")
    own = items[items["skill_id"].isin(bank.skill_ids)]
    chance = true_chances(mastery.loc[tested["student_id"]], own, guess)
    return chance[list(bank.content_ids)].to_numpy()


def _judged(
    bank: TestBank,
    learners: pd.DataFrame,
    tested: pd.DataFrame,
    chance: Floats,
    parameters: AssessmentParameters,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """One course: sittings with the same luck from either start, and the bank's curves."""
    right = rng.random(chance.shape) < chance
    share = chance.mean(axis=1)
    ability = ability_of(bank, share)
    settings = balanced(parameters.test, bank)
    starts = {"mastery": _beliefs(tested), "new": [Belief()] * len(tested)}
    found = {}
    for start, priors in starts.items():
        sittings, exposure = sit(bank, settings, priors, right)
        found[start] = judge(sittings, ability, share, parameters.draws) | exposure
    return {
        "questions": len(bank),
        "students": len(tested),
        "before": {
            "rmse_share": rmse(share, tested["share"]),
            "rmse_ability": rmse(ability, tested["mean"]),
            "stated_error": float(np.sqrt(np.mean(tested["sd"] ** 2))),
        },
        "from": found,
        "information": information_curves(bank, settings, _beliefs(learners)),
    }


def _beliefs(table: pd.DataFrame) -> list[Belief]:
    return [Belief(mean, sd) for mean, sd in zip(table["mean"], table["sd"], strict=True)]
