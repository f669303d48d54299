"""The feature_store pipeline: histories in, training sets and online values out."""

from kedro.pipeline import Node, Pipeline

from pipelines.feature_store.nodes import (
    apply_definitions,
    date_item_difficulty,
    join_intervention_features,
    join_recommender_features,
    materialize_online,
)
from pipelines.stamp import stamping


def create_pipeline() -> Pipeline:
    """Everything after `apply_definitions` waits for what it returns."""
    return Pipeline(
        [
            Node(
                date_item_difficulty,
                ["item_difficulty", "content_hourly"],
                "content_difficulty",
                name="date_item_difficulty",
            ),
            Node(
                apply_definitions,
                [
                    "feature_store",
                    "student_hourly",
                    "student_realtime",
                    "student_mastery",
                    "content_hourly",
                    "content_difficulty",
                ],
                "feature_views",
                name="apply_definitions",
            ),
            Node(
                join_recommender_features,
                ["feature_store", "snapshots", "feature_views"],
                "recommender_features",
                name="join_recommender_features",
            ),
            Node(
                join_intervention_features,
                ["feature_store", "snapshots", "feature_views"],
                "intervention_features",
                name="join_intervention_features",
            ),
            Node(
                materialize_online,
                ["feature_store", "feature_views", "params:feature_store.online_days"],
                "feature_store_summary",
                name="materialize_online",
            ),
            stamping("feature_store", "feature_store_summary"),
        ],
        tags="feature_store",
    )
