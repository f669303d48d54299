"""The difficulty model: item response theory behind the interface of all models."""

from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.difficulty.ability import Course, follow
from learnloop.difficulty.answers import Answers
from learnloop.difficulty.bank import ItemBank
from learnloop.difficulty.marginal import Fit, fit_items
from learnloop.difficulty.response import AbilityGrid
from learnloop.difficulty.settings import EstimatorSettings
from learnloop.difficulty.traits import item_traits
from learnloop.difficulty.uncertainty import item_errors
from learnloop.errors import ModelError
from learnloop.model import require


class DifficultyEstimator:
    """How hard each item is, and how likely a student is to solve it.

    A table of examples has one row per question asked: ``student_id``,
    ``content_id``, ``position`` (order within the student) and ``correct`` (null
    where it is not answered yet: such a row is predicted and not learned from).

    A student's ability is taken as constant; what the student learns in between is
    the mastery model's affair.
    """

    name: ClassVar[str] = "difficulty_estimator"
    contract: ClassVar[int] = 1

    def __init__(self, settings: EstimatorSettings | None = None) -> None:
        """Args:
        settings: ``None`` takes the defaults.
        """
        self.settings = settings or EstimatorSettings()
        self._grid = AbilityGrid.standard_normal(self.settings.nodes)
        self._bank: ItemBank | None = None

    def fit(self, examples: pd.DataFrame, content: pd.DataFrame | None = None) -> Self:
        """Fits item parameters on each student's first answer to each item.

        Args:
            examples: answers of the students to learn from.
            content: items that the bank shall hold though nobody answered them, one
                row each: ``content_id``, and of what else is known any of the columns
                of `item_traits`, from which an item's prior is learned. ``None`` where
                nothing is known of the items.

        Raises:
            ModelError: a column is missing, or there is no answer.
        """
        require(examples, ("student_id", "content_id", "position", "correct"))
        answered = examples[examples["correct"].notna()]
        if answered.empty:
            raise ModelError("The difficulty model cannot be fitted: there is no answer.")
        ids = _items(answered, content)
        traits = item_traits(content, ids)
        answers = Answers.from_table(answered, ids).first_of_each_item()
        fit = fit_items(answers, len(ids) + 1, traits, self.settings, self._grid)
        self._bank = _fill(ids, answers, fit, self._grid, self.settings)
        return self

    @property
    def bank(self) -> ItemBank:
        """The fitted items.

        Raises:
            ModelError: the model was not fitted.
        """
        if self._bank is None:
            raise ModelError("The difficulty model has no items yet: call fit or load first.")
        return self._bank

    def items(self) -> pd.DataFrame:
        """One row per item: difficulty, discrimination, standard error, attempts."""
        return self.bank.table()

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """The chance of a correct answer, from the student's earlier answers alone.

        Returns:
            ``probability`` in (0, 1); ``ability`` and ``ability_sd`` as they were known
            before the answer, in standard deviations of the students fitted on.

        Raises:
            ModelError: a column is missing, or the model was not fitted.
        """
        answers, course = self._follow(examples)
        columns = {
            "probability": course.chance,
            "ability": course.ability,
            "ability_sd": course.ability_sd,
        }
        return _as_asked(columns, answers, examples.index)

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Four reasons a row, in logits; they add up to the logit of `predict`.

        An average item, this item against it, the student's ability so far, and what
        is lost or won because ability and item are not known for sure.
        """
        answers, course = self._follow(examples)
        bank = self.bank
        place = answers.item
        usual = float(np.mean(bank.easiness[:-1]))
        ability = bank.slope[place] * course.ability
        logit = np.log(course.chance) - np.log1p(-course.chance)
        parts = pd.DataFrame(
            {
                "an average item and student": np.full(len(place), usual),
                "how easy the item is, against the average": bank.easiness[place] - usual,
                "ability shown in the earlier answers": ability,
                "what is not yet known of student and item": logit
                - bank.easiness[place]
                - ability,
            },
            index=pd.RangeIndex(len(place)),
        )
        parts = _as_asked({str(c): parts[c].to_numpy() for c in parts}, answers, examples.index)
        return _longest_first(parts)

    def save(self, folder: Path) -> None:
        """Writes ``model.json`` and ``items.npz``."""
        about = {"name": self.name, "contract": self.contract}
        self.bank.save(folder, {**about, "settings": self.settings.model_dump()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads a saved model back.

        Raises:
            ModelError: `folder` holds none, or one of another contract.
        """
        bank, about = ItemBank.load(folder)
        if (about.get("name"), about.get("contract")) != (cls.name, cls.contract):
            raise ModelError(
                f"{folder} holds {about.get('name')} of contract {about.get('contract')}, "
                f"not {cls.name} of contract {cls.contract}."
            )
        model = cls(EstimatorSettings.model_validate(about["settings"]))
        model._bank = bank
        return model

    def _follow(self, examples: pd.DataFrame) -> tuple[Answers, Course]:
        bank = self.bank
        answers = Answers.from_table(examples, bank.content_ids)
        return answers, follow(answers, bank.chances(self._grid), self._grid)


def _items(answered: pd.DataFrame, content: pd.DataFrame | None) -> pd.Index:
    """Sorted ids of all items."""
    known = pd.Index(answered["content_id"].unique())
    if content is not None:
        known = known.union(pd.Index(content["content_id"].unique()))
    return known.sort_values()


def _fill(
    ids: pd.Index, answers: Answers, fit: Fit, grid: AbilityGrid, settings: EstimatorSettings
) -> ItemBank:
    """The bank: fitted items as they are, the others at their prior's mean and spread."""
    attempts = np.bincount(answers.item, minlength=len(fit.slope)).astype(np.int64)
    errors = item_errors(answers, fit, grid, common_slope=settings.form == "1pl")
    seen = attempts > 0
    slope = np.where(seen, fit.slope, fit.unseen.slope.median)
    prior = fit.unseen.easiness
    easiness = np.where(seen, fit.easiness, prior.mean)
    return ItemBank(
        content_ids=ids,
        slope=slope,
        easiness=easiness,
        easiness_variance=np.where(seen, errors.easiness, prior.sd**2),
        difficulty_variance=np.where(seen, errors.difficulty, (prior.sd / slope) ** 2),
        attempts=attempts,
    )


def _as_asked(
    columns: dict[str, NDArray[np.float64]], answers: Answers, index: pd.Index
) -> pd.DataFrame:
    """Puts values that are in the order of `answers` back under the rows asked."""
    places = np.empty_like(answers.rows)
    places[answers.rows] = np.arange(len(answers.rows))
    return pd.DataFrame({name: value[places] for name, value in columns.items()}, index=index)


def _longest_first(parts: pd.DataFrame) -> pd.DataFrame:
    """One column a reason becomes one row a reason, the weightiest first within a row."""
    weight = parts.to_numpy()
    order = np.argsort(-np.abs(weight), axis=1, kind="stable")
    reasons = np.asarray(parts.columns, dtype=object)
    return pd.DataFrame(
        {
            "row": np.repeat(parts.index.to_numpy(), weight.shape[1]),
            "reason": reasons[order].ravel(),
            "contribution": np.take_along_axis(weight, order, axis=1).ravel(),
        }
    )
