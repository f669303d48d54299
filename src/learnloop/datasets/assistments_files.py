"""Cells of files of public data as text, with the line of each, and what must hold of them."""

import csv
import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from learnloop.errors import DataError

_UNREADABLE = (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, zlib.error, EOFError)


def read_cells(path: Path, columns: Sequence[str], separator: str, remedy: str) -> pd.DataFrame:
    """The named columns as text, empty where a cell is; the index is the line, header 1.

    A file whose name ends in `.gz` is unpacked.

    Raises:
        DataError: there is no such file, it is not UTF-8 or not whole, a column is missing
            or there twice, or a row has another number of cells than the header.
    """
    if not path.is_file():
        raise DataError(f"there is no file '{path}'.", remedy=remedy)
    try:
        unpack = gzip.open if path.suffix == ".gz" else open
        with unpack(path, "rt", encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, delimiter=separator)
            header = next(reader, [])
            numbered = [(reader.line_num, row) for row in reader if row]
    except _UNREADABLE as error:
        raise DataError(f"this is no text with columns: {error}.", file=path.name) from error
    require_distinct(header, path.name)
    for column in columns:
        if column not in header:
            raise DataError("the column is missing.", file=path.name, column=column)
    torn = [(line, row) for line, row in numbered if len(row) != len(header)]
    if torn:
        raise DataError(
            f"the row has {len(torn[0][1])} cells, but there are {len(header)} columns.",
            file=path.name,
            rows=[line for line, _ in torn],
        )
    cells = pd.DataFrame(
        [row for _, row in numbered],
        index=[line for line, _ in numbered],
        columns=header,
        dtype=str,
    )
    return cells[list(columns)]


def require_distinct(header: Sequence[str], file: str) -> None:
    """No name stands in the header twice.

    Raises:
        DataError: one does; names it.
    """
    names = pd.Index(header)
    if names.has_duplicates:
        twice = str(names[names.duplicated()][0])
        raise DataError("two columns have this name.", file=file, column=twice)


def refuse(
    bad: "pd.Series[bool]", cells: "pd.Series[str]", wrong: str, file: str, column: str
) -> None:
    """Raises a `DataError` that quotes the first bad cell and names the lines of all.

    Args:
        bad: which cells; the index is the line.
        cells: all of them.
        wrong: what is wrong with it, after its quotation.
        file: name of the file.
        column: name of the column.
    """
    if bad.any():
        lines = [int(line) for line in bad.index[bad].unique()]
        raise DataError(
            f"'{cells[bad].iloc[0]}' {wrong}.", file=file, column=column, rows=lines
        )


def require_whole(cells: "pd.Series[str]", file: str, column: str) -> None:
    """Each cell is a whole number, 0 or more."""
    refuse(~cells.str.fullmatch(r"[0-9]+"), cells, "is no whole number", file, column)


def require_answers(cells: "pd.Series[str]", file: str, column: str) -> None:
    """Each cell is 0 or 1."""
    refuse(~cells.isin(["0", "1"]), cells, "is not 0 or 1", file, column)
