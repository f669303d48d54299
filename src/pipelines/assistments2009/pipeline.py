"""Public answers through difficulty and mastery, held against published figures."""

from kedro.pipeline import Node, Pipeline

from pipelines.assistments2009.nodes import TABLES, compare_with_published, read_answers
from pipelines.difficulty import pipeline as difficulty
from pipelines.mastery import pipeline as mastery


def create_pipeline() -> Pipeline:
    """Reads, fits and scores both models, compares; nothing of it reaches a registry."""
    read = Node(
        read_answers,
        "params:assistments2009",
        {name: name for name in TABLES},
        name="read_assistments2009",
    )
    compare = Node(
        compare_with_published,
        ["difficulty_metrics", "mastery_metrics", "params:assistments2009"],
        "assistments2009_comparison",
        name="compare_with_published",
    )
    return (
        Pipeline([read, compare], tags="assistments2009")
        + difficulty.fit_and_score()
        + mastery.fit_and_score()
    )
