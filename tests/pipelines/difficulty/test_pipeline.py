"""The difficulty pipeline on answers that fit on a page."""

import numpy as np
import pandas as pd
import pytest

from learnloop.difficulty import DifficultySettings
from learnloop.difficulty.schema import DifficultyScores, ItemDifficulty
from pipelines.difficulty.nodes import evaluate_scores, fit_difficulty, score_difficulty
from pipelines.difficulty.pipeline import create_pipeline

SETTINGS = DifficultySettings.model_validate({"evaluation": {"draws": 30}})


@pytest.fixture(scope="module")
def attempts() -> pd.DataFrame:
    """60 training, 10 test and 10 audit students; six answers each to eight items."""
    rng = np.random.default_rng(4)
    rows = []
    for student in range(80):
        ability = rng.normal()
        for position, item in enumerate(rng.permutation(8)[:6]):
            rows.append(
                {
                    "student_id": f"s{student:02d}",
                    "content_id": f"q{item}",
                    "skill_id": "k",
                    "correct": bool(rng.random() < 1 / (1 + np.exp(item / 2 - 2 - ability))),
                    "occurred_at": pd.NaT,
                    "position": position,
                    "split": "train" if student < 60 else "test" if student < 70 else "audit",
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def content_items() -> pd.DataFrame:
    """The items without q7, which only the log knows, with one that nobody answered."""
    names = [f"q{item}" for item in range(7)] + ["unasked", "film"]
    return pd.DataFrame(
        {
            "content_id": names,
            "type": ["assessment"] * 8 + ["video"],
            "author_difficulty": [1, 1, 2, 3, 3, 4, 5, 5, 3],
        }
    )


def test_every_assessment_item_and_every_item_answered_gets_a_row(
    attempts: pd.DataFrame, content_items: pd.DataFrame
) -> None:
    _, items = fit_difficulty(attempts, content_items, SETTINGS)
    ItemDifficulty.validate(items)
    assert items["content_id"].tolist() == [f"q{item}" for item in range(8)] + ["unasked"]


def test_the_fit_does_not_see_answers_of_other_splits(
    attempts: pd.DataFrame, content_items: pd.DataFrame
) -> None:
    flipped = attempts.assign(correct=attempts["correct"] ^ (attempts["split"] != "train"))
    _, items = fit_difficulty(attempts, content_items, SETTINGS)
    _, again = fit_difficulty(flipped, content_items, SETTINGS)
    pd.testing.assert_frame_equal(items, again)


def test_test_and_audit_students_are_scored(
    attempts: pd.DataFrame, content_items: pd.DataFrame
) -> None:
    model, items = fit_difficulty(attempts, content_items, SETTINGS)
    scores = score_difficulty(model, attempts)
    DifficultyScores.validate(scores)
    assert scores.groupby("split").size().to_dict() == {"audit": 60, "test": 60}
    no_truth = pd.DataFrame({"content_id": [], "difficulty": [], "discrimination": []})
    metrics = evaluate_scores(scores, items, no_truth, SETTINGS)
    assert metrics["students"] == 10


def test_the_truth_reaches_the_evaluation_alone() -> None:
    readers = [node.name for node in create_pipeline().nodes if "truth_items" in node.inputs]
    assert readers == ["evaluate_difficulty"]


def test_a_typing_error_in_the_parameters_is_refused() -> None:
    with pytest.raises(ValueError, match="formm"):
        DifficultySettings.model_validate({"estimator": {"formm": "2pl"}})
