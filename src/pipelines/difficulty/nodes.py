"""Nodes of the difficulty pipeline."""

from typing import Any

import numpy as np
import pandas as pd

from learnloop.content.schema import ContentType
from learnloop.difficulty import (
    DifficultyEstimator,
    DifficultySettings,
    evaluate_difficulty,
    share_correct,
)


def fit_difficulty(
    attempts: pd.DataFrame, content_items: pd.DataFrame, settings: DifficultySettings
) -> tuple[DifficultyEstimator, pd.DataFrame]:
    """The model fitted on training students, and its `ItemDifficulty` table.

    Every assessment item gets a row, and every other item that a student answered:
    of the students who are not for training their items' ids alone are used.
    """
    training = attempts[attempts["split"] == "train"]
    assessment = content_items[content_items["type"] == ContentType.ASSESSMENT]
    asked = pd.DataFrame({"content_id": np.sort(attempts["content_id"].unique())})
    bank = asked.merge(
        assessment[["content_id", "author_difficulty"]], on="content_id", how="outer"
    )
    model = DifficultyEstimator(settings.estimator).fit(training, bank)
    return model, model.items()


def score_difficulty(
    difficulty_model: DifficultyEstimator, attempts: pd.DataFrame
) -> pd.DataFrame:
    """`DifficultyScores`: the answers of test and audit students, each from those before it."""
    asked = attempts[attempts["split"].isin(["test", "audit"])].reset_index(drop=True)
    predicted = difficulty_model.predict(asked)
    columns = ["student_id", "split", "content_id", "skill_id", "correct"]
    training = attempts[attempts["split"] == "train"]
    return asked[columns].assign(
        probability=predicted["probability"],
        ability=predicted["ability"],
        baseline_probability=share_correct(training, asked["content_id"]),
    )


def evaluate_scores(
    difficulty_scores: pd.DataFrame,
    item_difficulty: pd.DataFrame,
    truth_items: pd.DataFrame,
    settings: DifficultySettings,
) -> dict[str, Any]:
    """The metrics; the only node here that may know the truth."""
    return evaluate_difficulty(
        difficulty_scores, item_difficulty, truth_items, settings.evaluation
    )
