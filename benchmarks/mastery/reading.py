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
REMEDY = "Give answers of students of both kinds: who teaches and who is tested."


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
    by_fold = _is_by_fold(train, "training")
    if test is not None:
        read = assistments2015.read_files if by_fold else assistments2009.read_files
        if _is_by_fold(test, "test") != by_fold:
            raise DataError(
                f"its columns are not those of {train.name}.",
                file=test.name,
                remedy=f"Give two files of one kind: {FORMATS}.",
            )
        named = {
            "learn": f"the training file {train.name}",
            "test": f"the test file {test.name}",
        }
        data, copies = _tables(read(train, test), drop_copies, named)
        yield from (Run(f"seed {seed}", seed, data, copies) for seed in range(seeds))
        return
    if not by_fold:
        raise DataError(
            "it has no column 'fold', so that nobody is left to test.",
            file=train.name,
            remedy="Name the test students' file with --test.",
        )
    for fold, rows in assistments2015.each_fold(train):
        named = {
            "learn": f"{train.name} without fold {fold}",
            "test": f"fold {fold} of {train.name}",
        }
        yield Run(f"fold {fold}", fold, *_tables(rows, drop_copies, named))


def _tables(
    rows: pd.DataFrame, drop_copies: bool, named: dict[str, str]
) -> tuple[PublicAnswers, pd.DataFrame]:
    """`named`: what teaches (`learn`) and what is tested (`test`), for errors."""
    left, copies = without_copies(rows)
    kept = left if drop_copies else rows
    for cohort, name in named.items():
        if not (kept["cohort"] == cohort).any():
            without = " once copied students are left out" if drop_copies else ""
            raise DataError(f"{name} has no answer{without}.", remedy=REMEDY)
    return rows_to_tables(kept, "benchmark"), copies


def _is_by_fold(path: Path, what: str) -> bool:
    """Whether the file is pyKT's.

    Raises:
        DataError: there is no such file, its header is of neither kind, or nothing follows
            it.
    """
    if not path.is_file():
        raise DataError(f"there is no file '{path}'.")
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        header = lines.readline().rstrip("\n")
        empty = not any(line.strip() for line in lines)
    for by_fold, separator, known in (
        (True, ",", {"uid", "concepts", "responses"}),
        (False, "\t", {"user_id", "item_id", "correct"}),
    ):
        columns = header.split(separator)
        if known <= set(columns):
            if empty:
                raise DataError(
                    f"the {what} file has no answer.", file=path.name, remedy=REMEDY
                )
            return by_fold
    raise DataError(
        f"the header '{header[:80]}' is of no known kind.", file=path.name, remedy=FORMATS
    )
