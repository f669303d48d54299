"""Public answers through difficulty and mastery, held against published figures."""

from kedro.pipeline import Node, Pipeline

from pipelines.difficulty import pipeline as difficulty
from pipelines.mastery import pipeline as mastery
from pipelines.public_answers.nodes import (
    TABLES,
    compare_with_published,
    draw_page,
    read_answers,
)
from pipelines.public_release import PublicModel, releasing
from pipelines.stamp import BY_NAME

_DIFFICULTY, _MASTERY = BY_NAME["difficulty"], BY_NAME["mastery"]
MODELS = (
    PublicModel(
        name="difficulty",
        tables=("attempts", "content_items"),
        parameters=("difficulty",),
        code=_DIFFICULTY.code,
        libraries=_DIFFICULTY.libraries,
    ),
    PublicModel(
        name="mastery",
        tables=("attempts", "content_items", "skills"),
        parameters=("difficulty", "mastery"),
        code=(*_DIFFICULTY.code, *_MASTERY.code),
        libraries=(*_DIFFICULTY.libraries, *_MASTERY.libraries, "pyarrow"),
    ),
)


def create_pipeline() -> Pipeline:
    """Reads, fits and scores both models, registers them as challengers, compares."""
    read = Node(
        read_answers,
        "params:public_answers",
        {name: name for name in TABLES},
        name="read_answers",
    )
    compare = Node(
        compare_with_published,
        [
            "difficulty_metrics",
            "mastery_metrics",
            "difficulty_registered",
            "mastery_registered",
            "leak_report",
            "params:public_data",
            "params:public_answers",
        ],
        "public_comparison",
        name="compare_with_published",
    )
    draw = Node(draw_page, "public_comparison", "public_page", name="draw_public_page")
    fitted = difficulty.fit_and_score() + mastery.fit_and_score()
    released = sum((releasing(model) for model in MODELS), Pipeline([]))
    return Pipeline([read, compare, draw], tags="public_answers") + fitted + released
