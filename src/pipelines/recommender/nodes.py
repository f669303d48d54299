"""Nodes of the pipeline recommender."""

from typing import Any

import pandas as pd

from learnloop.recommend import Catalogue, ContentRecommender, RecommenderSettings, assemble
from learnloop.recommend.evaluation import judge, listed_outcomes, report
from learnloop.recommend.truth import true_success, within_reach
from learnloop.splits import Split

LEARNED = (Split.TRAIN, Split.VALIDATION)
SCORED = (Split.TEST, Split.AUDIT)
AGAINST_TRUTH = ("recommender", "curriculum_order", "random_order")


def assemble_examples(
    events: Any,
    recommender_features: pd.DataFrame,
    students: pd.DataFrame,
    classes: pd.DataFrame,
    eligibility: pd.DataFrame,
    settings: RecommenderSettings,
) -> pd.DataFrame:
    """One row per student × decision moment: all that the recommender may know then."""
    return assemble(events, recommender_features, students, classes, eligibility, settings.log)


def build_catalogue_and_fit(
    examples: pd.DataFrame,
    content_items: pd.DataFrame,
    skills: pd.DataFrame,
    prerequisites: pd.DataFrame,
    item_difficulty: pd.DataFrame,
    settings: RecommenderSettings,
) -> ContentRecommender:
    """The recommender, fitted on training students and calibrated on validation students."""
    catalogue = Catalogue.from_tables(content_items, skills, prerequisites, item_difficulty)
    return ContentRecommender(catalogue, settings).fit(
        examples[examples["split"].isin(LEARNED)]
    )


def recommend_content(model: ContentRecommender, examples: pd.DataFrame) -> pd.DataFrame:
    """Lists for students that the model has never seen."""
    return model.recommend(examples[examples["split"].isin(SCORED)])


def score_lists(model: ContentRecommender, examples: pd.DataFrame) -> pd.DataFrame:
    """`RecommenderScores`: what each test student's list was worth, beside the baselines'."""
    lists = judge(model, examples[examples["split"] == Split.TEST]).lists
    scores = lists["recommender"][["student_id", "ndcg"]]
    return scores.assign(
        split=Split.TEST.value,
        baseline_popularity=lists["popularity"]["ndcg"],
        baseline_curriculum_order=lists["curriculum_order"]["ndcg"],
    )


def evaluate_lists(
    model: ContentRecommender,
    examples: pd.DataFrame,
    recommendations: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    truth_items: pd.DataFrame,
) -> dict[str, Any]:
    """Metrics on test students, beside the baselines'; calibration on the audit cohort too.

    Where the truth is known, also whether what the lists ask is within reach.
    """
    test = examples[examples["split"] == Split.TEST]
    judgement = judge(model, test)
    length = model.settings.list_length
    listed = listed_outcomes(recommendations, examples)
    metrics = report(judgement, listed, model.catalogue, length)
    if truth_mastery.empty:
        return metrics
    successes = {
        method: true_success(
            judgement.shown[method], test, model.catalogue, truth_mastery, truth_items
        )
        for method in AGAINST_TRUTH
    }
    gain = model.settings.gain
    meaning = (
        "within_reach: share of listed questions whose true chance of success is within"
        f" {gain.success_width:g} of {gain.target_success:g}, by the campus's truth."
    )
    return {
        **metrics,
        "truth": within_reach(successes, gain, length),
        "notes": [*metrics["notes"], meaning],
    }
