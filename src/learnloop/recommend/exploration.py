"""A bounded share of places for items that nobody has begun, with exact propensities."""

import numpy as np
from numpy.typing import NDArray

from learnloop.recommend.learners import Bools, Floats, Ints


def explore(
    lists: Ints, row: Ints, prior: Floats, new: Bools, chance: Floats, share: float
) -> tuple[Ints, Floats, Bools]:
    """Gives the last place of a share of the lists to a new item.

    A student to whom new items are open that are not in the list anyway gets one of them
    with probability `share`, drawn in proportion to `prior`: at most one place of a list,
    and at most `share` / length of all places. Every other place is certain, so that the
    probability of each listed item to stand where it stands is known exactly. A new item
    outside the candidates, such as one that a shortlist left out, is never tried.

    Args:
        lists: (N, length) positions among the candidates, -1 where there are too few.
        row: (P,) student of each candidate, ascending.
        prior: (P,) what a candidate is worth by its content, at least 0.
        new: (P,) nobody has begun it.
        chance: (N,) uniform in [0, 1), one draw a student.
        share: in [0, 1].

    Returns:
        `lists` with what is tried in the last place, (N, length) the propensity of each
        place, 0 where it is empty, and (N,) whose last place is tried.

    Example:
        One student, share .1, two new items of priors 3 and 1: below .075 the first is
        drawn (propensity .075), from there to .1 the second (.025), else neither (.9).
    """
    propensity = (lists >= 0).astype(np.float64)
    tried = np.zeros(len(lists), dtype=np.bool_)
    waiting = new & (prior > 0)
    waiting[lists[lists >= 0]] = False
    pair = np.flatnonzero(waiting)
    if not len(pair) or not share:
        return lists, propensity, tried
    whose = np.unique(row[pair])
    propensity[whose, -1] = 1 - share
    tried[whose] = chance[whose] < share
    made = lists.copy()
    for student in np.flatnonzero(tried):
        own = pair[slice(*np.searchsorted(row[pair], (student, student + 1)))]
        made[student, -1], odds = _drawn(own, prior[own], chance[student] / share)
        propensity[student, -1] = share * odds
    return made, propensity, tried


def _drawn(items: Ints, weight: Floats, chance: float) -> tuple[np.int64, float]:
    """The item that `chance` in [0, 1) falls on, and its share of the weight."""
    odds: NDArray[np.float64] = weight / weight.sum()
    place = min(int(np.searchsorted(np.cumsum(odds), chance, side="right")), len(odds) - 1)
    return items[place], float(odds[place])
