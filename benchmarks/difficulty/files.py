"""Reads answers and true difficulties from files that others wrote."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from learnloop.datasets.assistments_files import (
    read_cells,
    refuse,
    require_answers,
    require_distinct,
)
from learnloop.datasets.leak import collapse_repeats
from learnloop.errors import DataError

LONG = ("user_id", "item_id", "correct", "skill_id")
NAMES_OF_STUDENTS = ("", "id", "user_id", "student", "student_id")
REMEDY = (
    "Give a file with the columns user_id, item_id, correct and skill_id (tabs or commas), or "
    "one with a row a student and a column an item, 1 solved, 0 failed, empty not seen."
)


def read_answers(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The answers of a file in either of two formats, told apart by the header.

    *Long*: a row an answer, `user_id item_id correct skill_id` among the columns, in order
    within a student. *Wide*: a row a student, a column an item; a first column named `id`,
    `user_id`, `student`, `student_id` or not at all holds the students' names.

    Returns:
        One row per answer: `student_id`, `content_id`, `skill_id`, `position`, `correct`
        (bool); and what a reader has to know of the file.

    Raises:
        DataError: the file is missing or of another format, a cell is empty where none may
            be, or an answer is not 0 or 1; names column and row.
    """
    header, separator = _header(path)
    if set(LONG) <= set(header):
        return _long(path, separator)
    if "responses" in header:
        wrong = "its rows name no items, so that there is no difficulty to find."
        raise DataError(wrong, file=path.name, remedy=REMEDY)
    partly = [name for name in LONG if name in header]
    if len(partly) > 1:
        missing = next(name for name in LONG if name not in header)
        raise DataError("the column is missing.", file=path.name, column=missing)
    return _wide(path, header, separator), []


def read_truth(path: Path) -> pd.DataFrame:
    """True difficulties: a CSV with `item_id` and `b`, the ability, in standard deviations of
    the students, at which the item is solved half the time; further columns are not read.

    Returns:
        `content_id` and `difficulty`, one row per item.

    Raises:
        DataError: the file or a column is missing, `b` is no finite number, or an item is
            there twice; names column and row.
    """
    _, separator = _header(path)
    cells = read_cells(path, ("item_id", "b"), separator, REMEDY)
    number = pd.to_numeric(cells["b"], errors="coerce").astype(float)
    finite = pd.Series(np.isfinite(number.fillna(np.inf)), index=cells.index)
    refuse(~finite, cells["b"], "is no finite number", path.name, "b")
    twice = cells["item_id"].duplicated()
    refuse(twice, cells["item_id"], "is there twice", path.name, "item_id")
    return pd.DataFrame({"content_id": cells["item_id"], "difficulty": number})


def _header(path: Path) -> tuple[list[str], str]:
    if not path.is_file():
        raise DataError(f"there is no file '{path}'.", remedy=REMEDY)
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        first = lines.readline().rstrip("\r\n")
    separator = "\t" if "\t" in first else ","
    header = next(csv.reader([first], delimiter=separator), [])
    require_distinct(header, path.name)
    return header, separator


def _long(path: Path, separator: str) -> tuple[pd.DataFrame, list[str]]:
    cells = read_cells(path, LONG, separator, REMEDY)
    _require_rows(cells, path)
    for column in LONG:
        refuse(cells[column].str.strip() == "", cells[column], "is empty", path.name, column)
    require_answers(cells["correct"], path.name, "correct")
    rows = pd.DataFrame(
        {
            "student_id": cells["user_id"],
            "content_id": cells["item_id"],
            "skill_id": cells["skill_id"],
            "correct": cells["correct"] == "1",
        }
    ).reset_index(drop=True)
    rows = rows.sort_values("student_id", kind="stable", ignore_index=True)
    answers, leak = collapse_repeats(rows)
    found = f"{leak.collapsed} rows repeated an answer once per skill and were collapsed."
    return (
        answers.assign(position=answers.groupby("student_id").cumcount()),
        [found] if leak.collapsed else [],
    )


def _wide(path: Path, header: list[str], separator: str) -> pd.DataFrame:
    cells = read_cells(path, header, separator, REMEDY)
    _require_rows(cells, path)
    named = header[0].strip().lower() in NAMES_OF_STUDENTS
    names = cells[header[0]] if named else pd.Series(cells.index.astype(str), cells.index)
    refuse(names.duplicated(), names, "is there twice", path.name, header[0])
    items = header[1:] if named else header
    for column in items:
        wrong = ~cells[column].isin(["0", "1", "", "NA"])
        refuse(
            wrong,
            cells[column],
            f"is not 0, 1 or empty. {REMEDY.removesuffix('.')}",
            path.name,
            column,
        )
    long = cells[items].assign(student_id=names).melt("student_id", var_name="content_id")
    long = long[long["value"].isin(["0", "1"])]
    if long.empty:
        raise DataError("there is no answer.", file=path.name, remedy=REMEDY)
    place = pd.Index(items).get_indexer(pd.Index(long["content_id"]))
    return pd.DataFrame(
        {
            "student_id": long["student_id"],
            "content_id": long["content_id"],
            "skill_id": "all",
            "position": place,
            "correct": long["value"] == "1",
        }
    ).reset_index(drop=True)


def _require_rows(cells: pd.DataFrame, path: Path) -> None:
    if cells.empty:
        raise DataError("there is no row after the header.", file=path.name, remedy=REMEDY)
