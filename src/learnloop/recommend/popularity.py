"""What training students have begun: overall, lately, and class by class."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.learners import Floats, Ints, Learners

RECENT_DAYS = 14.0
CLASS_WEIGHT = 10.0
"""A class's share counts as if so many students of the whole course were in it: a class
of five does not overrule the course, one of fifty does."""


@dataclass(frozen=True)
class Popularity:
    """Shares in [0, 1] of training students who have begun each item."""

    overall: Floats
    """(I,) of all students."""
    course: Floats
    """(I,) of the students who are enrolled in the item's course."""
    recent: Floats
    """(I,) of those, who began it in the last 14 days."""
    class_ids: NDArray[np.str_]
    """(K,) sorted."""
    by_class: Floats
    """(K + 1, I) of a class, drawn towards `course`; the last row is for unknown classes."""

    @classmethod
    def of(cls, learners: Learners, catalogue: Catalogue, class_ids: NDArray[np.str_]) -> Self:
        """Counts what `learners` have begun before their decision moments."""
        items = len(catalogue.content_ids)
        enrolled = np.maximum(learners.enrolled.sum(axis=0)[catalogue.course], 1)
        begun = np.bincount(learners.item, minlength=items)
        recent = np.bincount(learners.item[learners.first_days <= RECENT_DAYS], minlength=items)
        course = np.minimum(begun / enrolled, 1)
        return cls(
            overall=begun / max(len(learners), 1),
            course=course,
            recent=np.minimum(recent / enrolled, 1),
            class_ids=class_ids,
            by_class=_by_class(learners, course, len(class_ids)),
        )

    def for_students(self, learners: Learners, row: Ints, item: Ints) -> Floats:
        """Share, for each pair of student and item, in the student's class that has most."""
        shares = [self.by_class[classes[row], item] for classes in learners.classes.T]
        return np.asarray(np.max(shares, axis=0), dtype=np.float64)


def _by_class(learners: Learners, course: Floats, classes: int) -> Floats:
    begun = np.zeros((classes, len(course)))
    size = np.zeros(classes)
    for members in learners.classes.T:
        size += np.bincount(members[members >= 0], minlength=classes)
        place = members[learners.row]
        inside = place >= 0
        np.add.at(begun, (place[inside], learners.item[inside]), 1.0)
    drawn = (begun + CLASS_WEIGHT * course) / (size + CLASS_WEIGHT)[:, None]
    return np.vstack([drawn, course])
