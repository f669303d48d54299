"""Refuses learner snapshots that no list can be made for, and names row and column."""

from collections.abc import Callable, Hashable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.model import numbers, refusal, refuse, require
from learnloop.recommend.catalogue import TYPES
from learnloop.recommend.schema import LEAST_CEILING, MOST_CEILING

IDS = ("course_ids", "class_ids", "history_content")
AMOUNTS = ("history_events", "history_first_days", "history_last_days")
FLAGS = ("history_finished", "history_due")


def check(
    table: pd.DataFrame,
    columns: Sequence[str],
    style: Sequence[str],
    courses: NDArray[np.str_],
) -> None:
    """Checks what `learnloop.recommend.schema.LearnerSnapshots` says of its columns.

    Without that schema, which takes some 12 ms for one student, who waits for the list; this
    takes .15.

    Args:
        table: the snapshots.
        columns: those that it needs.
        style: columns of numbers or nulls that it may have.
        courses: those that a student may be enrolled in.

    Raises:
        ModelError: a column is missing, or a row holds what it may not; the first is named.
    """
    require(table, columns)
    _each(table["student_id"], _is_id, "an id")
    _each(table["as_of"], lambda time: not _is_null(time), "a time with a time zone")
    ages = f"a whole number from {LEAST_CEILING} to {MOST_CEILING}"
    _each(table["content_ceiling"], _is_ceiling, ages)
    kinds = f"null or one of {', '.join(TYPES)}"
    _each(table["type_preference"], lambda kind: _is_null(kind) or kind in TYPES, kinds)
    lists = {name: table[name].tolist() for name in (*IDS, *AMOUNTS, *FLAGS, "mastery")}
    for name, rows in lists.items():
        _each(table[name], _is_list, "a list, empty where nothing is known", rows)
    length = [len(row) for row in lists["history_content"]]
    for name in (*AMOUNTS, *FLAGS):
        for place, (row, wanted) in enumerate(zip(lists[name], length, strict=True)):
            if len(row) != wanted:
                alike = f"a list of {wanted}, as history_content is"
                raise refusal(table[name], place, row, alike)
    enrolled = set(courses.tolist())
    _entries(table, lists, "course_ids", _all(enrolled.__contains__), "one of the catalogue")
    for name in IDS[1:]:
        _entries(table, lists, name, _all(_is_id), "an id")
    for name in FLAGS:
        _entries(table, lists, name, _all({0, 1}.__contains__), "true or false")
    for name in AMOUNTS:
        _entries(table, lists, name, _within(np.inf), "a number from 0 up")
    _entries(table, lists, "mastery", _within(1), "a number in [0, 1]")
    for name in set(style) & set(table.columns):
        told = table[name].notna() & np.isnan(numbers(table[name]))
        refuse(table[name], told, "a number or null")


def _each(
    column: pd.Series, fine: Callable[[Any], bool], wanted: str, rows: list[Any] | None = None
) -> None:
    for place, value in enumerate(column.tolist() if rows is None else rows):
        if not fine(value):
            raise refusal(column, place, value, wanted)


def _entries(
    table: pd.DataFrame,
    lists: dict[str, list[Any]],
    name: str,
    fine: Callable[[list[Any]], list[bool]],
    wanted: str,
) -> None:
    """Checks the entries of all lists of a column at once."""
    flat = list(chain.from_iterable(lists[name]))
    told = fine(flat)
    if all(told):
        return
    first = told.index(False)
    ends = np.cumsum([len(row) for row in lists[name]])
    place = int(np.searchsorted(ends, first, side="right"))
    entry = first - int(ends[place]) + len(lists[name][place])
    raise refusal(table[name], place, flat[first], wanted, entry)


def _all(fine: Callable[[Any], bool]) -> Callable[[list[Any]], list[bool]]:
    def each(values: list[Any]) -> list[bool]:
        return [isinstance(value, Hashable) and fine(value) for value in values]

    return each


def _within(most: float) -> Callable[[list[Any]], list[bool]]:
    """Finite, and from 0 to `most`."""

    def each(values: list[Any]) -> list[bool]:
        try:
            found = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            found = numbers(values)
        told: list[bool] = (np.isfinite(found) & (found >= 0) & (found <= most)).tolist()
        return told

    return each


def _is_id(value: object) -> bool:
    return isinstance(value, str | int | np.integer) and value != ""


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def _is_null(value: object) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))  # type: ignore[call-overload]


def _is_ceiling(value: Any) -> bool:
    try:
        age = float(value)
    except (TypeError, ValueError):
        return False
    return age.is_integer() and LEAST_CEILING <= age <= MOST_CEILING
