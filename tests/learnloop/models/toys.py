"""Toy tables that are shared by the cases."""

import numpy as np
import pandas as pd


def sparse_answers(students: int = 40, first: int = 0, items: int = 12) -> pd.DataFrame:
    """Ten answers a student, columns of `Attempts`: item i00 is easy, i11 is hard.

    Items i00–i05 are of skill ``s0``, the others of ``s1``. Times are null, as in data
    that has order only.
    """
    rng = np.random.default_rng(7 + first)
    rows = []
    for student in range(first, first + students):
        ability = rng.normal()
        for position, item in enumerate(rng.permutation(items)[:10]):
            hardness = 4 * item / (items - 1) - 2
            chance = 1 / (1 + np.exp(hardness - ability))
            rows.append(
                {
                    "student_id": f"student-{student:03d}",
                    "content_id": f"i{item:02d}",
                    "skill_id": "s0" if item < items / 2 else "s1",
                    "correct": bool(rng.random() < chance),
                    "occurred_at": pd.NaT,
                    "position": position,
                    "split": "train" if first == 0 else "test",
                }
            )
    table = pd.DataFrame(rows)
    return table.assign(
        occurred_at=pd.to_datetime(table["occurred_at"], utc=True).astype("datetime64[us, UTC]")
    )
