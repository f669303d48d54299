"""From scores to lists: the best first, and not ten of the same kind."""

import numpy as np

from learnloop.recommend.learners import Floats, Ints

POOL = 4
"""A list of ten is chosen among the forty best scores of a student."""


def best_lists(
    row: Ints, score: Floats, kind: Ints, students: int, length: int, repeat_factor: float
) -> Ints:
    """The candidates of each student's list, in order.

    Greedy: the next place goes to the candidate with the highest score multiplied by
    `repeat_factor` for each item of its type already in the list. All students at once.

    Args:
        row: (P,) student of each candidate, ascending.
        score: (P,) at least 0; ties go to the earlier candidate.
        kind: (P,) type of the item.
        students: N.
        length: of a list.
        repeat_factor: in (0, 1]; 1 ranks by score alone.

    Returns:
        (N, length) positions among the candidates, -1 where a student has too few.

    Example:
        Scores .9 (video), .8 (video), .6 (text) with factor .5 give .9, .6, .8: after
        one video the second is worth only .4.
    """
    if not len(row):
        return np.full((students, length), -1, dtype=np.int64)
    pool, held = _pools(row, score, students, POOL * length)
    worth = np.where(held, score[pool], -np.inf)
    kinds = kind[pool]
    lists = np.full((students, length), -1, dtype=np.int64)
    everyone = np.arange(students)
    for place in range(length):
        pick = worth.argmax(axis=1)
        there = worth[everyone, pick] >= 0
        lists[there, place] = pool[everyone, pick][there]
        worth[everyone, pick] = -np.inf
        again = kinds == kinds[everyone, pick][:, None]
        np.multiply(worth, repeat_factor, out=worth, where=again)
    return lists


def _pools(
    row: Ints, score: Floats, students: int, size: int
) -> tuple[Ints, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """(N, size) each student's best candidates in falling order, and where there is one."""
    order = np.lexsort((np.arange(len(row)), -score, row))
    start = np.searchsorted(row[order], np.arange(students))
    count = np.bincount(row, minlength=students)
    slot = np.arange(size)[None, :]
    held = slot < count[:, None]
    return order[np.minimum(start[:, None] + slot, len(order) - 1)], held
