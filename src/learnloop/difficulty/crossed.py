"""Difficulty where students differ by skill: crossed effects and factors behind tables.

For answers of students whom the model knows, in any order: it reads all answers of a student
at once, later ones too. What a student that it does not know answers next is the affair of
`DifficultyEstimator`, which follows each student answer by answer.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from learnloop.difficulty.answers import Answers, Floats, Places
from learnloop.difficulty.effects import (
    Codes,
    Effects,
    Nested,
    Priors,
    fit_effects,
    nested_variances,
)
from learnloop.difficulty.response import logistic
from learnloop.difficulty.settings import CrossedSettings
from learnloop.errors import ModelError
from learnloop.model import require

COLUMNS = ("student_id", "content_id", "skill_id", "position", "correct")


@dataclass(frozen=True)
class Names:
    """What the places of the effects stand for."""

    student: pd.Index
    skill: pd.Index
    item: pd.Index
    item_skill: Places
    """Of the skill that each item was answered under, its first if there were several."""
    pair: pd.Index
    """student · skills + skill of each pair that has answers, ascending."""

    def codes(self, examples: pd.DataFrame) -> dict[str, Places]:
        """The places of each row, −1 where it names nothing known."""
        student = self.student.get_indexer(pd.Index(examples["student_id"]))
        skill = self.skill.get_indexer(pd.Index(examples["skill_id"]))
        key = np.where((student < 0) | (skill < 0), -1, student * len(self.skill) + skill)
        return {
            "student": student,
            "skill": skill,
            "item": self.item.get_indexer(pd.Index(examples["content_id"])),
            "pair": self.pair.get_indexer(pd.Index(key)),
        }

    def levels(self) -> dict[str, int]:
        """How many values each effect has."""
        names = {"student": self.student, "skill": self.skill, "item": self.item}
        return {name: len(index) for name, index in {**names, "pair": self.pair}.items()}


@dataclass(frozen=True)
class Choice:
    """What answers held out for validation decided."""

    factor_variance: float
    log_loss: dict[float, float]
    """Mean per held-out answer, in nats, by the factor variance tried."""


class CrossedResponseModel:
    """Chances, difficulties and abilities from one table of answers.

    A table of examples has one row per question asked: ``student_id``, ``content_id``,
    ``skill_id``, ``position`` (order within the student) and ``correct``. Only a student's
    first answer to each item is learned from.
    """

    def __init__(self, settings: CrossedSettings | None = None) -> None:
        """Args:
        settings: ``None`` takes the defaults.
        """
        self.settings = settings or CrossedSettings()

    def fit(self, examples: pd.DataFrame) -> Self:
        """Chooses the factors on held-out answers, then fits all of them.

        Raises:
            ModelError: a column is missing, or there is no answer.
        """
        require(examples, COLUMNS)
        answered = examples[examples["correct"].notna()]
        if answered.empty:
            raise ModelError("The response model cannot be fitted: there is no answer.")
        item = pd.Index(answered["content_id"].unique()).sort_values()
        answers = Answers.from_table(answered, item).first_of_each_item()
        self._names = _names(answered.iloc[answers.rows], item)
        codes = self._names.codes(answered.iloc[answers.rows])
        self.choice = self._choose(codes, answers.correct)
        self._effects = self._fit(codes, answers.correct, self.choice.factor_variance)
        self._weigh(codes)
        return self

    def _fit(self, codes: Codes, correct: Floats, factor_variance: float) -> Effects:
        given = self.settings
        variances = {
            "student": given.student_variance,
            "skill": given.skill_variance,
            "item": given.item_variance,
            "pair": given.pair_variance,
        }
        priors = Priors(variances, factor_variance, given.rank)
        rng = np.random.default_rng(given.seed)
        levels = self._names.levels()
        return fit_effects(codes, correct, levels, priors, given.sweeps, rng)

    def _choose(self, codes: Codes, correct: Floats) -> Choice:
        # A stream of its own: whoever split the examples may have used the same seed.
        rng = np.random.default_rng([self.settings.seed, 1])
        held = rng.random(len(correct)) < self.settings.validation_share
        if not held.any() or held.all():
            return Choice(0.0, {})
        kept = {name: code[~held] for name, code in codes.items()}
        asked = {name: code[held] for name, code in codes.items()}
        losses = {}
        for variance in self.settings.factor_variances:
            found = self._fit(kept, correct[~held], variance)
            losses[variance] = log_loss(correct[held], found.logit(asked))
        return Choice(min(losses, key=lambda variance: losses[variance]), losses)

    def _weigh(self, codes: Codes) -> None:
        """What the answers leave unknown of abilities and items."""
        given, names, levels = self.settings, self._names, self._names.levels()
        chance = logistic(self._effects.logit(codes))
        information = chance * (1 - chance)
        of_pair = _sums(codes["pair"], information, levels["pair"])
        self._ability_variance = nested_variances(
            of_pair,
            np.asarray(names.pair) // len(names.skill),
            levels["student"],
            given.pair_variance,
            given.student_variance,
        )
        # An answer says less of its item where the student is not known for sure.
        unsure = self._ability_variance.child[codes["pair"]]
        certain = information / (1 + information * unsure)
        of_item = _sums(codes["item"], certain, levels["item"])
        self._item_variance: Nested = nested_variances(
            of_item,
            names.item_skill,
            levels["skill"],
            given.item_variance,
            given.skill_variance,
        )
        self._item_answers = np.bincount(codes["item"], minlength=levels["item"])
        self._pair_answers = np.bincount(codes["pair"], minlength=levels["pair"])

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """``probability`` of a correct answer in (0, 1), one row per row of `examples`.

        A student, skill or item that the model does not know is taken for average.

        Raises:
            ModelError: a column is missing.
        """
        require(examples, COLUMNS[:3])
        logit = self._effects.logit(self._names.codes(examples))
        return pd.DataFrame({"probability": logistic(logit)}, index=examples.index)

    def items(self) -> pd.DataFrame:
        """One row per item, sorted: ``content_id``, ``skill_id``, ``difficulty``,
        ``difficulty_se``, ``attempts``.

        ``difficulty`` is the ability, in logits above that of the average student, with
        which the item is solved half the time; its error is that of item and skill
        together, at the factors found.
        """
        found, names = self._effects, self._names
        easiness = found.value["item"] + found.value["skill"][names.item_skill]
        easiness += found.student_factor.mean(axis=1) @ found.item_factor
        easiness += found.intercept + found.value["student"].mean()
        return pd.DataFrame(
            {
                "content_id": names.item.astype(object),
                "skill_id": names.skill[names.item_skill].astype(object),
                "difficulty": -easiness,
                "difficulty_se": np.sqrt(self._item_variance.child),
                "attempts": self._item_answers,
            }
        )

    def abilities(self) -> pd.DataFrame:
        """One row per student: ``student_id``, ``ability`` over all skills, in logits
        above the average student, and ``ability_sd``."""
        ability = self._effects.value["student"]
        return pd.DataFrame(
            {
                "student_id": self._names.student.astype(object),
                "ability": ability - ability.mean(),
                "ability_sd": np.sqrt(self._ability_variance.parent),
            }
        )

    def skill_abilities(self) -> pd.DataFrame:
        """One row per student × skill with answers: ``student_id``, ``skill_id``,
        ``ability`` at the skill's average item, ``ability_sd``, ``attempts``."""
        found, names = self._effects, self._names
        student, skill = np.divmod(np.asarray(names.pair), len(names.skill))
        ability = found.value["student"][student] + found.value["pair"]
        for of_student, of_item in zip(found.student_factor, found.item_factor, strict=True):
            items = np.bincount(names.item_skill, minlength=len(names.skill))
            total = np.bincount(names.item_skill, of_item, len(names.skill))
            loading = total / np.maximum(items, 1)
            ability += (of_student - of_student.mean())[student] * loading[skill]
        return pd.DataFrame(
            {
                "student_id": names.student[student].astype(object),
                "skill_id": names.skill[skill].astype(object),
                "ability": ability - found.value["student"].mean(),
                "ability_sd": np.sqrt(self._ability_variance.child),
                "attempts": self._pair_answers,
            }
        )


def _names(answered: pd.DataFrame, item: pd.Index) -> Names:
    """Of rows that are sorted by student."""
    student = pd.Index(answered["student_id"].unique())
    skill = pd.Index(answered["skill_id"].unique()).sort_values()
    place = skill.get_indexer(pd.Index(answered["skill_id"]))
    of_item = np.zeros(len(item), dtype=np.intp)
    of_item[item.get_indexer(pd.Index(answered["content_id"]))[::-1]] = place[::-1]
    key = student.get_indexer(pd.Index(answered["student_id"])) * len(skill) + place
    return Names(student, skill, item, of_item, pd.Index(np.unique(key)))


def _sums(code: Places, value: Floats, levels: int) -> Floats:
    return np.bincount(code, value, levels).astype(np.float64)


def log_loss(correct: Floats, logit: Floats) -> float:
    """Mean of −log P(the answer given), in nats."""
    return float(np.mean(np.logaddexp(0, logit) - correct * logit))
