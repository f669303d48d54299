"""Where students stand: worked out once, for the shortlist and for the facts alike."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.course_models import CourseModels
from learnloop.recommend.factors import solved
from learnloop.recommend.learners import Floats, Ints, Learners
from learnloop.recommend.settings import RecommenderSettings

LAST_STARTS = 5
"""Where a student stands is read off so many items begun last."""


@dataclass(frozen=True)
class Begun:
    """What N students have begun, in G pairs of a student and a course begun on."""

    cell: Ints
    """(G,) student × C + course, ascending."""
    first: Ints
    """(G,) where each begins in `item`."""
    item: Ints
    """(H,) pair after pair, the latest first."""

    @classmethod
    def of(cls, learners: Learners, catalogue: Catalogue) -> Self:
        """Sorts the histories."""
        cell = learners.row * len(catalogue.course_ids) + catalogue.course[learners.item]
        order = np.lexsort((learners.item, learners.first_days, cell))
        cell = cell[order]
        first = np.flatnonzero(np.diff(cell, prepend=-1))
        return cls(cell[first], first, learners.item[order])

    def positions(self, catalogue: Catalogue, students: int) -> tuple[Floats, Floats]:
        """(N, C) in skills from the start of the course: the mean of the items begun last,
        and the furthest; -1 where nothing of the course has been begun."""
        shape = (students, len(catalogue.course_ids))
        recent, furthest = np.full(shape, -1.0), np.full(shape, -1.0)
        if len(self.first):
            place = catalogue.position[catalogue.primary[self.item]].astype(np.float64)
            count = np.diff(self.first, append=len(self.item))
            late = np.arange(len(place)) - self.first.repeat(count) < LAST_STARTS
            total = np.add.reduceat(place * late, self.first)
            recent.flat[self.cell] = total / np.minimum(count, LAST_STARTS)
            furthest.flat[self.cell] = np.maximum.reduceat(place, self.first)
        return recent, furthest


@dataclass(frozen=True)
class Standing:
    """What the histories of N students say of all items."""

    vectors: Floats
    """(N, factors) among the item vectors."""
    recent: Floats
    """(N, C) see `Begun.positions`."""
    furthest: Floats
    """(N, C)"""
    begun: Begun
    ease: NDArray[np.float32]
    """(G, W) EASE's score of each item of the course."""

    @classmethod
    def of(
        cls,
        learners: Learners,
        catalogue: Catalogue,
        models: CourseModels,
        item_factors: Floats,
        gram: Floats,
        settings: RecommenderSettings,
    ) -> Self:
        """Works it out; `gram` is YᵀY of the item vectors."""
        ends = np.searchsorted(learners.row, np.arange(len(learners) + 1))
        weight = 1 + settings.confidence * np.log2(1 + learners.events)
        vectors = solved(
            ends, learners.item, weight, item_factors, gram, settings.regularization
        )
        begun = Begun.of(learners, catalogue)
        told = models.ease[begun.item]
        if len(begun.first):
            told = np.asarray(np.add.reduceat(told, begun.first), dtype=np.float32)
        return cls(vectors, *begun.positions(catalogue, len(learners)), begun, told)

    def pulls(
        self, catalogue: Catalogue, models: CourseModels, row: Ints, item: Ints
    ) -> tuple[Floats, Floats]:
        """(P,) EASE's score of each pair of student and item, and the share of transitions
        from what the student began last in the course; 0 where nothing was begun."""
        if not len(self.begun.cell):
            return np.zeros(len(row)), np.zeros(len(row))
        course = catalogue.course[item]
        cell = row * len(catalogue.course_ids) + course
        pair = np.minimum(np.searchsorted(self.begun.cell, cell), len(self.begun.cell) - 1)
        held = self.begun.cell[pair] == cell
        column = item - catalogue.course_start[course]
        latest = self.begun.item[self.begun.first[pair]]
        return self.ease[pair, column] * held, models.follows[latest, column] * held
