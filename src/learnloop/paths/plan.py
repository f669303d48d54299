"""A learning path, and why each of its steps is in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learnloop.paths.practice import Floats, Places, Practice


@dataclass(frozen=True)
class Step:
    """One skill of a path."""

    skill_id: str
    minutes: float
    """Expected, from the present mastery to the one that counts as known."""
    mastery: float
    """Present, in [0, 1]."""
    content_ids: tuple[str, ...]
    """The quickest items that get there; those of the last round where `rounds` is above 0;
    empty where the skill has no item."""
    rounds: int
    """How often all items of the skill come before `content_ids`: there are too few."""
    is_objective: bool
    needed_for: tuple[str, ...]
    """Later steps that directly require it; none only for an objective."""
    after: tuple[str, ...]
    """Earlier steps that it directly requires."""
    known: tuple[str, ...]
    """What else it directly requires, and the student knows."""

    def because(self) -> str:
        """The reason in a sentence."""
        wanted = ["it is the objective"] if self.is_objective else []
        if self.needed_for:
            more = len(self.needed_for) - 1
            others = f" and {more} more" if more else ""
            wanted.append(f"{self.needed_for[0]}{others} cannot be learned without it")
        return (
            f"{self.skill_id}, about {self.minutes:.0f} minutes from mastery "
            f"{self.mastery:.2f}: {'; '.join(wanted)}."
        )


@dataclass(frozen=True)
class Lists:
    """A list of skills for each skill: those of k are ``ends[start[k]:start[k + 1]]``,
    ascending."""

    start: Places
    ends: Places

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Self:
        """One list per skill, in the skills' order."""
        start = np.concatenate([[0], np.cumsum([len(ends) for ends in lists])])
        ends = np.array([end for ends in lists for end in ends], np.intp)
        return cls(start.astype(np.intp), ends)

    def __getitem__(self, skill: int) -> list[int]:
        ends: list[int] = self.ends[self.start[skill] : self.start[skill + 1]].tolist()
        return ends


@dataclass(frozen=True)
class Structure:
    """The graph as arrays; skills stand in the order of learning."""

    skill_ids: tuple[str, ...]
    requires: Lists
    """What each skill directly requires."""
    enables: Lists
    """What directly requires it."""


@dataclass(frozen=True)
class LearningPath:
    """Steps in order, made when they are looked at; arrays of shape (steps,).

    Attributes:
        objective: skills that the path leads to.
        places: of the skills to learn, in order.
        minutes: expected, of each.
        structure: the graph.
        practice: the items.
        mastery: of all skills; shape (skills,).
        rounds: see `Practice.minutes_to`.
        option: see `Practice.minutes_to`.
    """

    objective: tuple[str, ...]
    places: Places
    minutes: Floats
    structure: Structure
    practice: Practice
    mastery: Floats
    rounds: Floats
    option: Places

    @property
    def skill_ids(self) -> tuple[str, ...]:
        """What to learn, in order; empty where the objective is known."""
        return tuple(self.structure.skill_ids[place] for place in self.places)

    @property
    def total_minutes(self) -> float:
        """Expected, of the whole path."""
        return float(self.minutes.sum())

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Step]:
        return (self.step(place) for place in range(len(self)))

    def step(self, place: int) -> Step:
        """The step at `place`, 0 the first."""
        skill, names = int(self.places[place]), self.structure.skill_ids
        planned, requires = self._planned, self.structure.requires[skill]
        enables = self.structure.enables[skill]
        return Step(
            skill_id=names[skill],
            minutes=float(self.minutes[place]),
            mastery=float(self.mastery[skill]),
            content_ids=self.practice.chosen(skill, int(self.option[place])),
            rounds=int(self.rounds[place]),
            is_objective=names[skill] in self.objective,
            needed_for=tuple(names[other] for other in enables if planned[other]),
            after=tuple(names[other] for other in requires if planned[other]),
            known=tuple(names[other] for other in requires if not planned[other]),
        )

    @cached_property
    def _planned(self) -> NDArray[np.bool_]:
        """Whether each skill is in the path; shape (skills,)."""
        planned = np.zeros(len(self.structure.skill_ids), bool)
        planned[self.places] = True
        return planned
