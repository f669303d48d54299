"""Reads ASSISTments 2009–10 as Gervet et al. split it: items with one skill each.

Files: `train.tsv` and `test.tsv` of theophilegervet/learner-performance-prediction, columns
`user_id item_id timestamp correct skill_id`. Feng, Heffernan & Koedinger (2009) describe the
system, Gervet et al. (2020, Journal of Educational Data Mining 12(3)) the preparation.
"""

from pathlib import Path

import pandas as pd

from learnloop.datasets.assistments_files import (
    read_cells,
    refuse,
    require_answers,
    require_whole,
)

COLUMNS = ("user_id", "item_id", "timestamp", "correct", "skill_id")
REMEDY = (
    "Set LEARNLOOP_DATA to a folder that holds assistments2009/train.tsv and "
    "assistments2009/test.tsv (Gervet et al. 2020)."
)


def read_rows(folder: Path) -> pd.DataFrame:
    """`read_files` of `train.tsv` and `test.tsv` in `folder`."""
    return read_files(folder / "train.tsv", folder / "test.tsv")


def read_files(train_path: Path, test_path: Path) -> pd.DataFrame:
    """Both files, one row per answer as in `learnloop.datasets.assistments.rows_to_tables`.

    Raises:
        DataError: a file or column is missing, a cell is empty or no whole number, `correct`
            is not 0 or 1, or a student is in both files.
    """
    train, test = (_read(path) for path in (train_path, test_path))
    both = test["user_id"].isin(train["user_id"])
    wrong = f"is in {train_path.name} too: who taught a model cannot test it"
    refuse(both, test["user_id"], wrong, test_path.name, "user_id")
    cells = pd.concat([train.assign(cohort="learn"), test.assign(cohort="test")])
    return pd.DataFrame(
        {
            "student_id": cells["user_id"],
            "cohort": cells["cohort"],
            "content_id": "item-" + cells["item_id"],
            "skill_id": "skill-" + cells["skill_id"],
            "correct": cells["correct"] == "1",
        }
    ).reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    cells = read_cells(path, COLUMNS, "\t", REMEDY)
    for column in ("user_id", "item_id", "skill_id"):
        require_whole(cells[column], path.name, column)
    require_answers(cells["correct"], path.name, "correct")
    return cells
