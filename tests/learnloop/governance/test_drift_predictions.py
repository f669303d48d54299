"""Predictions of both terms at one week, by models that can be worked out by eye."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.governance.drift_predictions import DriftPredictions, predict_terms


class Formula:
    """Predicts what a formula says, and remembers whom it was asked about."""

    def __init__(self, column: str, formula: Callable[[pd.DataFrame], Any]) -> None:
        self.column, self.formula = column, formula
        self.asked: set[str] = set()

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        self.asked |= set(examples["student_id"])
        return pd.DataFrame({self.column: self.formula(examples)}, index=examples.index)


def at(day: int) -> pd.Timestamp:
    return pd.Timestamp(f"2025-09-{day:02d}", tz="UTC").as_unit("us")


SPLITS = {"learner": "train", "new": "audit", "old": "reference", "tested": "test"}
SNAPSHOTS = pd.DataFrame(
    [
        {"student_id": name, "as_of": at(1 + 7 * week), "week": week, "split": split}
        for name, split in SPLITS.items()
        for week in (1, 2, 3)
    ]
).astype({"as_of": "datetime64[us, UTC]"})
FEATURES = SNAPSHOTS.assign(
    student_mastery_scores=[[0.1 * week] for week in SNAPSHOTS["week"]],
)
ACTIVITY = SNAPSHOTS[["student_id", "as_of", "week"]].assign(
    learning_events=10 * SNAPSHOTS["week"], answers=2, correct=1, observed=True
)
ATTEMPTS = pd.DataFrame(
    {
        "student_id": ["learner", "new", "new", "new", "old"],
        "content_id": ["a", "a", "b", "c", "b"],
        "position": [1, 1, 2, 3, 1],
        "correct": [True, True, False, True, True],
        "occurred_at": pd.Series([at(2), at(3), at(14), at(15), at(4)]),
    }
)


def predict(week: int = 2, **tables: pd.DataFrame) -> tuple[pd.DataFrame, Formula, Formula]:
    given = {"attempts": ATTEMPTS, "features": FEATURES, "activity": ACTIVITY} | tables
    easy = {"a": 0.9, "b": 0.5, "c": 0.1}
    difficulty = Formula("probability", lambda rows: rows["content_id"].map(easy))
    trigger = Formula(
        "risk", lambda rows: [sum(events) / 100 for events in rows["weekly_events"]]
    )
    found = predict_terms(difficulty, trigger, **given, week=week)  # type: ignore[arg-type]
    return DriftPredictions.validate(found), difficulty, trigger


def test_each_student_has_what_the_models_say_from_the_time_before_the_week_ended() -> None:
    found, _, _ = predict()
    assert found["student_id"].tolist() == ["new", "old", "tested"]
    # Of new the answers to a and b; c came at the very end of the week and does not count.
    np.testing.assert_allclose(found["predicted_correct"], [0.7, 0.5, np.nan])
    # Ten events in the first week and twenty in the second.
    np.testing.assert_allclose(found["predicted_risk"], 0.3)
    assert set(found["event_timestamp"]) == {at(15)}


def test_no_model_is_asked_about_students_in_training() -> None:
    _, difficulty, trigger = predict()
    assert difficulty.asked == {"new", "old"}
    assert trigger.asked == {"new", "old", "tested"}


def test_the_trigger_is_shown_the_week_before() -> None:
    seen: list[Any] = []

    def remember(rows: pd.DataFrame) -> float:
        seen.extend(rows["student_mastery_scores_before"])
        return 0.5

    trigger = Formula("risk", remember)
    never = Formula("probability", lambda _: 0.5)
    predict_terms(never, trigger, ATTEMPTS, FEATURES, ACTIVITY, 2)  # type: ignore[arg-type]
    assert seen == [[0.1]] * 3


@pytest.mark.parametrize("week", [2, 9])
def test_without_answers_or_without_that_week_nothing_is_predicted(week: int) -> None:
    found, _, _ = predict(week, attempts=ATTEMPTS.iloc[:0])
    assert len(found) == (3 if week == 2 else 0)
    assert found["predicted_correct"].isna().all()
