"""Nodes of the pipeline recommender."""

from typing import Any

import pandas as pd

from learnloop.recommend import Catalogue, ContentRecommender, RecommenderSettings, assemble
from learnloop.recommend.evaluation import judge, report

SCORED = ("test", "audit")


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
    """The recommender, fitted on training students alone."""
    catalogue = Catalogue.from_tables(content_items, skills, prerequisites, item_difficulty)
    return ContentRecommender(catalogue, settings).fit(examples[examples["split"] == "train"])


def recommend_content(model: ContentRecommender, examples: pd.DataFrame) -> pd.DataFrame:
    """Lists for students that the model has never seen."""
    return model.recommend(examples[examples["split"].isin(SCORED)])


def evaluate_lists(model: ContentRecommender, examples: pd.DataFrame) -> dict[str, Any]:
    """Metrics on test students, beside the baselines'."""
    judgement = judge(model, examples[examples["split"] == "test"])
    return report(judgement, model.catalogue, model.settings.list_length)
