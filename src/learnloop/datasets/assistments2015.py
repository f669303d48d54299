"""Reads ASSISTments 2015 as pyKT splits it: rows name a skill and no item.

File: `train_valid.csv` of pykt-team/pykt-toolkit (Liu et al. 2022, NeurIPS Datasets and
Benchmarks), a line a student: `fold` 0–4, `uid`, `concepts` and `responses` as lists. Lists
may end in -1, the toolkit's padding. Its test file is another one.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from learnloop.datasets.assistments_files import (
    read_cells,
    refuse,
    require_answers,
    require_whole,
)
from learnloop.errors import DataError

FILE = "train_valid.csv"
COLUMNS = ("fold", "uid", "concepts", "responses")
REMEDY = (
    "Set LEARNLOOP_DATA to a folder that holds assistments2015/train_valid.csv (pyKT's "
    "preparation of ASSISTments 2015)."
)
_PADDING = "-1"


def read_rows(folder: Path, test_fold: int) -> pd.DataFrame:
    """`read_fold` of `train_valid.csv` in `folder`."""
    return read_fold(folder / FILE, test_fold)


def read_fold(path: Path, test_fold: int) -> pd.DataFrame:
    """One row per answer as in `learnloop.datasets.assistments.rows_to_tables`.

    Args:
        path: the file.
        test_fold: its students test the models, those of the other folds teach them.

    Returns:
        `content_id` is null in every row: the file names skills alone.

    Raises:
        DataError: the file or a column is missing, a cell is empty or not what it should
            be, a student has two lines, or nobody is in the fold.
    """
    cells = _read(path)
    test = cells["fold"].astype(int) == test_fold
    if not test.any() or test.all():
        there = ", ".join(sorted(cells["fold"].unique()))
        raise DataError(
            f"fold {test_fold} cannot be the test fold: there are {there}.",
            file=path.name,
            column="fold",
            remedy="Set public_answers.test_fold to one of several folds.",
        )
    return _rows(cells, test, path.name)


def read_files(train_path: Path, test_path: Path) -> pd.DataFrame:
    """The same of two files, whatever the folds.

    Raises:
        DataError: as `read_fold`; or a student is in both files.
    """
    train, test = _read(train_path), _read(test_path, folds=False)
    both = test["uid"].isin(train["uid"])
    wrong = f"is in {train_path.name} too: who taught a model cannot test it"
    refuse(both, test["uid"], wrong, test_path.name, "uid")
    learned = _rows(train, pd.Series(False, train.index), train_path.name)
    return pd.concat(
        [learned, _rows(test, pd.Series(True, test.index), test_path.name)], ignore_index=True
    )


def each_fold(path: Path) -> Iterator[tuple[int, pd.DataFrame]]:
    """Each fold in turn with the rows of `read_fold` that it tests; the file is read once."""
    cells = _read(path)
    folds = cells["fold"].astype(int)
    for fold in sorted(folds.unique()):
        yield int(fold), _rows(cells, folds == fold, path.name)


def _read(path: Path, folds: bool = True) -> pd.DataFrame:
    """`folds`: whether the file has to deal its students into folds; a test file need not."""
    columns = COLUMNS if folds else COLUMNS[1:]
    cells = read_cells(path, columns, ",", REMEDY)
    for column in columns[: 1 + folds]:
        require_whole(cells[column], path.name, column)
    again = cells["uid"].duplicated(keep=False)
    refuse(again, cells["uid"], "has more than one line: a student has one", path.name, "uid")
    return cells


def _rows(cells: pd.DataFrame, test: "pd.Series[bool]", file: str) -> pd.DataFrame:
    answers = _answers(cells, file)
    students = cells.loc[answers.index]
    names = {concept: f"skill-{concept}" for concept in answers["concepts"].unique()}
    return pd.DataFrame(
        {
            "student_id": students["uid"],
            "cohort": test.map({True: "test", False: "learn"}).loc[answers.index],
            "content_id": None,
            "skill_id": answers["concepts"].map(names),
            "correct": answers["responses"] == "1",
        }
    ).reset_index(drop=True)


def _answers(cells: pd.DataFrame, file: str) -> pd.DataFrame:
    """Concept and response of each answer, in order; the index is the student's line."""
    lists = cells[["concepts", "responses"]].apply(lambda column: column.str.split(","))
    counts = lists.apply(lambda column: column.str.len())
    uneven = counts["concepts"] != counts["responses"]
    told = counts["responses"].astype(str)
    refuse(uneven, told, "responses do not go with its concepts", file, "responses")
    answers = lists.explode(["concepts", "responses"])
    padding = (answers == _PADDING).all(axis=1)
    ended = padding.groupby(level=0).cummax()
    wrong = "stands before an answer: padding comes last"
    refuse(
        ended & ~padding, answers["concepts"].mask(~padding, _PADDING), wrong, file, "concepts"
    )
    answers = pd.DataFrame(answers[~padding])
    require_whole(answers["concepts"], file, "concepts")
    require_answers(answers["responses"], file, "responses")
    return answers
