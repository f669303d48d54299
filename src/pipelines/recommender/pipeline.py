"""The recommender pipeline: from the log to lists of what to do next."""

from kedro.pipeline import Node, Pipeline

from pipelines.recommender import nodes
from pipelines.stamp import stamping


def create_pipeline() -> Pipeline:
    """Assemble, fit, stamp, recommend, score, evaluate."""
    return Pipeline(
        [
            Node(
                nodes.assemble_examples,
                [
                    "events",
                    "recommender_features",
                    "students",
                    "classes",
                    "eligibility",
                    "params:recommender",
                ],
                "recommender_examples",
                name="assemble_recommender_examples",
            ),
            Node(
                nodes.build_catalogue_and_fit,
                [
                    "recommender_examples",
                    "content_items",
                    "skills",
                    "prerequisites",
                    "item_difficulty",
                    "params:recommender",
                ],
                "recommender_model",
                name="fit_recommender",
            ),
            stamping("recommender", "recommender_model"),
            Node(
                nodes.recommend_content,
                ["recommender_model", "recommender_examples"],
                "recommendations",
                name="recommend_content",
            ),
            Node(
                nodes.score_lists,
                ["recommender_model", "recommender_examples"],
                "recommender_scores",
                name="score_lists",
            ),
            Node(
                nodes.evaluate_lists,
                [
                    "recommender_model",
                    "recommender_examples",
                    "recommendations",
                    "truth_mastery",
                    "truth_items",
                ],
                "recommender_metrics",
                name="evaluate_recommender",
            ),
        ],
        tags="recommender",
    )
