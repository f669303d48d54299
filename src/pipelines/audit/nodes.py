"""Nodes of the audit pipeline, the one reader of protected attributes in a plain run."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from learnloop.governance import pages
from learnloop.governance.fairness import audit_models
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.representation import describe_representation, student_activity
from pipelines.stamp import naming_models


def audit_fairness(
    mastery_scores: pd.DataFrame,
    difficulty_scores: pd.DataFrame,
    recommendations: pd.DataFrame,
    intervention_scores: pd.DataFrame,
    protected_attributes: pd.DataFrame,
    parameters: FairnessSettings,
    *stamps: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """The audit of each model, by registered name, and which model it judged."""
    scores = {
        "mastery_predictor": mastery_scores,
        "difficulty_estimator": difficulty_scores,
        "content_recommender": recommendations,
        "intervention_trigger": intervention_scores,
    }
    return naming_models(audit_models(scores, protected_attributes, parameters), stamps)


def draw_fairness_page(fairness_audit: dict[str, dict[str, Any]]) -> str:
    """The audit as HTML."""
    return pages.fairness_page(fairness_audit)


def count_activity(events: Any) -> pd.DataFrame:
    """`StudentActivity`, counted from the Ibis table of events."""
    return student_activity(events)


def describe_training_data(
    protected_attributes: pd.DataFrame,
    students: pd.DataFrame,
    student_splits: pd.DataFrame,
    student_activity: pd.DataFrame,
    parameters: FairnessSettings,
) -> dict[str, Any]:
    """Each group in the training data beside the school."""
    return describe_representation(
        protected_attributes, students, student_splits, student_activity, parameters
    )


def draw_representation_page(representation: dict[str, Any]) -> str:
    """Whom the training data represents as HTML."""
    return pages.representation_page(representation)
