"""Answers as arrays: what a table of attempts becomes before any arithmetic."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.model import require

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Answers:
    """Sparse answers, sorted by student and then by order of answering.

    Attributes:
        student: 0..students-1, ascending; one per answer.
        item: place in the item bank; one per answer.
        correct: 1.0 or 0.0; NaN where the question is asked but not answered yet.
        students: number of students.
        rows: the row of the table that each answer came from.
    """

    student: Places
    item: Places
    correct: Floats
    students: int
    rows: Places

    @classmethod
    def from_table(cls, table: pd.DataFrame, bank: pd.Index) -> "Answers":
        """Reads ``student_id``, ``content_id``, ``position`` and ``correct``.

        Args:
            table: one row per question asked, in any order.
            bank: ids of the items; an item that is not in it becomes ``len(bank)``.

        Raises:
            ModelError: a column is missing.
        """
        require(table, ("student_id", "content_id", "position", "correct"))
        codes, names = pd.factorize(table["student_id"], sort=True)
        order = np.lexsort((table["position"].to_numpy(), codes))
        item = bank.get_indexer(pd.Index(table["content_id"]))
        item[item < 0] = len(bank)
        correct = table["correct"].to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(codes[order], item[order], correct[order], len(names), order)

    def first_of_each_item(self) -> "Answers":
        """Only a student's first answer to each item: later ones know the solution."""
        answered = ~np.isnan(self.correct)
        key = self.student * (self.item.max(initial=0) + 1) + self.item
        _, first = np.unique(key[answered], return_index=True)
        kept = np.sort(np.flatnonzero(answered)[first])
        return Answers(
            self.student[kept],
            self.item[kept],
            self.correct[kept],
            self.students,
            self.rows[kept],
        )
