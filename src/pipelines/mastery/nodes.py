"""Nodes of the mastery pipeline."""

import logging

import pandas as pd

from learnloop.difficulty import DifficultyEstimator
from learnloop.mastery import ItemBank, MasteryPredictor, MasterySettings, skills_version
from learnloop.mastery.crossfit import FitItems
from learnloop.mastery.evaluate import (
    judge_answers,
    judge_masteries,
    score_answers,
    with_truth,
)
from learnloop.mastery.out_of_fold import out_of_fold_masteries

log = logging.getLogger(__name__)


def fit_mastery(
    attempts: pd.DataFrame,
    content_items: pd.DataFrame,
    skills: pd.DataFrame,
    item_difficulty: pd.DataFrame,
    difficulty_model: DifficultyEstimator,
    settings: MasterySettings,
) -> MasteryPredictor:
    """Trains the predictor on `train`, stopping early on `validation`.

    Args:
        attempts: answers of all students, with `split`.
        content_items: says which skill an item is about.
        skills: all skills, practised or not.
        item_difficulty: of all assessment items, fitted on `train`.
        difficulty_model: refitted in folds, for difficulties that did not see the student.
        settings: hyper-parameters.
    """
    bank = item_bank(attempts, content_items, skills, item_difficulty)
    refit = item_fit(difficulty_model, content_items, settings)
    model = MasteryPredictor(bank, settings).fit(attempts, refit)
    taught = attempts[attempts["split"] == "train"]
    log.info(
        "Mastery predictor %s learned from %d answers of %d students on %d skills",
        model.version,
        len(taught),
        taught["student_id"].nunique(),
        len(model.skills),
    )
    return model


def score_mastery(mastery_model: MasteryPredictor, attempts: pd.DataFrame) -> pd.DataFrame:
    """Predicts every answer of the students of `test` and `audit`, beside the baselines."""
    return score_answers(mastery_model, attempts)


def write_student_mastery(
    mastery_model: MasteryPredictor,
    attempts: pd.DataFrame,
    studies: pd.DataFrame,
    snapshots: pd.DataFrame,
    content_items: pd.DataFrame,
    difficulty_model: DifficultyEstimator,
) -> pd.DataFrame:
    """Mastery as a feature: one row per snapshot, out of fold for training students."""
    moments = snapshots.sort_values(["student_id", "as_of"], ignore_index=True)
    refit = item_fit(difficulty_model, content_items, mastery_model.settings)
    masteries, versions = out_of_fold_masteries(
        mastery_model, attempts, moments, refit, studies
    )
    log.info("Wrote %d masteries at %d snapshots", masteries.size, len(moments))
    return pd.DataFrame(
        {
            "student_id": moments["student_id"],
            "event_timestamp": moments["as_of"],
            "student_mastery_scores": list(masteries.astype(float)),
            "skills_version": skills_version(mastery_model.skills),
            "model_version": versions,
        }
    )


def evaluate_answers(
    mastery_scores: pd.DataFrame, settings: MasterySettings
) -> dict[str, object]:
    """AUC and calibration with intervals, beside item response theory and skill rate."""
    return judge_answers(mastery_scores, settings)


def evaluate_mastery(
    mastery_scores: pd.DataFrame,
    mastery_model: MasteryPredictor,
    attempts: pd.DataFrame,
    studies: pd.DataFrame,
    snapshots: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    settings: MasterySettings,
) -> dict[str, object]:
    """The same, and the error against true mastery where the truth is known."""
    metrics = judge_answers(mastery_scores, settings)
    if truth_mastery.empty:
        return metrics
    beside = judge_masteries(mastery_model, attempts, snapshots, truth_mastery, studies)
    return with_truth(metrics, beside, settings)


def item_bank(
    attempts: pd.DataFrame,
    content_items: pd.DataFrame,
    skills: pd.DataFrame,
    item_difficulty: pd.DataFrame,
) -> ItemBank:
    """The items, each with its skill: what was answered outweighs the catalogue."""
    catalogue = zip(content_items["content_id"], content_items["skill_ids"].str[0], strict=True)
    answered = attempts.drop_duplicates("content_id")
    primary = dict(catalogue) | dict(
        zip(answered["content_id"], answered["skill_id"], strict=True)
    )
    items = item_difficulty.assign(skill_id=item_difficulty["content_id"].map(primary))
    return ItemBank(items, list(skills["skill_id"]))


def item_fit(
    difficulty: DifficultyEstimator, content_items: pd.DataFrame, settings: MasterySettings
) -> FitItems:
    """The difficulty model's own fit, repeated on other answers and stopped sooner."""
    coarse = difficulty.settings.model_copy(update={"tolerance": settings.difficulty_tolerance})
    assessments = content_items[content_items["type"] == "assessment"]

    def fit(attempts: pd.DataFrame) -> pd.DataFrame:
        return DifficultyEstimator(coarse).fit(attempts, assessments).items()

    return fit
