"""Reads one file of a school, CSV or Parquet, in chunks, and names what is wrong with it."""

import csv
import difflib
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from learnloop.datasets.cells import read_cells
from learnloop.datasets.school_format import EXPECTED, FILES, OPTIONAL_FILES
from learnloop.errors import DataError

CHUNK_ROWS = 200_000
_BOM = "utf-8-sig"


def find_file(folder: Path, name: str) -> Path | None:
    """The CSV or Parquet file of a table; ``None`` where an optional one is not there.

    Raises:
        DataError: the folder or a required file is missing, or both formats are there.
    """
    if not folder.is_dir():
        raise DataError(
            f"there is no folder '{folder}'.",
            remedy="Name the folder with the school's files: --params source.dir=DIR",
        )
    found = [
        path for end in (".csv", ".parquet") if (path := folder / f"{name}{end}").is_file()
    ]
    if len(found) == 2:
        raise DataError(f"{name}.csv and {name}.parquet are both in '{folder}': keep one.")
    if not found and name not in OPTIONAL_FILES:
        raise DataError(
            f"neither {name}.csv nor {name}.parquet is in '{folder}'.",
            remedy="`kedro example-school DIR` writes an example of every file.",
        )
    return found[0] if found else None


def check_header(path: Path, name: str) -> None:
    """Raises what is wrong with the columns of a file before any row of it is read.

    Raises:
        DataError: as `read_chunks`, of columns alone.
    """
    with closing(_parquet(path, 1) if path.suffix == ".parquet" else _csv(path, 1)) as chunks:
        for first in chunks:
            _check_columns(path.name, name, list(first.columns.drop("_row")))
            return


def read_chunks(path: Path, name: str, rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """The file in typed chunks, every column of its format present.

    Columns that the file lacks are null. `_file` and `_row` say where a row was read
    (1-based; the header of a CSV is row 1); `_bad_column` and `_bad_value` name the first
    cell of the row that could not be read.

    Raises:
        DataError: the file is empty, not UTF-8, not CSV or Parquet, lacks a required
            column, has one twice or one that the format does not know.
    """
    raw = _parquet(path, rows) if path.suffix == ".parquet" else _csv(path, rows)
    with closing(raw):
        for chunk in raw:
            _check_columns(path.name, name, list(chunk.columns.drop("_row")))
            yield _typed(chunk, path.name, name)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """A whole roster or content file; no row of it may be unreadable.

    Raises:
        DataError: as `find_file` and `read_chunks`, and for a cell that cannot be read.
    """
    path = find_file(folder, name)
    if path is None:
        return pd.DataFrame(columns=[*FILES[name], "_file", "_row"])
    table = pd.concat(read_chunks(path, name), ignore_index=True)
    bad = table[table["_bad_column"].notna()]
    if not bad.empty:
        column = bad["_bad_column"].iloc[0]
        same = bad[bad["_bad_column"] == column]
        raise DataError(
            f"'{same['_bad_value'].iloc[0]}' is not {EXPECTED[FILES[name][column].kind]}.",
            file=path.name,
            column=column,
            rows=same["_row"].tolist(),
        )
    return table.drop(columns=["_bad_column", "_bad_value"])


def _check_columns(file: str, name: str, columns: list[str]) -> None:
    known = FILES[name]
    for column in columns:
        if columns.count(column) > 1:
            raise DataError("the column is there twice.", file=file, column=column)
    for column, cells in known.items():
        if cells.required and column not in columns:
            raise DataError(
                "the column is missing.",
                file=file,
                column=column,
                remedy=f"The file has {', '.join(columns)}.",
            )
    for column in columns:
        if column not in known:
            near = difflib.get_close_matches(column, set(known) - set(columns), 1)
            raise DataError(
                "the format has no such column.",
                file=file,
                column=column,
                remedy=f"Did you mean '{near[0]}'?" if near else "Remove it.",
            )


def _typed(chunk: pd.DataFrame, file: str, name: str) -> pd.DataFrame:
    table = pd.DataFrame(index=chunk.index)
    bad_column = pd.Series(None, index=chunk.index, dtype=object)
    bad_value = bad_column.copy()
    for column, cells in FILES[name].items():
        given = chunk[column] if column in chunk else pd.Series(None, chunk.index, dtype=object)
        table[column], bad = read_cells(given, cells.kind)
        first = bad & bad_column.isna()
        bad_column[first] = column
        bad_value[first] = given[first].astype(str)
    table["_file"] = file
    table["_row"] = chunk["_row"]
    return table.assign(_bad_column=bad_column, _bad_value=bad_value)


def _csv(path: Path, rows: int) -> Generator[pd.DataFrame, None, None]:
    header = _header(path)
    try:
        with pd.read_csv(
            path,
            dtype=str,
            names=list(range(len(header))),
            header=None,
            skiprows=1,
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            encoding=_BOM,
            chunksize=rows,
        ) as chunks:
            for chunk in chunks:
                numbered = chunk.fillna("").set_axis(header, axis=1)
                filled = (numbered != "").any(axis=1)
                cells = numbered.where(numbered != "", None).assign(_row=chunk.index + 2)
                yield cells[filled].reset_index(drop=True)
    except pd.errors.EmptyDataError:
        yield pd.DataFrame(columns=[*header, "_row"])
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except pd.errors.ParserError as error:
        raise _torn(path, str(error)) from error


def _header(path: Path) -> list[str]:
    """The column names; the first rows are read by hand, as pandas forgives too much."""
    try:
        with path.open(encoding=_BOM, newline="") as lines:
            reader = csv.reader(lines)
            header, first = next(reader, []), next(reader, [])
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    if not header:
        raise DataError(
            "the file is empty.", file=path.name, remedy="Its first line names the columns."
        )
    if len(first) > len(header):
        saw = f"Expected {len(header)} fields in line 2, saw {len(first)}"
        raise _torn(path, saw)
    return header


def _torn(path: Path, message: str) -> DataError:
    """The error of a row with too many cells; `message` is that of pandas."""
    counts = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if counts is None:
        return DataError(f"this is not CSV: {message}.", file=path.name)
    return DataError(
        f"the row has {counts[3]} cells, but there are {counts[1]} columns.",
        file=path.name,
        rows=[int(counts[2])],
        remedy="Put text that holds a comma or a line break in double quotes.",
    )


def _not_utf8(path: Path) -> DataError:
    rows = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                rows.append(number)
    return DataError(
        "the row is not UTF-8.", file=path.name, rows=rows, remedy="Save it as 'CSV UTF-8'."
    )


def _parquet(path: Path, rows: int) -> Generator[pd.DataFrame, None, None]:
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise DataError(f"this is not Parquet: {error}", file=path.name) from error
    with file:
        for field in file.schema_arrow:
            if pa.types.is_timestamp(field.type) and field.type.tz is None:
                raise DataError(
                    "the times have no zone.",
                    file=path.name,
                    column=field.name,
                    remedy="Write them as timestamps in UTC.",
                )
        start = 1
        for batch in file.iter_batches(rows):
            frame: pd.DataFrame = batch.to_pandas()
            yield frame.assign(_row=range(start, start + len(frame)))
            start += len(frame)
