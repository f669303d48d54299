"""The assessment pipeline: from masteries to priors, simulated sittings and a page."""

from kedro.pipeline import Node, Pipeline

from pipelines.assessment import nodes


def create_pipeline() -> Pipeline:
    """Three nodes; the truth reaches `evaluate_tests` alone."""
    return Pipeline(
        [
            Node(
                nodes.believe_abilities,
                [
                    "mastery_model",
                    "difficulty_model",
                    "student_mastery",
                    "attempts",
                    "content_items",
                    "params:assessment",
                ],
                "ability_beliefs",
                name="believe_abilities",
            ),
            Node(
                nodes.evaluate_tests,
                [
                    "difficulty_model",
                    "content_items",
                    "ability_beliefs",
                    "truth_mastery",
                    "truth_items",
                    "params:campus.guess",
                    "params:assessment",
                ],
                "assessment_metrics",
                name="evaluate_adaptive_tests",
            ),
            Node(
                nodes.draw_assessment_page,
                "assessment_metrics",
                "assessment_page",
                name="draw_assessment_page",
            ),
        ],
        tags="assessment",
    )
