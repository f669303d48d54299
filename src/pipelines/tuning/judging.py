"""What a study asks of each model: fit on some students, score others, both by the book.

Fits and scores are those of the model's own pipeline; only who is held out differs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import BaseModel

from learnloop.difficulty import DifficultySettings
from learnloop.mastery import MasterySettings
from learnloop.recommend import RecommenderSettings
from learnloop.splits import Split, fold_of
from pipelines.difficulty.nodes import fit_difficulty
from pipelines.intervention.nodes import InterventionParameters, fit_trigger
from pipelines.mastery.nodes import fit_mastery
from pipelines.recommender.nodes import build_catalogue_and_fit
from pipelines.release.rooms import BY_NAME as RELEASED

LEARNED = (Split.TRAIN, Split.VALIDATION)
STAND_INS = 6
"""One training student in so many stands in for the validation students that are held out."""
Tables = Mapping[str, Any]
"""What the fit of a model reads, by the name of the dataset."""


def _fit_difficulty(held: Tables, settings: DifficultySettings) -> Any:
    return fit_difficulty(held["attempts"], held["content_items"], settings)[0]


def _fit_items(held: Tables) -> tuple[Any, pd.DataFrame]:
    """Items fitted anew: those on disk have seen the students that are held out."""
    theory = DifficultySettings(estimator=held["difficulty_model"].settings)
    return fit_difficulty(held["attempts"], held["content_items"], theory)


def _fit_mastery(held: Tables, settings: MasterySettings) -> Any:
    model, items = _fit_items(held)
    return fit_mastery(
        held["attempts"], held["content_items"], held["skills"], items, model, settings
    )


def _fit_recommender(held: Tables, settings: RecommenderSettings) -> Any:
    return build_catalogue_and_fit(
        held["recommender_examples"],
        held["content_items"],
        held["skills"],
        held["prerequisites"],
        _fit_items(held)[1],
        settings,
    )


def _fit_intervention(held: Tables, settings: InterventionParameters) -> Any:
    return fit_trigger(
        held["intervention_features"],
        held["weekly_activity"],
        held["intervention_labels"],
        settings,
    )


def _asked_once(held: Tables) -> Tables:
    """Lists are judged at the last decision, as those of test students are."""
    examples = held["recommender_examples"]
    earlier = (examples["split"] == Split.TEST) & (examples["week"] < examples["week"].max())
    return {**held, "recommender_examples": examples[~earlier]}


def _as_it_is(held: Tables) -> Tables:
    return held


@dataclass(frozen=True)
class Room:
    """How one model is tuned."""

    name: str
    settings: type[BaseModel]
    headline: str
    tables: tuple[str, ...]
    """What the fit reads."""
    fit: Callable[[Tables, Any], Any]
    asked: Callable[[Tables], Tables] = _as_it_is
    """Leaves of the held-out students what they are judged by."""

    def judge(self, held: Tables, settings: BaseModel) -> pd.DataFrame:
        """One row per scored example of split ``test``.

        Returns:
            ``student_id``, what came true where the headline asks for it, and the score.
        """
        told = RELEASED[self.name]
        asked = self.asked(held)
        model = self.fit(asked, settings)
        scores = told.scoring(model, *(asked[name] for name in told.tables))
        columns = ["student_id", *([told.outcome] if told.outcome else []), told.score]
        return scores.loc[scores["split"] == Split.TEST, columns].reset_index(drop=True)


ROOMS = (
    Room(
        "difficulty",
        DifficultySettings,
        "auc",
        ("attempts", "content_items"),
        _fit_difficulty,
    ),
    Room(
        "mastery",
        MasterySettings,
        "auc",
        ("attempts", "content_items", "skills", "difficulty_model"),
        _fit_mastery,
    ),
    Room(
        "recommender",
        RecommenderSettings,
        "ndcg",
        (
            "recommender_examples",
            "content_items",
            "skills",
            "prerequisites",
            "attempts",
            "difficulty_model",
        ),
        _fit_recommender,
        _asked_once,
    ),
    Room(
        "intervention",
        InterventionParameters,
        "auc",
        ("intervention_features", "weekly_activity", "intervention_labels"),
        _fit_intervention,
    ),
)
BY_NAME = {room.name: room for room in ROOMS}


def of_splits(tables: Tables, *splits: str) -> Tables:
    """Without the students of all other splits; what names no students stays as it is."""
    kept: set[str] = set()
    for table in tables.values():
        if isinstance(table, pd.DataFrame) and "split" in table:
            kept |= set(table.loc[table["split"].isin(splits), "student_id"])
    return {
        name: table[table["student_id"].isin(kept)] if _names_students(table) else table
        for name, table in tables.items()
    }


@dataclass(frozen=True)
class Judge:
    """Judges settings on held-out students; can be sent to another process."""

    room: str
    tables: Tables
    folds: int

    def __call__(self, settings: BaseModel, out: int | Split) -> pd.DataFrame:
        """See `Room.judge`.

        Args:
            settings: to fit with.
            out: who is judged: a fold of the training students by a fit to the others, the
                validation students by a fit to the training students, or the test students
                by a fit as the model's pipeline makes it.
        """
        return BY_NAME[self.room].judge(self._without(out), settings)

    def _without(self, out: int | Split) -> Tables:
        """The students that are judged become the test students.

        Of those who are left, some stand in for validation students: fits that stop or
        calibrate by these need some whom they may look at.
        """
        if out == Split.TEST:
            return of_splits(self.tables, *LEARNED, Split.TEST)

        def split(student: str, own: str) -> str:
            if own == out or fold_of(student, self.folds, "tuning") == out:
                return Split.TEST.value
            stands_in = fold_of(student, STAND_INS, "tuning-stand-in") == 0
            return (Split.VALIDATION if stands_in else Split.TRAIN).value

        def dealt(table: pd.DataFrame) -> pd.DataFrame:
            now = {
                s: split(s, own)
                for s, own in zip(table["student_id"], table["split"], strict=True)
            }
            return table.assign(split=table["student_id"].map(now))

        among = LEARNED if out == Split.VALIDATION else (Split.TRAIN,)
        return {
            name: dealt(table) if _names_students(table) and "split" in table else table
            for name, table in of_splits(self.tables, *among).items()
        }


def _names_students(table: Any) -> bool:
    return isinstance(table, pd.DataFrame) and "student_id" in table
