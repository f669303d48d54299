"""Refuses learner snapshots that no list can be made for, and names row and column."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.model import moments, refuse, refuse_missing, require
from learnloop.recommend.catalogue import TYPES

Bools = NDArray[np.bool_]
IDS = ("course_ids", "class_ids", "history_content")
AMOUNTS = ("history_events", "history_first_days", "history_last_days")
FLAGS = ("history_finished", "history_due")
CEILING = (-1, 18)


def check(
    table: pd.DataFrame,
    columns: Sequence[str],
    style: Sequence[str],
    courses: NDArray[np.str_],
) -> None:
    """Checks what `learnloop.recommend.schema.LearnerSnapshots` says of its columns.

    Plain comparisons: one student is checked while they wait for the list.

    Args:
        table: the snapshots.
        columns: those that it needs.
        style: columns of numbers or nulls that it may have.
        courses: those that a student may be enrolled in.

    Raises:
        ModelError: a column is missing, or a row holds what it may not; the first is named.
    """
    require(table, columns)
    refuse_missing(table["student_id"])
    refuse(table["as_of"], moments(table["as_of"]).isna(), "a time with a time zone")
    ceiling = pd.to_numeric(table["content_ceiling"], errors="coerce")
    least, most = CEILING
    whole = ceiling.between(least, most) & (ceiling % 1 == 0)
    refuse(table["content_ceiling"], ~whole, f"a whole number from {least} to {most}")
    kind = table["type_preference"]
    refuse(kind, kind.notna() & ~kind.isin(TYPES), f"null or one of {', '.join(TYPES)}")
    for name in (*IDS, *AMOUNTS, *FLAGS, "mastery"):
        wrong = [not isinstance(value, list | tuple | np.ndarray) for value in table[name]]
        refuse(table[name], wrong, "a list, empty where nothing is known")
    entries = table["history_content"].map(len)
    for name in (*AMOUNTS, *FLAGS):
        alike = table[name].map(len) == entries
        refuse(table[name], ~alike, "a list as long as history_content")
    for name in IDS:
        _refuse_entries(table[name], ~_entries(table[name]).map(_is_id), "a list of ids")
    enrolled = _entries(table["course_ids"])
    unknown = ~enrolled.isin(courses.tolist())
    _refuse_entries(table["course_ids"], unknown, "a list of courses of the catalogue")
    for name in FLAGS:
        _refuse_entries(table[name], ~_entries(table[name]).isin([0, 1]), "a list of bools")
    for name in AMOUNTS:
        numbers = _numbers(_entries(table[name]))
        known = np.isfinite(numbers) & (numbers >= 0)
        _refuse_entries(table[name], ~known, "a list of numbers from 0 up")
    beliefs = _numbers(_entries(table["mastery"]))
    inside = (beliefs >= 0) & (beliefs <= 1)
    _refuse_entries(
        table["mastery"], ~inside, "a list of numbers in [0, 1], empty where nothing is known"
    )
    for name in set(style) & set(table.columns):
        told = table[name].notna() & np.isnan(_numbers(table[name]))
        refuse(table[name], told, "a number or null")


def _entries(lists: pd.Series) -> pd.Series:
    """Those of all lists, one after another."""
    return pd.Series(list(chain.from_iterable(lists)), dtype=object)


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    """NaN where there is none."""
    return np.asarray(pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan))


def _is_id(value: object) -> bool:
    return isinstance(value, str | int | np.integer)


def _refuse_entries(lists: pd.Series, wrong: "pd.Series | Bools", wanted: str) -> None:
    row = np.repeat(np.arange(len(lists)), lists.map(len).to_numpy(dtype=np.int64))
    inside = np.zeros(len(lists), dtype=bool)
    inside[row[np.asarray(wrong, dtype=bool)]] = True
    refuse(lists, inside, wanted)
