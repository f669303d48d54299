"""The models that the contract tests hold to `learnloop.model.Model`, one line each."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import pandas as pd

from learnloop.intervene import TriggerSettings
from learnloop.model import Model

from . import toys_mastery, toys_recommend
from .toys import sparse_answers
from .toys_enrolments import class_days
from .toys_intervene import class_weeks


@dataclass(frozen=True)
class Case:
    """A model and the toy tables that it is tried on."""

    name: str
    """The registered name, for instance ``mastery_predictor``."""

    contract: int
    """The major version that the design gives it."""

    class_path: str
    """Import path, imported only by its own test, so that one broken room fails alone."""

    examples: Callable[[], pd.DataFrame]
    """A fresh table to fit on, the same at every call."""

    asked: Callable[[], pd.DataFrame]
    """A fresh table to predict, with an index of its own (not 0, 1, 2 …)."""

    needs: tuple[str, ...]
    """Columns of both tables without which there is nothing to say."""

    options: Callable[[], dict[str, object]] = dict
    """Keyword arguments of the constructor: small, quick, seeded."""

    def model_class(self) -> type[Model]:
        """The class itself."""
        module, _, name = self.class_path.rpartition(".")
        found: type[Model] = getattr(import_module(module), name)
        return found

    def make(self) -> Model:
        """A new model that has not been fitted."""
        return self.model_class()(**self.options())


CASES = [
    Case(
        name="difficulty_estimator",
        contract=1,
        class_path="learnloop.difficulty.DifficultyEstimator",
        examples=sparse_answers,
        asked=lambda: sparse_answers(students=9, first=100).set_index(
            pd.Index(range(500, 590))
        ),
        needs=("student_id", "content_id", "position"),
    ),
    Case(
        name="intervention_trigger",
        contract=1,
        class_path="learnloop.intervene.InterventionTrigger",
        examples=class_weeks,
        asked=lambda: class_weeks(6, seed=8).set_index(pd.Index(range(700, 718))),
        needs=("weekly_events", "engagement_trend"),
        options=lambda: {"settings": TriggerSettings(alert_budget=0.1, strengths=(0.3,))},
    ),
    Case(
        name="intervention_trigger",
        contract=1,
        class_path="learnloop.intervene.EnrolmentTrigger",
        examples=class_days,
        asked=lambda: class_days(7, seed=8).set_index(pd.Index(range(800, 814))),
        needs=("day", "education"),
        options=lambda: {"settings": TriggerSettings(alert_budget=0.25, strengths=(0.03,))},
    ),
    Case(
        name="content_recommender",
        contract=3,
        class_path="learnloop.recommend.ContentRecommender",
        examples=toys_recommend.followers,
        asked=toys_recommend.strangers,
        needs=("mastery", "history_content"),
        options=toys_recommend.options,
    ),
    Case(
        name="mastery_predictor",
        contract=2,
        class_path="learnloop.mastery.MasteryPredictor",
        examples=sparse_answers,
        asked=toys_mastery.asked,
        needs=("student_id", "skill_id", "occurred_at"),
        options=toys_mastery.options,
    ),
]
