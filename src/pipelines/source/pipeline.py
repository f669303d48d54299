"""The source pipeline: one node that fills the raw layer."""

from kedro.pipeline import Node, Pipeline

from pipelines.source.nodes import RAW_TABLES, read_source


def create_pipeline() -> Pipeline:
    """From the configured source to the raw tables, and the truth where it is known."""
    return Pipeline(
        [
            Node(
                read_source,
                ["params:source", "params:campus"],
                {name: name for name in RAW_TABLES},
                name="read_source",
            )
        ],
        tags="source",
    )
