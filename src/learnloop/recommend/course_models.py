"""Which items of a course go with which: EASE and transitions over what students begin."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.item_models import as_shares, ease, transitions
from learnloop.recommend.learners import Learners
from learnloop.recommend.sequences import Sequences


@dataclass(frozen=True)
class CourseModels:
    """Weights from item to item of the same course: W is the most items of a course, and a
    column the place of an item in its course. There are none between courses, so that a
    large school needs no square of all its items."""

    ease: NDArray[np.float32]
    """(I, W) by which what has been begun, the rows, tells the column (Steck 2019)."""
    follows: NDArray[np.float32]
    """(I, W) share of those who began the column next after the row."""

    @classmethod
    def of(cls, learners: Learners, catalogue: Catalogue, penalty: float) -> Self:
        """Learns from what `learners` had begun before their decision moments.

        Args:
            learners: training students.
            catalogue: items, course after course.
            penalty: of EASE; larger where there are more students.
        """
        size = np.bincount(catalogue.course, minlength=len(catalogue.course_ids))
        shape = (len(catalogue.content_ids), int(size.max(initial=1)))
        made = cls(np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32))
        for stop, items in zip(np.cumsum(size).tolist(), size.tolist(), strict=True):
            if not items:
                continue
            walks = _walks(learners, stop - items, stop)
            rows = slice(stop - items, stop)
            made.ease[rows, :items] = ease(walks.bag(), penalty)
            made.follows[rows, :items] = as_shares(transitions(walks))
        return made


def _walks(learners: Learners, start: int, stop: int) -> Sequences:
    """What each student began of the items from `start` to `stop`, the earliest first."""
    held = np.flatnonzero((learners.item >= start) & (learners.item < stop))
    row, item = learners.row[held], learners.item[held]
    order = np.lexsort((item, -learners.first_days[held], row))
    length = np.bincount(row, minlength=len(learners))
    return Sequences(item[order] - start, length, stop - start)
