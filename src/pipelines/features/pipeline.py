"""The features pipeline: from the log to the offline history of the feature views."""

from kedro.pipeline import Node, Pipeline

from pipelines.features.nodes import (
    compute_content_hourly,
    compute_student_hourly,
    replay_student_realtime,
)
from pipelines.stamp import stamping


def create_pipeline() -> Pipeline:
    """A node per view that comes from the log, and the stamp of what they come from."""
    return Pipeline(
        [
            Node(
                compute_student_hourly,
                ["events", "students", "content_items", "prerequisites", "snapshots"],
                "student_hourly",
                name="compute_student_hourly",
            ),
            Node(
                replay_student_realtime,
                ["events", "snapshots"],
                "student_realtime",
                name="replay_student_realtime",
            ),
            Node(
                compute_content_hourly,
                ["events", "student_splits", "params:features.content_grid_hours"],
                "content_hourly",
                name="compute_content_hourly",
            ),
            stamping("features", "content_hourly"),
        ],
        tags="features",
    )
