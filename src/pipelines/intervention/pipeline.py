"""The intervention pipeline: from the point-in-time features to a judged trigger."""

from kedro.pipeline import Node, Pipeline

from pipelines.intervention.nodes import (
    count_weekly_activity,
    evaluate_scores,
    find_anomalies,
    fit_trigger,
    label_snapshots,
    score_students,
)
from pipelines.stamp import stamping


def create_pipeline() -> Pipeline:
    """Six nodes and the stamp; `truth_students` reaches the evaluation alone."""
    return Pipeline(
        [
            Node(
                count_weekly_activity,
                ["events", "snapshots"],
                "weekly_activity",
                name="count_weekly_activity",
            ),
            Node(
                find_anomalies,
                ["weekly_activity", "params:anomalies"],
                "intervention_anomalies",
                name="find_anomalies",
            ),
            Node(
                label_snapshots,
                ["weekly_activity", "params:intervention"],
                "intervention_labels",
                name="label_struggle",
            ),
            Node(
                fit_trigger,
                [
                    "intervention_features",
                    "weekly_activity",
                    "intervention_labels",
                    "params:intervention",
                ],
                "intervention_model",
                name="fit_trigger",
            ),
            stamping("intervention", "intervention_model"),
            Node(
                score_students,
                [
                    "intervention_model",
                    "intervention_features",
                    "weekly_activity",
                    "intervention_labels",
                ],
                "intervention_scores",
                name="score_struggle",
            ),
            Node(
                evaluate_scores,
                ["intervention_scores", "truth_students", "params:intervention"],
                "intervention_metrics",
                name="evaluate_trigger",
            ),
        ],
        tags="intervention",
    )
