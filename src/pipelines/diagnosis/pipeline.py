"""The diagnosis pipeline: from masteries and answers to gaps, their evaluation and a page."""

from kedro.pipeline import Node, Pipeline

from pipelines.diagnosis import nodes


def create_pipeline() -> Pipeline:
    """Six nodes; the truth reaches `evaluate_gaps` alone."""
    return Pipeline(
        [
            Node(
                nodes.learn_readiness,
                [
                    "attempts",
                    "student_mastery",
                    "mastery_model",
                    "item_difficulty",
                    "prerequisites",
                    "skills",
                ],
                "readiness",
                name="learn_readiness",
            ),
            Node(
                nodes.prepare_paths,
                ["prerequisites", "skills", "content_items", "params:diagnosis"],
                "path_planner",
                name="prepare_paths",
            ),
            Node(
                nodes.find_gaps,
                [
                    "attempts",
                    "student_mastery",
                    "mastery_model",
                    "readiness",
                    "path_planner",
                    "params:diagnosis",
                ],
                ["gap_candidates", "learning_gaps"],
                name="find_learning_gaps",
            ),
            Node(
                nodes.evaluate_gaps,
                [
                    "gap_candidates",
                    "attempts",
                    "prerequisites",
                    "truth_mastery",
                    "truth_items",
                    "params:campus.guess",
                    "params:diagnosis",
                ],
                "gap_metrics",
                name="evaluate_learning_gaps",
            ),
            Node(
                nodes.examine_skill_model,
                ["attempts", "skills", "content_items", "prerequisites", "params:diagnosis"],
                "skill_model",
                name="examine_skill_model",
            ),
            Node(
                nodes.draw_skill_model_page,
                ["skill_model", "learning_gaps", "gap_metrics"],
                "skill_model_page",
                name="draw_skill_model_page",
            ),
        ],
        tags="diagnosis",
    )
