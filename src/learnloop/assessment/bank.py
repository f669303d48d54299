"""The questions that a test may ask, as arrays ready for the next choice."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.assessment.settings import AccessNeed, Accommodations
from learnloop.difficulty.ability import likelihoods
from learnloop.difficulty.bank import ItemBank
from learnloop.difficulty.response import AbilityGrid, Floats, curves, logistic, soften
from learnloop.errors import DataError

NODES = 61
"""Abilities are .17 apart, about half of the narrowest posterior that a test reaches."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class TestBank:
    """n questions, each of one skill; arrays of shape (n,).

    Attributes:
        content_ids: unique.
        slope: discrimination a > 0, softened by what is not known of the item, so that an
            item does not look sharp by chance.
        easiness: d = −a·b, softened alike.
        skill: place of the question's primary skill in `skill_ids`.
        skill_ids: sorted.
        language: tag, or "" where it suits all.
        unsuited_for: needs that the question cannot serve.
        grid: abilities at which beliefs are held.
    """

    __test__ = False  # its name is no test's

    content_ids: tuple[str, ...]
    slope: Floats
    easiness: Floats
    skill: NDArray[np.intp]
    skill_ids: tuple[str, ...]
    language: tuple[str, ...]
    unsuited_for: tuple[frozenset[AccessNeed], ...]
    grid: AbilityGrid = field(default_factory=lambda: AbilityGrid.standard_normal(NODES))

    @classmethod
    def of(cls, fitted: ItemBank, items: pd.DataFrame) -> Self:
        """The questions `items` with the parameters of `fitted`.

        Args:
            fitted: of the difficulty model. A question that it never met gets the
                parameters of an unknown item, which tell little.
            items: one row per question: `content_id`, `skill_ids` (list, the primary one
                first); where present `language` and `unsuited_for` (list of `AccessNeed`).

        Raises:
            DataError: no row, an id twice, no skill, a need that there is not, or parameters
                that are no numbers.
        """
        _check(items)
        place = fitted.places(items["content_id"])
        slope, easiness = soften(
            fitted.slope[place], fitted.easiness[place], fitted.easiness_variance[place]
        )
        wrong = ~(np.isfinite(slope) & np.isfinite(easiness) & (slope > 0))
        _refuse(items, wrong, "has no discrimination above 0 and finite difficulty.")
        skills = items["skill_ids"].map(lambda ids: str(ids[0]))
        skill_ids, skill = np.unique(skills.to_numpy(str), return_inverse=True)
        nothing: list[object] = [""] * len(items)
        languages = items["language"].fillna("") if "language" in items else nothing
        return cls(
            content_ids=tuple(items["content_id"].astype(str)),
            slope=slope,
            easiness=easiness,
            skill=skill.astype(np.intp),
            skill_ids=tuple(skill_ids.tolist()),
            language=tuple(str(language) for language in languages),
            unsuited_for=_needs(items),
        )

    def __len__(self) -> int:
        return len(self.content_ids)

    @cached_property
    def version(self) -> str:
        """12 digits that change with any question, its skill, language and needs, or a
        parameter."""
        words = (
            self.content_ids,
            [self.skill_ids[place] for place in self.skill],
            self.language,
            [sorted(needs) for needs in self.unsuited_for],
        )
        digest = hashlib.blake2b(json.dumps(words).encode(), digest_size=6)
        for array in (self.slope, self.easiness):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each question stands."""
        return {content_id: place for place, content_id in enumerate(self.content_ids)}

    def places(self, content_ids: Iterable[str]) -> list[int]:
        """Where those of `content_ids` stand that are in the bank."""
        return [self.place[name] for name in content_ids if name in self.place]

    @cached_property
    def chances(self) -> Floats:
        """P(correct) of each question at each ability; shape (n, nodes)."""
        return curves(self.slope, self.easiness, self.grid)

    @cached_property
    def likelihood(self) -> Floats:
        """Log-likelihood of a wrong and of a right answer; shape (2, n, nodes)."""
        return likelihoods(self.chances)[:2]

    @cached_property
    def skill_curves(self) -> Floats:
        """Mean P(correct) of each skill's questions at each ability; (skills, nodes).

        At the student's ability that is the student's mastery.
        """
        member = self.skill == np.arange(len(self.skill_ids))[:, None]
        return np.asarray((member @ self.chances) / member.sum(axis=1, keepdims=True))

    def information(self, ability: float) -> Floats:
        """Fisher information a²·p·(1 − p) of each question; shape (n,).

        Example:
            A question of discrimination 1 tells 1/4 of a student as able as it is hard.
        """
        chance = logistic(self.slope * ability + self.easiness)
        return np.asarray(self.slope**2 * chance * (1 - chance))

    def suits(self, accommodations: Accommodations) -> Flags:
        """Which questions a student may be asked at all."""
        needs, languages = accommodations.needs, accommodations.languages
        return np.array(
            [
                not (needs & unsuited) and (not languages or not own or own in languages)
                for own, unsuited in zip(self.language, self.unsuited_for, strict=True)
            ]
        )


def _check(items: pd.DataFrame) -> None:
    missing = [name for name in ("content_id", "skill_ids") if name not in items]
    if missing:
        raise DataError(f"the questions lack the column '{missing[0]}'.")
    if items.empty:
        raise DataError("there is no question to ask.", remedy="Add assessment items.")
    _refuse(items, items["content_id"].duplicated().to_numpy(), "is there twice.")
    _refuse(items, (items["skill_ids"].map(len) == 0).to_numpy(), "has no skill.")


def _needs(items: pd.DataFrame) -> tuple[frozenset[AccessNeed], ...]:
    """Of each question the needs that it is unsuited for."""
    if "unsuited_for" not in items:
        return (frozenset(),) * len(items)
    known = {need.value for need in AccessNeed}
    for row, (content_id, needs) in enumerate(
        zip(items["content_id"], items["unsuited_for"], strict=True), 1
    ):
        told = needs if np.iterable(needs) else [needs]  # an empty cell is no list
        unknown = sorted({str(need) for need in told} - known)
        if unknown:
            raise DataError(
                f"'{content_id}' is unsuited for '{unknown[0]}', which is no need.",
                column="unsuited_for",
                rows=[row],
                remedy=f"Use {', '.join(sorted(known))}.",
            )
    return tuple(frozenset(map(AccessNeed, needs)) for needs in items["unsuited_for"])


def _refuse(items: pd.DataFrame, wrong: Flags, problem: str) -> None:
    if wrong.any():
        rows = [int(number) + 1 for number in np.flatnonzero(wrong)]
        first = items["content_id"].iloc[rows[0] - 1]
        raise DataError(f"'{first}' {problem}", column="content_id", rows=rows)
