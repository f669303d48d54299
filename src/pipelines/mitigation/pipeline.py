"""The mitigation pipelines: off by default, run by name after all others."""

from kedro.pipeline import Node, Pipeline

from pipelines.intervention.nodes import fit_trigger, score_students
from pipelines.mitigation import enrolments, nodes

_EXAMPLES = ["intervention_features", "weekly_activity", "intervention_labels"]
_PAGE = Node(
    nodes.draw_mitigation_page,
    "mitigation_report",
    "mitigation_page",
    name="draw_mitigation_page",
)


def create_pipeline() -> Pipeline:
    """Protected attributes reach the fit through `training_groups` alone.

    What it is compared with is fitted here too, so that both have the parameters of this run.
    """
    return Pipeline(
        [
            Node(
                fit_trigger,
                [*_EXAMPLES, "params:intervention"],
                "plain_model",
                name="fit_plain_trigger",
            ),
            Node(
                score_students,
                ["plain_model", *_EXAMPLES],
                "plain_scores",
                name="score_plain",
            ),
            Node(
                nodes.hand_over_groups,
                ["protected_attributes", "student_splits", "params:mitigation"],
                "training_groups",
                name="hand_over_groups",
            ),
            Node(
                nodes.fit_mitigated_trigger,
                [*_EXAMPLES, "training_groups", "params:intervention", "params:mitigation"],
                "mitigated_model",
                name="fit_mitigated_trigger",
            ),
            Node(
                score_students,
                ["mitigated_model", *_EXAMPLES],
                "mitigated_scores",
                name="score_mitigated",
            ),
            Node(
                nodes.audit_mitigation,
                [
                    "plain_scores",
                    "mitigated_scores",
                    "mitigated_model",
                    "protected_attributes",
                    "params:audit",
                    "params:intervention",
                    "params:mitigation",
                ],
                "mitigation_report",
                name="audit_mitigation",
            ),
            _PAGE,
        ],
        tags="mitigation",
    )


def create_enrolment_pipeline() -> Pipeline:
    """The same for the environment `oulad`, by every attribute that it has."""
    return Pipeline(
        [
            Node(
                enrolments.fit_and_score_plain,
                ["oulad_examples", "params:oulad"],
                "plain_scores",
                name="fit_and_score_plain",
            ),
            Node(
                enrolments.hand_over_all_groups,
                ["oulad_protected", "student_splits"],
                "training_groups",
                name="hand_over_all_groups",
            ),
            Node(
                enrolments.fit_mitigated_triggers,
                [
                    "oulad_examples",
                    "training_groups",
                    "params:oulad",
                    "params:mitigation",
                ],
                "mitigated_triggers",
                name="fit_mitigated_triggers",
            ),
            Node(
                enrolments.audit_enrolments,
                [
                    "plain_scores",
                    "mitigated_triggers",
                    "oulad_examples",
                    "oulad_protected",
                    "params:audit",
                    "params:oulad",
                    "params:mitigation",
                ],
                "mitigation_report",
                name="audit_enrolment_mitigation",
            ),
            _PAGE,
        ],
        tags="mitigation",
    )
