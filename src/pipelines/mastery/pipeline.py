"""The mastery pipeline, and the part of it that answers without times or truth allow."""

from kedro.pipeline import Node, Pipeline

from pipelines.mastery.nodes import (
    evaluate_answers,
    evaluate_mastery,
    fit_mastery,
    score_mastery,
    write_student_mastery,
)
from pipelines.stamp import stamping


def _fit_and_predict() -> Pipeline:
    return Pipeline(
        [
            Node(
                fit_mastery,
                [
                    "attempts",
                    "content_items",
                    "skills",
                    "item_difficulty",
                    "difficulty_model",
                    "params:mastery",
                ],
                "mastery_model",
                name="fit_mastery",
            ),
            Node(
                score_mastery,
                ["mastery_model", "attempts"],
                "mastery_scores",
                name="score_mastery",
            ),
        ],
        tags="mastery",
    )


def fit_and_score() -> Pipeline:
    """For data in order but without times: fit, predict each answer, evaluate."""
    judged = Node(
        evaluate_answers,
        ["mastery_scores", "params:mastery"],
        "mastery_metrics",
        name="evaluate_answers",
    )
    return _fit_and_predict() + Pipeline([judged], tags="mastery")


def create_pipeline() -> Pipeline:
    """Fit, stamp, predict, mastery as a feature, evaluation, which alone sees the truth."""
    stamp = stamping("mastery", "mastery_model")
    features = Node(
        write_student_mastery,
        [
            "mastery_model",
            "attempts",
            "studies",
            "snapshots",
            "content_items",
            "difficulty_model",
        ],
        "student_mastery",
        name="write_student_mastery",
    )
    judged = Node(
        evaluate_mastery,
        [
            "mastery_scores",
            "mastery_model",
            "attempts",
            "studies",
            "snapshots",
            "truth_mastery",
            "params:mastery",
        ],
        "mastery_metrics",
        name="evaluate_mastery",
    )
    return _fit_and_predict() + Pipeline([stamp, features, judged], tags="mastery")
