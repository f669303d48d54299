"""The rules that no score can overrule: enrolment, age, prerequisites, no repetition."""

import numpy as np

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.learners import Bools, Learners


def started_skills(learners: Learners, catalogue: Catalogue) -> Bools:
    """(N, S) the student has touched an item whose primary skill it is."""
    started = np.zeros(learners.mastery.shape, dtype=np.bool_)
    started[learners.row, catalogue.primary[learners.item]] = True
    return started


def open_skills(learners: Learners, catalogue: Catalogue, threshold: float) -> Bools:
    """(N, S) skills that may be learned: begun, or every direct prerequisite mastered."""
    lacking = (learners.mastery < threshold).astype(np.float32)
    unmet = (catalogue.needs @ lacking.T).T > 0
    return started_skills(learners, catalogue) | ~unmet


def allowed(learners: Learners, catalogue: Catalogue, threshold: float) -> Bools:
    """(N, I) items that may be recommended.

    An item is allowed when the student is enrolled in its course, it is not above the
    student's content ceiling, each of its skills is open, and it is not finished
    already, unless it is a question that is due again.
    """
    closed = ~open_skills(learners, catalogue, threshold)
    blocked = (catalogue.has_skill @ closed.T.astype(np.float32)).T > 0
    done = learners.finished & ~learners.due
    finished = learners.spread(done, len(catalogue.content_ids)).astype(np.bool_)
    in_course = learners.enrolled[:, catalogue.course]
    of_age = catalogue.min_age[None, :] <= learners.ceiling[:, None]
    return in_course & of_age & ~blocked & ~finished
