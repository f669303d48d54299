"""Nodes of the drift pipeline."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from learnloop.difficulty import DifficultyEstimator
from learnloop.governance import pages
from learnloop.governance.drift import DriftSettings, measure_drift
from learnloop.governance.drift_columns import student_columns
from learnloop.governance.drift_predictions import predict_terms
from learnloop.intervene import InterventionTrigger
from pipelines.stamp import naming_models


def predict_week(
    difficulty_model: DifficultyEstimator,
    intervention_model: InterventionTrigger,
    attempts: pd.DataFrame,
    intervention_features: pd.DataFrame,
    weekly_activity: pd.DataFrame,
    parameters: DriftSettings,
) -> pd.DataFrame:
    """`DriftPredictions` of both terms at the configured week."""
    return predict_terms(
        difficulty_model,
        intervention_model,
        attempts,
        intervention_features,
        weekly_activity,
        parameters.week,
    )


def collect_columns(
    snapshots: pd.DataFrame,
    student_hourly: pd.DataFrame,
    student_realtime: pd.DataFrame,
    student_mastery: pd.DataFrame,
    drift_predictions: pd.DataFrame,
    attempts: pd.DataFrame,
    parameters: DriftSettings,
) -> pd.DataFrame:
    """`DriftColumns` of both terms at the configured week."""
    tables = [student_hourly, student_realtime, student_mastery, drift_predictions]
    return student_columns(snapshots, tables, attempts, parameters.week)


def compare_terms(
    drift_columns: pd.DataFrame, parameters: DriftSettings, *stamps: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], str]:
    """The verdict on each model, with which model it judged, and Evidently's page."""
    verdicts, page = measure_drift(drift_columns, parameters)
    return naming_models(verdicts, stamps), page


def draw_drift_page(drift_report: dict[str, dict[str, Any]]) -> str:
    """The verdicts as HTML, beside Evidently's page where there was something to compare."""
    compared = any(model["columns"] for model in drift_report.values())
    return pages.drift_page(drift_report, "drift_evidently.html" if compared else None)
