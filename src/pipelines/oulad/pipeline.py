"""OULAD through the trigger, its audit and the drift check; nothing becomes champion."""

from kedro.pipeline import Node, Pipeline

from pipelines.oulad import nodes
from pipelines.public_release import PublicModel, releasing

TRIGGER = PublicModel(
    name="intervention",
    tables=("oulad_examples", "student_splits"),
    parameters=("oulad.trigger",),
    code=(
        "learnloop.splits",
        "learnloop.model",
        "learnloop.evaluation",
        "learnloop.datasets.assistments_files",
        "learnloop.datasets.cells",
        "learnloop.datasets.oulad",
        "learnloop.datasets.oulad_files",
        "learnloop.intervene",
        "pipelines.oulad",
    ),
    libraries=("numpy", "pandas", "scipy", "scikit-learn"),
    fairness="oulad_fairness_of_card",
)
_READ = (
    "oulad_enrolments",
    "oulad_assessments",
    "oulad_submissions",
    "oulad_protected",
    "oulad_clicks",
    "eligibility",
)


def create_pipeline() -> Pipeline:
    """`oulad_protected` reaches the audit alone."""
    read = Node(
        nodes.read_files,
        "params:oulad",
        {name: name for name in _READ},
        name="read_oulad",
        # It brings the eligibility table in, so that consent cannot be checked before it.
        tags="source",
    )
    learnt = Pipeline(
        [
            Node(
                nodes.describe_enrolments,
                [
                    "oulad_enrolments",
                    "oulad_assessments",
                    "oulad_submissions",
                    "params:oulad",
                ],
                ["oulad_examples", "student_splits"],
                name="describe_enrolments",
            ),
            Node(
                nodes.fit_trigger,
                ["oulad_examples", "params:oulad"],
                "intervention_model",
                name="fit_enrolment_trigger",
            ),
            Node(
                nodes.score_enrolments,
                ["intervention_model", "oulad_examples", "params:oulad"],
                "oulad_scores",
                name="score_enrolments",
            ),
            Node(
                nodes.judge_scores,
                ["oulad_scores", "params:oulad"],
                ["oulad_metrics", "intervention_metrics"],
                name="judge_enrolment_scores",
            ),
        ]
    )
    watched = Pipeline(
        [
            Node(
                nodes.audit_fairness,
                ["oulad_scores", "oulad_protected", "params:audit"],
                ["oulad_fairness", "oulad_fairness_of_card"],
                name="audit_enrolment_fairness",
            ),
            Node(
                nodes.draw_fairness_page,
                "oulad_fairness",
                "fairness_page",
                name="draw_oulad_fairness_page",
            ),
            Node(
                nodes.compare_terms,
                ["oulad_examples", "oulad_scores", "params:drift", "params:oulad"],
                ["drift_report", "drift_page"],
                name="compare_presentations",
            ),
            Node(
                nodes.compare_with_published,
                ["oulad_metrics", "intervention_registered", "params:public_data"],
                "public_comparison",
                name="compare_oulad_with_published",
            ),
            Node(
                nodes.draw_page,
                ["public_comparison", "oulad_fairness", "drift_report", "oulad_clicks"],
                "oulad_page",
                name="draw_oulad_page",
            ),
        ]
    )
    everything = Pipeline([read]) + learnt + releasing(TRIGGER) + watched
    return Pipeline(everything, tags="oulad")
