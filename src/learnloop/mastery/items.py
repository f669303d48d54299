"""What is known of the items before a student answers: difficulty, by item and by skill."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from learnloop.errors import DataError, ModelError
from learnloop.mastery.state import Floats, Places

ITEM_INPUTS = ("hardness", "discrimination", "skill_hardness")
"""a b (minus the logit of an average student's chance), a, and the mean of a b over the
skill's items. Unlike b alone, a b stays small where an item hardly discriminates."""
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
    weight: Floats
    """(K, Q) the level's share of the skill's items; rows sum to 1."""


class ItemBank:
    """Looks items up, and says what to expect of an item that nobody has seen."""

    def __init__(self, items: pd.DataFrame, skills: Sequence[str]) -> None:
        """Args:
        items: one row per assessment item: `content_id`, `skill_id`, `difficulty` b and
            `discrimination` a (logit scale), `attempts` (how many answers they rest on).
        skills: all skills that the model shall know.

        Raises:
            DataError: an item is listed twice or has no finite parameters.
        """
        self.skills = sorted(set(skills))
        self.table = items[list(COLUMNS)].sort_values("content_id", ignore_index=True)
        _check(self.table)
        self._ids = pd.Index(self.table["content_id"])
        self._skill_ids = pd.Index(self.skills)
        self._skill = self._places(self.table["skill_id"])
        self._discrimination = self.table["discrimination"].to_numpy(float)
        self._hardness = self._discrimination * self.table["difficulty"].to_numpy(float)
        answers = self.table["attempts"].to_numpy(float)
        weight = answers if answers.sum() > 0 else np.ones(len(answers))
        self.mean_hardness = _mean(self._hardness, weight, 0.0)
        self.mean_discrimination = _mean(self._discrimination, weight, 1.0)
        self.skill_hardness = self._by_skill(weight)

    def _by_skill(self, weight: Floats) -> Floats:
        """(K + 1,) mean hardness per skill; that of an unknown skill comes last."""
        size = len(self.skills) + 1
        known = self._skill < len(self.skills)
        counted = np.bincount(self._skill[known], weight[known], size)
        summed = np.bincount(self._skill[known], (weight * self._hardness)[known], size)
        prior = SKILL_PRIOR_ANSWERS
        return np.asarray((summed + prior * self.mean_hardness) / (counted + prior))

    def _places(self, skill_ids: pd.Series) -> Places:
        """The place of each skill in the list; the place after the last if unknown."""
        found = self._skill_ids.get_indexer(pd.Index(skill_ids))
        return np.where(found < 0, len(self.skills), found).astype(np.int64)

    def with_parameters(self, fitted: pd.DataFrame) -> "ItemBank":
        """The same items with `difficulty`, `discrimination`, `attempts` of another fit.

        Items that `fitted` lacks are left out, which makes them items nobody has seen.
        """
        skills = self.table[["content_id", "skill_id"]]
        columns = [name for name in COLUMNS if name != "skill_id"]
        return ItemBank(skills.merge(fitted[columns], on="content_id"), self.skills)

    def look_up(self, content_ids: pd.Series, skill_ids: pd.Series) -> tuple[Places, Floats]:
        """Skill and parameters of each item.

        An item that the bank does not hold gets the mean hardness of its skill; one of
        an unknown skill that of all items.

        Returns:
            (n,) places in the skill list and (n, len(ITEM_INPUTS)) parameters.
        """
        skill = self._places(skill_ids)
        expected = self.skill_hardness[skill]
        found = self._ids.get_indexer(pd.Index(content_ids))
        hardness = np.append(self._hardness, np.nan)[found]
        discrimination = np.append(self._discrimination, self.mean_discrimination)[found]
        hardness = np.where(found < 0, expected, hardness)
        return skill, np.column_stack([hardness, discrimination, expected])

    def neutral(self) -> Floats:
        """(len(ITEM_INPUTS),) the parameters of an item like the mean of all."""
        return np.array([self.mean_hardness, self.mean_discrimination, self.mean_hardness])

    def levels(self, count: int) -> Levels:
        """Groups each skill's items into at most `count` levels of hardness.

        A skill without items is taken to have one item, as hard as the skill's mean.
        """
        inputs = np.zeros((len(self.skills), count, len(ITEM_INPUTS)))
        weight = np.zeros((len(self.skills), count))
        inputs[:, :, 2] = self.skill_hardness[:-1, None]
        order = np.lexsort((self._hardness, self._skill))
        ends = np.searchsorted(self._skill[order], np.arange(len(self.skills) + 1))
        for place in range(len(self.skills)):
            members = order[ends[place] : ends[place + 1]]
            if not len(members):
                inputs[place, 0, :2] = self.skill_hardness[place], self.mean_discrimination
                weight[place, 0] = 1.0
                continue
            for level, group in enumerate(np.array_split(members, min(count, len(members)))):
                inputs[place, level, 0] = self._hardness[group].mean()
                inputs[place, level, 1] = self._discrimination[group].mean()
                weight[place, level] = len(group) / len(members)
        return Levels(inputs, weight)

    def save(self, folder: Path) -> None:
        """Writes `items.parquet` and `skills.txt`."""
        self.table.to_parquet(folder / "items.parquet", index=False)
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
        except FileNotFoundError as missing:
            raise ModelError(f"{folder} holds no item bank: {missing}") from missing
        return cls(items, [skill for skill in skills if skill])


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
