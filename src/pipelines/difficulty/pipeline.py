"""The difficulty pipeline: from answers to item parameters, predictions and metrics."""

from kedro.pipeline import Node, Pipeline

from pipelines.difficulty.nodes import evaluate_scores, fit_difficulty, score_difficulty
from pipelines.stamp import stamping


def create_pipeline() -> Pipeline:
    """Fit, score, evaluate, and the stamp that a release asks for."""
    stamp = stamping("difficulty", "difficulty_model")
    return fit_and_score() + Pipeline([stamp])


def fit_and_score() -> Pipeline:
    """Three nodes; `truth_items` reaches the evaluation alone."""
    return Pipeline(
        [
            Node(
                fit_difficulty,
                ["attempts", "content_items", "params:difficulty"],
                ["difficulty_model", "item_difficulty"],
                name="fit_difficulty",
            ),
            Node(
                score_difficulty,
                ["difficulty_model", "attempts"],
                "difficulty_scores",
                name="score_difficulty",
            ),
            Node(
                evaluate_scores,
                ["difficulty_scores", "item_difficulty", "truth_items", "params:difficulty"],
                "difficulty_metrics",
                name="evaluate_difficulty",
            ),
        ],
        tags="difficulty",
    )
