"""Logits of students whom the fit did not see, from data that is too small to set aside."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from learnloop.intervene.logistic import Floats, fit_logistic
from learnloop.splits import unit_hash

Ints = NDArray[np.int64]


def deal_folds(label: Floats, students: Sequence[str], folds: int) -> Ints:
    """The fold, in 0..folds-1, of each row; all rows of a student share one.

    Students who ever struggled, and then the others, are dealt out like cards in the
    order of a hash of their name, so that each fold holds its share of both.

    Args:
        label: 0 or 1 per row.
        students: the student of each row.
        folds: how many.
    """
    names, place = np.unique(np.asarray(students, dtype=str), return_inverse=True)
    ever = np.bincount(place, label) > 0
    order = np.lexsort((np.array([unit_hash(name) for name in names]), ever))
    fold = np.empty(len(names), dtype=np.int64)
    fold[order] = np.arange(len(names)) % folds
    dealt: Ints = fold[place]
    return dealt


def out_of_fold_logits(
    columns: Floats,
    label: Floats,
    students: Sequence[str],
    fold: Ints,
    strength: float | Floats,
    weight: Floats | None = None,
) -> Floats:
    """Log-odds of each row by a fit to the students of the other folds.

    Args:
        columns: shape (rows, columns); NaN where unknown.
        label: 0 or 1 per row.
        students: the student of each row.
        fold: of each row, see `deal_folds`.
        strength: see `fit_logistic`.
        weight: see `fit_logistic`.

    Raises:
        ModelError: the students of all folds but one have the same label.
    """
    names = np.asarray(students, dtype=str)
    logit = np.empty(len(label))
    for held in np.unique(fold):
        rest = fold != held
        fitted = fit_logistic(
            columns[rest],
            label[rest],
            names[rest].tolist(),
            strength,
            None if weight is None else weight[rest],
        )
        logit[~rest] = fitted.logit(columns[~rest])
    return logit
