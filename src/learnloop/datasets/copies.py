"""Students who stand in the data twice: another id, the same answers to the same items.

Where such copies lie on both sides of a split, a model that remembers who answered what looks
far better than it is: it has seen the test student. Rows that name no item cannot tell.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

FEWEST_SHARED = 20
"""Items that two students must share to be compared."""
LEAST_AGREEMENT = 0.97
"""Of the answers to shared items; chance alone stays below .93 on ASSISTments 2009."""
LEAST_OVERLAP = 0.5
"""Share of the shorter student's items that the other answered too."""
STUDENTS_AT_ONCE = 2000
"""Compared with all others: keeps memory in bounds."""


def copied_students(answers: pd.DataFrame) -> "pd.Series[int]":
    """The group of each student who is a copy of another.

    Compared are first answers to items, all pairs of students: time grows with the square of
    the students, memory does not.

    Args:
        answers: columns `student_id`, `content_id` (null where a row names no item),
            `correct`; each student's rows in order.

    Returns:
        Index: ids of students with copies; value: the same number for copies of each other.
    """
    first = answers[answers["content_id"].notna()]
    first = first.drop_duplicates(["student_id", "content_id"])
    student, names = pd.factorize(first["student_id"])
    item = pd.factorize(first["content_id"])[0]
    shape = (len(names), int(item.max(initial=-1)) + 1)
    given = csr_array((np.ones(len(first)), (student, item)), shape=shape)
    sign = csr_array(
        (2.0 * first["correct"].to_numpy(float) - 1.0, (student, item)), shape=shape
    )
    count = np.bincount(student, minlength=len(names))
    found = [
        _pairs(given, sign, count, start) for start in range(0, len(names), STUDENTS_AT_ONCE)
    ]
    one, other = np.concatenate([np.empty((2, 0), int), *found], axis=1)
    pairs = csr_array((np.ones(len(one)), (one, other)), shape=(len(names),) * 2)
    _, group = connected_components(pairs, directed=False)
    twice = np.bincount(group, minlength=1)[group] > 1 if len(names) else np.zeros(0, bool)
    return pd.Series(
        group[twice], index=pd.Index(names[twice], name="student_id"), name="group"
    )


def _pairs(
    given: csr_array, sign: csr_array, count: NDArray[np.intp], start: int
) -> NDArray[np.intp]:
    """(2, n) pairs with the same answers: a student from `start` on, and one behind."""
    block = slice(start, start + STUDENTS_AT_ONCE)
    shared, product = (given[block] @ given.T).tocoo(), (sign[block] @ sign.T).tocsr()
    row, other = shared.coords
    kept = (row + start < other) & (shared.data >= FEWEST_SHARED)
    row, other, common = row[kept], other[kept], shared.data[kept]
    agreement = (np.asarray(product[row, other]).ravel() / common + 1) / 2
    one = row + start
    overlap = common / np.minimum(count[one], count[other])
    same = (agreement >= LEAST_AGREEMENT) & (overlap >= LEAST_OVERLAP)
    return np.stack([one[same], other[same]])


def without_copies(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One student of each group of copies, a learner where there is one.

    Args:
        rows: as `copied_students` takes them, with `cohort`.

    Returns:
        The rows that are left, and the students that were left out: `student_id`, `cohort`,
        `group`.
    """
    group = copied_students(rows)
    students = rows[["student_id", "cohort"]].drop_duplicates("student_id")
    students = students[students["student_id"].isin(group.index)]
    students = students.assign(group=students["student_id"].map(group))
    ordered = students.sort_values(["group", "cohort"], key=_learners_first, kind="stable")
    gone = ordered[ordered.duplicated("group")]
    left = rows[~rows["student_id"].isin(gone["student_id"])]
    return left.reset_index(drop=True), gone.reset_index(drop=True)


def _learners_first(column: "pd.Series[int]") -> "pd.Series[int]":
    return column if column.name == "group" else (column != "learn").astype(int)
