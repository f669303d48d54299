"""The course content as arrays, in curriculum order, to score whole classes at once."""

import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from learnloop.content.schema import ContentType
from learnloop.errors import DataError

TYPES = tuple(kind.value for kind in ContentType)

SOUND_DISCRIMINATION = 0.35
"""From here on a question discriminates at least lowly (Baker 2001)."""


@dataclass(frozen=True)
class Catalogue:
    """Items and skills by position; items stand in curriculum order within a course.

    I items, S skills. Skills are sorted by id, as `student_mastery_scores` is.
    """

    content_ids: NDArray[np.str_]
    """(I,) item ids, by course, then position of the primary skill, then id."""
    skill_ids: NDArray[np.str_]
    """(S,) sorted."""
    skill_names: NDArray[np.str_]
    """(S,) for the reasons that students read."""
    course_ids: NDArray[np.str_]
    """(C,) sorted."""
    course: NDArray[np.int64]
    """(I,) index into `course_ids`."""
    kind: NDArray[np.int64]
    """(I,) index into `TYPES`."""
    primary: NDArray[np.int64]
    """(I,) index of the primary skill."""
    teaches: NDArray[np.float64]
    """(I, S) 1 / (number of the item's skills) where the item has the skill, else 0."""
    requires: NDArray[np.bool_]
    """(S, S) row needs column."""
    position: NDArray[np.int64]
    """(S,) place of the skill in its course."""
    minutes: NDArray[np.float64]
    """(I,) expected duration."""
    min_age: NDArray[np.int64]
    """(I,) youngest age in years."""
    difficulty: NDArray[np.float64]
    """(I,) in logits."""
    discrimination: NDArray[np.float64]
    """(I,) 1 where the item asks nothing."""
    skill_difficulty: NDArray[np.float64]
    """(S,) mean difficulty of the skill's questions; 0 without questions."""

    @cached_property
    def item_index(self) -> "pd.Index[str]":
        """Where each item id stands."""
        return pd.Index(self.content_ids.astype(object))

    @cached_property
    def needs(self) -> sparse.csr_matrix:
        """(S, S) `requires` as a sparse matrix of ones."""
        return sparse.csr_matrix(self.requires, dtype=np.float32)

    @cached_property
    def has_skill(self) -> sparse.csr_matrix:
        """(I, S) 1 where the item has the skill."""
        return sparse.csr_matrix(self.teaches > 0, dtype=np.float32)

    @cached_property
    def skill_slots(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(I, most skills of an item) each item's skills and their shares, 0 as padding."""
        rows, columns = np.nonzero(self.teaches)
        count = np.bincount(rows, minlength=len(self.content_ids))
        slot = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        skill = np.zeros((len(count), int(count.max(initial=1))), dtype=np.int64)
        share = np.zeros(skill.shape)
        skill[rows, slot], share[rows, slot] = columns, self.teaches[rows, columns]
        return skill, share

    @cached_property
    def course_start(self) -> NDArray[np.int64]:
        """(C,) position of each course's first item."""
        return np.searchsorted(self.course, np.arange(len(self.course_ids)))

    @cached_property
    def builds_on_others(self) -> NDArray[np.bool_]:
        """(S,) the skill has a prerequisite."""
        return np.asarray(self.requires.any(axis=1))

    @cached_property
    def skill_size(self) -> NDArray[np.int64]:
        """(S,) items whose primary skill it is."""
        return np.bincount(self.primary, minlength=len(self.skill_ids))

    @cached_property
    def quality(self) -> NDArray[np.float64]:
        """(I,) in [.1, 1]: falls below 1 where a question tells hardly who knows more, and
        is least where those who know less do better (discrimination at or below 0)."""
        return np.asarray(np.clip(self.discrimination / SOUND_DISCRIMINATION, 0.1, 1.0))

    @classmethod
    def from_tables(
        cls,
        items: pd.DataFrame,
        skills: pd.DataFrame,
        prerequisites: pd.DataFrame,
        item_difficulty: pd.DataFrame,
    ) -> Self:
        """Builds the arrays.

        An item that asks nothing gets the mean difficulty of its skill's questions,
        shifted by the author's guess as far as that guess is borne out by questions.

        Args:
            items: `learnloop.content.schema.ContentItems`.
            skills: `learnloop.content.schema.Skills`.
            prerequisites: `learnloop.content.schema.Prerequisites`.
            item_difficulty: content_id, difficulty, discrimination; one row per question.

        Raises:
            DataError: an item or edge names a skill that does not exist, or a
                question has no difficulty.
        """
        skills = skills.sort_values("skill_id")
        skill_index = pd.Index(skills["skill_id"])
        position = skills["position"].to_numpy(dtype=np.int64)
        items = items.assign(
            primary=_places(skill_index, items["skill_ids"].str[0], "content_items")
        )
        items = (
            items.assign(order=position[items["primary"]])
            .sort_values(["course_id", "order", "content_id"])
            .reset_index(drop=True)
        )
        courses = np.unique([*items["course_id"], *skills["course_id"]]).astype(str)
        difficulty, discrimination, by_skill = _difficulties(
            items, item_difficulty, len(skill_index)
        )
        return cls(
            content_ids=items["content_id"].to_numpy(dtype=str),
            skill_ids=skill_index.to_numpy(dtype=str),
            skill_names=skills["name"].to_numpy(dtype=str),
            course_ids=courses,
            course=np.searchsorted(courses, items["course_id"].to_numpy(dtype=str)),
            kind=pd.Index(TYPES).get_indexer(pd.Index(items["type"])).astype(np.int64),
            primary=items["primary"].to_numpy(dtype=np.int64),
            teaches=_teaches(items, skill_index),
            requires=_requires(prerequisites, skill_index),
            position=position,
            minutes=items["duration_s"].to_numpy(dtype=np.float64) / 60,
            min_age=items["min_age"].to_numpy(dtype=np.int64),
            difficulty=difficulty,
            discrimination=discrimination,
            skill_difficulty=by_skill,
        )

    def save(self, folder: Path) -> None:
        """Writes `catalogue.npz` and, for the names, `catalogue.json`."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        words = {
            name: value.tolist() for name, value in held.items() if value.dtype.kind == "U"
        }
        (folder / "catalogue.json").write_text(json.dumps(words))
        numbers: dict[str, Any] = {k: v for k, v in held.items() if k not in words}
        np.savez_compressed(folder / "catalogue.npz", **numbers)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads what `save` wrote."""
        words = json.loads((folder / "catalogue.json").read_text())
        with np.load(folder / "catalogue.npz", allow_pickle=False) as numbers:
            held = {name: numbers[name] for name in numbers.files}
        return cls(
            **held, **{name: np.array(value, dtype=str) for name, value in words.items()}
        )


def _places(index: "pd.Index[str]", ids: pd.Series, table: str) -> NDArray[np.int64]:
    found = index.get_indexer(pd.Index(ids.to_numpy())).astype(np.int64)
    if (found < 0).any():
        unknown = sorted(set(ids[found < 0].astype(str)))
        raise DataError(
            f"{unknown[0]!r} is not a skill.",
            file=table,
            column="skill_ids",
            rows=unknown,
            remedy="Add it to the skills, or take it out here.",
        )
    return found


def _teaches(items: pd.DataFrame, skill_index: "pd.Index[str]") -> NDArray[np.float64]:
    counts = items["skill_ids"].str.len().to_numpy(dtype=np.int64)
    rows = np.repeat(np.arange(len(items)), counts)
    flat = pd.Series(np.concatenate(items["skill_ids"].to_list()))
    columns = _places(skill_index, flat, "content_items")
    shape = (len(items), len(skill_index))
    taught: NDArray[np.float64] = sparse.csr_array(
        (1 / np.repeat(counts, counts), (rows, columns)), shape=shape
    ).toarray()
    return taught


def _requires(edges: pd.DataFrame, skill_index: "pd.Index[str]") -> NDArray[np.bool_]:
    needed = np.zeros((len(skill_index), len(skill_index)), dtype=np.bool_)
    rows = _places(skill_index, edges["skill_id"], "prerequisites")
    needed[rows, _places(skill_index, edges["requires_skill_id"], "prerequisites")] = True
    return needed


def _difficulties(
    items: pd.DataFrame, item_difficulty: pd.DataFrame, skills: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Difficulty and discrimination per item, and mean difficulty per skill."""
    known = item_difficulty.set_index("content_id")
    b = items["content_id"].map(known["difficulty"]).to_numpy(dtype=np.float64)
    a = items["content_id"].map(known["discrimination"]).to_numpy(dtype=np.float64)
    asks = (items["type"] == ContentType.ASSESSMENT).to_numpy()
    if np.isnan(b[asks]).any():
        missing = items.loc[asks & np.isnan(b), "content_id"].to_list()
        raise DataError(
            "a question has no difficulty.",
            file="item_difficulty",
            column="difficulty",
            rows=missing,
            remedy="Fit the difficulty estimator on this content first.",
        )
    primary = items["primary"].to_numpy()
    guess = items["author_difficulty"].to_numpy(dtype=np.float64)
    count = np.maximum(np.bincount(primary[asks], minlength=skills), 1)
    by_skill = np.bincount(primary[asks], b[asks], minlength=skills) / count
    guess_by_skill = np.bincount(primary[asks], guess[asks], minlength=skills) / count
    guess_by_skill[np.bincount(primary[asks], minlength=skills) == 0] = guess.mean()
    spread = (guess - guess_by_skill[primary])[asks]
    error = (b - by_skill[primary])[asks]
    slope = float(spread @ error / max(float(spread @ spread), 1e-9))
    assumed = by_skill[primary] + slope * (guess - guess_by_skill[primary])
    return np.where(asks, b, assumed), np.where(asks, a, 1.0), by_skill
