"""Nodes of the drift pipeline."""

from typing import Any

import pandas as pd

from learnloop.governance import pages
from learnloop.governance.drift import DriftSettings, measure_drift
from learnloop.governance.drift_columns import student_columns


def collect_columns(
    snapshots: pd.DataFrame,
    student_hourly: pd.DataFrame,
    student_realtime: pd.DataFrame,
    student_mastery: pd.DataFrame,
    attempts: pd.DataFrame,
    parameters: DriftSettings,
) -> pd.DataFrame:
    """`DriftColumns` of both terms at the configured week."""
    tables = [student_hourly, student_realtime, student_mastery]
    return student_columns(snapshots, tables, attempts, parameters.week)


def compare_terms(
    drift_columns: pd.DataFrame, parameters: DriftSettings
) -> tuple[dict[str, dict[str, Any]], str]:
    """The verdict on each model, and Evidently's page."""
    return measure_drift(drift_columns, parameters)


def draw_drift_page(drift_report: dict[str, dict[str, Any]]) -> str:
    """The verdicts as HTML, beside Evidently's page where there was something to compare."""
    compared = any(model["columns"] for model in drift_report.values())
    return pages.drift_page(drift_report, "drift_evidently.html" if compared else None)
