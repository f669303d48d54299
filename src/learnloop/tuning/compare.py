"""Whether other values are better: the same students judged with both."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.evaluation import Statistic, bootstrap

Floats = NDArray[np.float64]


def score(table: pd.DataFrame, statistic: Statistic) -> float:
    """The statistic of the rows.

    Args:
        table: ``student_id``, and the columns that `statistic` takes, in its order.
        statistic: called with them and with weights.
    """
    columns = [
        table[name].to_numpy(dtype=np.float64) for name in table.columns.drop("student_id")
    ]
    return float(statistic(*columns, np.ones(len(table))))


def compare(
    before: pd.DataFrame, after: pd.DataFrame, statistic: Statistic, draws: int
) -> dict[str, Any]:
    """Scores of both and the difference, with 95 % intervals by student.

    Args:
        before: see `score`.
        after: the same rows, judged with other values.
        statistic: of all rows.
        draws: bootstrap samples.

    Returns:
        ``previous``, ``best`` and ``gain`` (paired) as value, low and high; ``students``.
    """
    if not before["student_id"].equals(after["student_id"]):
        raise ValueError("the two were not judged on the same rows")
    names = before.columns.drop("student_id")
    wide = len(names)

    def gain(*columns: Floats) -> float:
        weight = columns[-1]
        new = statistic(*columns[wide : 2 * wide], weight)
        return new - statistic(*columns[:wide], weight)

    students = before["student_id"].to_numpy()
    was, became = (
        [table[name].to_numpy(dtype=np.float64) for name in names] for table in (before, after)
    )
    found = {
        "previous": bootstrap(statistic, *was, students=students, draws=draws),
        "best": bootstrap(statistic, *became, students=students, draws=draws),
        "gain": bootstrap(gain, *was, *became, students=students, draws=draws),
    }
    return {
        **{name: estimate.as_dict() for name, estimate in found.items()},
        "students": len(np.unique(students)),
    }
