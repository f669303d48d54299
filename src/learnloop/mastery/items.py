"""What is known of items before a student answers: difficulty and traits, by item and skill."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from learnloop.errors import DataError, ModelError
from learnloop.mastery.settings import MasterySettings
from learnloop.mastery.traits import Asked, Floats, Places, Singles, Traits, fit_traits

ITEM_INPUTS = ("hardness", "skill_hardness", "item_answers")
"""Minus the logit of an average student's chance (a b of the difficulty model until traits are
fitted), its mean over the skill's items, and log(1 + answers that it rests on)."""
COLUMNS = ("content_id", "skill_id", "difficulty", "discrimination", "attempts")
SKILL_PRIOR_ANSWERS = 20.0
"""A skill's mean hardness is drawn to the mean of all as if by so many answers."""


def skills_version(skills: Sequence[str]) -> str:
    """Names an ordered list of skills, so that arrays over it are not mixed up.

    Returns:
        12 hexadecimal digits; another list, or another order, gives others.
    """
    return hashlib.blake2b("\n".join(skills).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Levels:
    """The items of each skill, easy to hard, grouped into Q levels."""

    inputs: Floats
    """(K, Q, len(ITEM_INPUTS)) the mean item of the level."""
    slopes: Singles
    """(K, Q, D) its slopes on the traits."""
    weight: Floats
    """(K, Q) the level's share of the skill's items; rows sum to 1."""


class ItemBank:
    """Looks items up, and says what to expect of an item that nobody has seen."""

    def __init__(
        self, items: pd.DataFrame, skills: Sequence[str], traits: Traits | None = None
    ) -> None:
        """Args:
        items: one row per assessment item: `content_id`, `skill_id`, `difficulty` b and
            `discrimination` a (logit scale), `attempts` (how many answers they rest on).
        skills: all skills that the model shall know.
        traits: of the items in the order of their ids; ``None`` knows one trait, on
            which an item's slope is its discrimination.

        Raises:
            DataError: an item is listed twice or has no finite parameters.
        """
        self.skills = sorted(set(skills))
        self.table = items[list(COLUMNS)].sort_values("content_id", ignore_index=True)
        _check(self.table)
        self._place = {name: place for place, name in enumerate(self.table["content_id"])}
        self._skill_place = {name: place for place, name in enumerate(self.skills)}
        self._skill = self._places(self.table["skill_id"])
        self._answers = self.table["attempts"].to_numpy(float)
        self.traits = self._one_trait() if traits is None else traits
        weight = self._answers if self._answers.sum() > 0 else np.ones(len(self._answers))
        self.mean_hardness = _mean(self.traits.hardness, weight, 0.0)
        self.skill_hardness = self._by_skill(weight)

    def _one_trait(self) -> Traits:
        discrimination = self.table["discrimination"].to_numpy(float)
        hardness = discrimination * self.table["difficulty"].to_numpy(float)
        usual = _mean(discrimination, self._answers + 1.0, 1.0)
        return Traits(
            hardness,
            discrimination[:, None].astype(np.float32),
            np.full((len(self.skills) + 1, 1), usual, dtype=np.float32),
        )

    def _by_skill(self, weight: Floats) -> Floats:
        """(K + 1,) mean hardness per skill; that of an unknown skill comes last."""
        size = len(self.skills) + 1
        known = self._skill < len(self.skills)
        counted = np.bincount(self._skill[known], weight[known], size)
        summed = np.bincount(self._skill[known], (weight * self.traits.hardness)[known], size)
        prior = SKILL_PRIOR_ANSWERS
        return np.asarray((summed + prior * self.mean_hardness) / (counted + prior))

    def _places(self, skill_ids: Iterable[str]) -> Places:
        """The place of each skill in the list; the place after the last if unknown."""
        last = len(self.skills)
        return np.array([self._skill_place.get(name, last) for name in skill_ids], np.int64)

    def _items(self, content_ids: Iterable[str]) -> Places:
        """The place of each item in the bank, -1 if it is not there."""
        return np.array([self._place.get(name, -1) for name in content_ids], np.int64)

    def with_parameters(self, fitted: pd.DataFrame) -> "ItemBank":
        """The same items with `difficulty`, `discrimination`, `attempts` of another fit.

        Items that `fitted` lacks are left out, which makes them items nobody has seen.
        Traits start from one again.
        """
        skills = self.table[["content_id", "skill_id"]]
        columns = [name for name in COLUMNS if name != "skill_id"]
        return ItemBank(skills.merge(fitted[columns], on="content_id"), self.skills)

    def with_traits(self, answers: pd.DataFrame, settings: MasterySettings) -> "ItemBank":
        """The same items in a space of traits, fitted on `answers`.

        Args:
            answers: `student_id`, `content_id`, `correct`; answers to items that the bank
                does not hold are left aside.
            settings: how many traits, and how they are fitted.
        """
        item = self._items(answers["content_id"])
        known = item >= 0
        if not known.any():
            return self
        plain = self._one_trait()
        asked = Asked(
            student=pd.factorize(answers["student_id"][known], sort=True)[0].astype(np.int64),
            item=item[known],
            correct=answers["correct"].to_numpy(float)[known],
            skill=self._skill,
            hardness=plain.hardness,
            skills=len(self.skills) + 1,
        )
        fitted = fit_traits(
            asked,
            settings.traits,
            settings.trait_iterations,
            settings.item_precision,
            settings.skill_precision,
            settings.seed,
        )
        return ItemBank(self.table, self.skills, fitted)

    def unidimensional(self) -> "ItemBank":
        """The same items with one trait, as the difficulty model has them."""
        return ItemBank(self.table, self.skills)

    def look_up(
        self, content_ids: Iterable[str], skill_ids: Iterable[str]
    ) -> tuple[Places, Floats, Singles]:
        """Skill, parameters and slopes of each item.

        An item that the bank does not hold gets the mean hardness and the slopes of its
        skill; one of an unknown skill those of all items.

        Returns:
            (n,) places in the skill list, (n, len(ITEM_INPUTS)) parameters and (n, D) slopes.
        """
        skill = self._places(skill_ids)
        found = self._items(content_ids)
        expected, new = self.skill_hardness[skill], found < 0
        hardness = np.where(new, expected, np.append(self.traits.hardness, 0.0)[found])
        answers = np.where(new, 0.0, np.append(self._answers, 0.0)[found])
        slopes = self.traits.skill_slopes[skill]
        slopes[~new] = self.traits.slopes[found[~new]]
        return skill, np.column_stack([hardness, expected, np.log1p(answers)]), slopes

    def neutral(self) -> Floats:
        """(len(ITEM_INPUTS),) the parameters of an item like the mean of all."""
        usual = float(np.log1p(self._answers).mean()) if len(self._answers) else 0.0
        return np.array([self.mean_hardness, self.mean_hardness, usual])

    def levels(self, count: int) -> Levels:
        """Groups each skill's items into at most `count` levels of hardness.

        A skill without items is taken to have one item, as hard as the skill's mean.
        """
        size, traits = (len(self.skills), count), self.traits.slopes.shape[1]
        inputs = np.zeros((*size, len(ITEM_INPUTS)))
        slopes = np.zeros((*size, traits), dtype=np.float32)
        weight = np.zeros(size)
        inputs[:, :, 1] = self.skill_hardness[:-1, None]
        hardness, answers = self.traits.hardness, np.log1p(self._answers)
        order = np.lexsort((hardness, self._skill))
        ends = np.searchsorted(self._skill[order], np.arange(len(self.skills) + 1))
        for place in range(len(self.skills)):
            members = order[ends[place] : ends[place + 1]]
            if not len(members):
                inputs[place, 0, 0] = self.skill_hardness[place]
                slopes[place, 0] = self.traits.skill_slopes[place]
                weight[place, 0] = 1.0
                continue
            for level, group in enumerate(np.array_split(members, min(count, len(members)))):
                inputs[place, level, 0] = hardness[group].mean()
                inputs[place, level, 2] = answers[group].mean()
                slopes[place, level] = self.traits.slopes[group].mean(axis=0)
                weight[place, level] = len(group) / len(members)
        return Levels(inputs, slopes, weight)

    def save(self, folder: Path) -> None:
        """Writes `items.parquet`, `traits.npz` and `skills.txt`."""
        self.table.to_parquet(folder / "items.parquet", index=False)
        np.savez(folder / "traits.npz", **asdict(self.traits))
        (folder / "skills.txt").write_text("\n".join(self.skills), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "ItemBank":
        """Reads back what `save` wrote.

        Raises:
            ModelError: a file is missing.
        """
        try:
            skills = (folder / "skills.txt").read_text(encoding="utf-8").split("\n")
            items = pd.read_parquet(folder / "items.parquet")
            with np.load(folder / "traits.npz", allow_pickle=False) as arrays:
                traits = Traits(**{name: arrays[name] for name in arrays.files})
        except FileNotFoundError as missing:
            raise ModelError(f"{folder} holds no item bank: {missing}") from missing
        return cls(items, [skill for skill in skills if skill], traits)


def _mean(values: Floats, weight: Floats, nothing: float) -> float:
    return float(np.average(values, weights=weight)) if len(values) else nothing


def _check(items: pd.DataFrame) -> None:
    twice = items["content_id"][items["content_id"].duplicated()]
    if len(twice):
        raise DataError(
            f"item '{twice.iloc[0]}' is listed more than once.",
            file="item_difficulty",
            column="content_id",
            rows=list(twice.head()),
            remedy="Give every item one row.",
        )
    finite = np.isfinite(items[["difficulty", "discrimination"]].to_numpy(float)).all(axis=1)
    if not finite.all():
        raise DataError(
            "an item has no finite difficulty and discrimination.",
            file="item_difficulty",
            rows=list(items["content_id"][~finite].head()),
            remedy="Give items that nobody answered a prior.",
        )
