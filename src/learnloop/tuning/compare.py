"""Whether other values are better: the same students judged with both, fold by fold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.evaluation import Statistic, bootstrap

Floats = NDArray[np.float64]


def score(table: pd.DataFrame, statistic: Statistic) -> float:
    """The statistic of the rows of one fold.

    Args:
        table: ``student_id``, and the columns that `statistic` takes, in its order.
        statistic: called with them and with weights.
    """
    columns = [
        table[name].to_numpy(dtype=np.float64) for name in table.columns.drop("student_id")
    ]
    return float(statistic(*columns, np.ones(len(table))))


def compare(
    before: Sequence[pd.DataFrame],
    after: Sequence[pd.DataFrame],
    statistic: Statistic,
    draws: int,
) -> dict[str, Any]:
    """Mean over folds of both and of the difference, with 95 % intervals by student.

    Args:
        before: a table for each fold, see `score`.
        after: the same rows, judged with other values.
        statistic: of one fold.
        draws: bootstrap samples.

    Returns:
        ``previous``, ``best`` and ``gain`` (paired) as value, low and high; ``students``.
    """
    old, new = (
        pd.concat(tables, keys=range(len(tables)), names=["fold"]).reset_index("fold")
        for tables in (before, after)
    )
    if not old["student_id"].equals(new["student_id"]):
        raise ValueError("the two were not judged on the same rows")
    names = old.columns.drop(["fold", "student_id"])
    wide = len(names)

    def mean(fold: Floats, *columns: Floats) -> float:
        *values, weight = columns
        rows = [fold == number for number in np.unique(fold)]
        return float(
            np.mean([statistic(*(v[row] for v in values), weight[row]) for row in rows])
        )

    def gain(fold: Floats, *columns: Floats) -> float:
        weight = columns[-1]
        return mean(fold, *columns[wide : 2 * wide], weight) - mean(
            fold, *columns[:wide], weight
        )

    fold, students = old["fold"].to_numpy(), old["student_id"].to_numpy()
    was = [old[name].to_numpy(dtype=np.float64) for name in names]
    became = [new[name].to_numpy(dtype=np.float64) for name in names]
    found = {
        "previous": bootstrap(mean, fold, *was, students=students, draws=draws),
        "best": bootstrap(mean, fold, *became, students=students, draws=draws),
        "gain": bootstrap(gain, fold, *was, *became, students=students, draws=draws),
    }
    return {
        **{name: estimate.as_dict() for name, estimate in found.items()},
        "students": len(np.unique(students)),
    }
