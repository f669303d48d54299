"""Which students teach and which test, by the kind of the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from learnloop.datasets import assistments2009, assistments2015
from learnloop.datasets.assistments import PublicAnswers, rows_to_tables
from learnloop.datasets.copies import without_copies
from learnloop.errors import DataError

FORMATS = (
    "user_id item_id timestamp correct skill_id, tab-separated, or fold, uid, concepts, "
    "responses, comma-separated"
)


@dataclass(frozen=True)
class Run:
    """One fit of our model and what it is tested on."""

    name: str
    """`seed 0`, `fold 3`."""
    seed: int
    data: PublicAnswers
    copies: pd.DataFrame
    """Students who stand in the files before under another id: `student_id`, `cohort`
    (`learn` or `test`), `group`."""


def runs_of(
    train: Path, test: Path | None, seeds: int, *, drop_copies: bool = False
) -> Iterator[Run]:
    """A run per seed; without a test file, a run per fold of the training file.

    One after another: the tables of a fold need not stay when the next one is read.

    Args:
        train: whom to learn from.
        test: other students.
        seeds: how many runs on one test file.
        drop_copies: leave out who stands in the files before under another id.

    Raises:
        DataError: a file is not what it should be, or there is neither a test file nor folds.
    """
    by_fold = _is_by_fold(train)
    if test is not None:
        read = assistments2015.read_files if by_fold else assistments2009.read_files
        if _is_by_fold(test) != by_fold:
            raise DataError(
                f"its columns are not those of {train.name}.",
                file=test.name,
                remedy=f"Give two files of one kind: {FORMATS}.",
            )
        data, copies = _tables(read(train, test), drop_copies)
        yield from (Run(f"seed {seed}", seed, data, copies) for seed in range(seeds))
        return
    if not by_fold:
        raise DataError(
            "it has no column 'fold', so that nobody is left to test.",
            file=train.name,
            remedy="Name the test students' file with --test.",
        )
    for fold, rows in assistments2015.each_fold(train):
        yield Run(f"fold {fold}", fold, *_tables(rows, drop_copies))


def _tables(rows: pd.DataFrame, drop_copies: bool) -> tuple[PublicAnswers, pd.DataFrame]:
    left, copies = without_copies(rows)
    return rows_to_tables(left if drop_copies else rows, "benchmark"), copies


def _is_by_fold(path: Path) -> bool:
    """Whether the file is pyKT's.

    Raises:
        DataError: there is no such file, or its header is of neither kind.
    """
    if not path.is_file():
        raise DataError(f"there is no file '{path}'.")
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        header = lines.readline().rstrip("\n")
    if {"uid", "concepts", "responses"} <= set(header.split(",")):
        return True
    if {"user_id", "item_id", "correct"} <= set(header.split("\t")):
        return False
    raise DataError(
        f"the header '{header[:80]}' is of no known kind.", file=path.name, remedy=FORMATS
    )
