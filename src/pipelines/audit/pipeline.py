"""The audit pipeline: scores and protected attributes to what gates and reviewers read."""

from kedro.pipeline import Node, Pipeline

from pipelines.audit import nodes
from pipelines.stamp import MODEL_STAMPS


def create_pipeline() -> Pipeline:
    """The pipeline `audit`; no other of a plain run reads `protected_attributes`."""
    return Pipeline(
        [
            Node(
                nodes.audit_fairness,
                [
                    "mastery_scores",
                    "difficulty_scores",
                    "recommendations",
                    "intervention_scores",
                    "protected_attributes",
                    "params:audit",
                    *MODEL_STAMPS,
                ],
                "fairness_audit",
                name="audit_fairness",
            ),
            Node(
                nodes.draw_fairness_page,
                "fairness_audit",
                "fairness_page",
                name="draw_fairness_page",
            ),
            Node(
                nodes.count_activity,
                "events",
                "student_activity",
                name="count_student_activity",
            ),
            Node(
                nodes.describe_training_data,
                [
                    "protected_attributes",
                    "students",
                    "student_splits",
                    "student_activity",
                    "params:audit",
                ],
                "representation",
                name="describe_training_data",
            ),
            Node(
                nodes.draw_representation_page,
                "representation",
                "representation_page",
                name="draw_representation_page",
            ),
        ],
        tags="audit",
    )
