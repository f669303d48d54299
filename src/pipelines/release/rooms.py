"""What the release must know of each of the four models, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from learnloop.evaluation import Statistic, auc, mean
from learnloop.intervene import join_examples
from learnloop.model import Model
from learnloop.recommend import ContentRecommender
from pipelines.difficulty.nodes import score_difficulty
from pipelines.intervention.nodes import score_students
from pipelines.mastery.nodes import score_mastery
from pipelines.recommender.nodes import score_lists
from pipelines.stamp import BY_NAME as STAGES


def _predicted(model: Model, rows: pd.DataFrame) -> object:
    return model.predict(rows)


def _one_list(model: ContentRecommender, rows: pd.DataFrame) -> object:
    """With its reasons, as a service gives it."""
    return model.answer(rows)


@dataclass(frozen=True)
class Room:
    """A model's pipeline, seen from the release."""

    name: str
    """Of the pipeline, and the beginning of its datasets' names."""
    registered: str
    libraries: tuple[str, ...]
    """Distributions that it needs to answer, beside learnloop, numpy and pandas."""
    statistic: Statistic
    """The headline, as the quality gate compares it: higher is better."""
    outcome: str | None
    """Column of the score table that says what came true."""
    score: str
    """Column of the score table that says what the model thought."""
    baselines: Mapping[str, str]
    """Columns with the scores of the stated baselines, by their names in the metrics."""
    keys: tuple[str, ...]
    """Columns of the score table that say which example a row is."""
    scoring: Callable[..., pd.DataFrame]
    """``(model, *tables)`` to the score table."""
    tables: tuple[str, ...]
    """The datasets that `scoring` reads beside the model."""
    examples: Callable[..., pd.DataFrame]
    """``(*tables)`` to what `predict` is asked."""
    answering: Callable[[Any, pd.DataFrame], object] = _predicted
    """``(model, rows of one student)``: the answer that the latency gate times."""

    @property
    def model_class(self) -> str:
        """Import path."""
        return str(STAGES[self.name].model_class)

    @property
    def scores(self) -> str:
        """The score table: a dataset, one row per scored example."""
        return f"{self.name}_scores"


def _as_they_are(examples: pd.DataFrame) -> pd.DataFrame:
    return examples


def _joined(features: pd.DataFrame, activity: pd.DataFrame, _: pd.DataFrame) -> pd.DataFrame:
    return join_examples(features, activity)


ROOMS = (
    Room(
        name="difficulty",
        registered="difficulty_estimator",
        libraries=("scipy",),
        statistic=auc,
        outcome="correct",
        score="probability",
        baselines={"share_correct": "baseline_probability"},
        keys=("student_id", "content_id"),
        scoring=score_difficulty,
        tables=("attempts",),
        examples=_as_they_are,
    ),
    Room(
        name="mastery",
        registered="mastery_predictor",
        libraries=("torch", "pytorch-lightning", "pyarrow"),
        statistic=auc,
        outcome="correct",
        score="probability",
        baselines={"irt": "baseline_irt", "skill_rate": "baseline_skill_rate"},
        keys=("student_id", "content_id", "position"),
        scoring=score_mastery,
        tables=("attempts",),
        examples=_as_they_are,
    ),
    Room(
        name="recommender",
        registered="content_recommender",
        libraries=("scipy", "implicit"),
        statistic=mean,
        outcome=None,
        score="ndcg",
        baselines={
            "popularity": "baseline_popularity",
            "curriculum_order": "baseline_curriculum_order",
        },
        keys=("student_id",),
        scoring=score_lists,
        tables=("recommender_examples",),
        examples=_as_they_are,
        answering=_one_list,
    ),
    Room(
        name="intervention",
        registered="intervention_trigger",
        libraries=("scipy", "scikit-learn"),
        statistic=auc,
        outcome="label",
        score="risk",
        baselines={"last_week_activity": "baseline_risk"},
        keys=("student_id", "as_of"),
        scoring=score_students,
        tables=("intervention_features", "weekly_activity", "intervention_labels"),
        examples=_joined,
    ),
)

BY_NAME = {room.name: room for room in ROOMS}
