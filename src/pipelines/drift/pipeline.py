"""The drift pipeline: one row per student of two terms, their distances, the verdicts."""

from kedro.pipeline import Node, Pipeline

from pipelines.drift import nodes
from pipelines.stamp import MODEL_STAMPS


def create_pipeline() -> Pipeline:
    """The pipeline `drift`."""
    return Pipeline(
        [
            Node(
                nodes.predict_week,
                [
                    "difficulty_model",
                    "intervention_model",
                    "attempts",
                    "intervention_features",
                    "weekly_activity",
                    "params:drift",
                ],
                "drift_predictions",
                name="predict_drift_week",
            ),
            Node(
                nodes.collect_columns,
                [
                    "snapshots",
                    "student_hourly",
                    "student_realtime",
                    "student_mastery",
                    "drift_predictions",
                    "attempts",
                    "params:drift",
                ],
                "drift_columns",
                name="collect_drift_columns",
            ),
            Node(
                nodes.compare_terms,
                ["drift_columns", "params:drift", *MODEL_STAMPS],
                ["drift_report", "evidently_page"],
                name="compare_terms",
            ),
            Node(nodes.draw_drift_page, "drift_report", "drift_page", name="draw_drift_page"),
        ],
        tags="drift",
    )
