"""The one consent filter: nothing learns from a student of whom it is not known to be allowed.

A student is allowed when `learning_consent` is true and, under 13 (COPPA, 16 CFR 312.5),
`parental_consent` too. No row, a missing value or two rows that disagree: denied.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import ibis
import numpy as np
import pandas as pd

from learnloop.errors import ConsentError

POLICY = ("student_id", "under_13", "parental_consent", "learning_consent")


def consented_students(eligibility: pd.DataFrame) -> list[str]:
    """The ids, sorted, of the students whose data may be learned from.

    Args:
        eligibility: columns of `learnloop.privacy.schema.Eligibility`; may hold nulls,
            which deny.

    Raises:
        ConsentError: a column that the decision needs is missing.
    """
    missing = [column for column in POLICY if column not in eligibility]
    if missing:
        raise ConsentError(
            f"consent cannot be checked: eligibility has no column {', '.join(missing)}."
        )
    allowed = _is(eligibility["learning_consent"], True) & (
        _is(eligibility["under_13"], False)
        | (_is(eligibility["under_13"], True) & _is(eligibility["parental_consent"], True))
    )
    students = eligibility["student_id"]
    denied = set(students[~allowed])
    return sorted(
        student
        for student in set(students[allowed]) - denied
        if isinstance(student, str) and student
    )


def consented(events: ibis.Table, eligibility: pd.DataFrame) -> ibis.Table:
    """The rows of `events` (any Ibis table with `student_id`) of consented students."""
    students = consented_students(eligibility)
    allowed = ibis.memtable({"student_id": students}, schema={"student_id": "string"})
    return events.semi_join(allowed, "student_id")


def consented_rows(table: pd.DataFrame, eligibility: pd.DataFrame) -> pd.DataFrame:
    """The rows of `table` (with `student_id`) of consented students, renumbered."""
    allowed = table["student_id"].isin(consented_students(eligibility))
    return table[allowed].reset_index(drop=True)


def require_consent(data: Any, eligibility: pd.DataFrame, name: str) -> None:
    """Checks at load that `data` holds consented students alone.

    Args:
        data: a pandas or Ibis table with `student_id`.
        eligibility: the policy table, whole.
        name: of the data set, for the message; students are counted, never named.

    Raises:
        ConsentError: a row belongs to a student who is not consented, or `data` is not
            a table whose students can be read.
    """
    allowed = set(consented_students(eligibility))
    strangers = _students_of(data, name) - allowed
    if strangers:
        raise ConsentError(
            f"{name} holds data of {len(strangers)} students without consent to learn from "
            "it. Run the ingest pipeline again, and read nothing that bypasses it."
        )


def tables_of_students(data: Any) -> Iterator[pd.DataFrame | ibis.Table]:
    """The tables in `data` that say something of students, also inside dicts and lists.

    They are what `require_consent` must be asked about: pandas and Ibis tables with a
    column, or a level of the index, named ``student_id``.
    """
    if isinstance(data, pd.DataFrame) and "student_id" in data.index.names:
        yield data.index.to_frame(index=False)
    elif isinstance(data, pd.DataFrame | ibis.Table):
        if "student_id" in data.columns:
            yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from tables_of_students(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from tables_of_students(value)


def _students_of(data: Any, name: str) -> set[Any]:
    tables = list(tables_of_students(data))
    if not tables:
        raise ConsentError(
            f"consent cannot be checked: {name} is no table with a column student_id."
        )
    found: set[Any] = set()
    for table in tables:
        if isinstance(table, ibis.Table):
            distinct = table.select("student_id").distinct().to_pyarrow()
            found |= set(distinct["student_id"].to_pylist())
        else:
            found |= set(table["student_id"].unique())
    return found


def _is(column: pd.Series, wanted: bool) -> pd.Series:
    """True where the cell is exactly the boolean `wanted`: not 1, not "true", not null."""
    exact = [isinstance(cell, bool | np.bool_) and bool(cell) is wanted for cell in column]
    return pd.Series(exact, index=column.index, dtype=bool)
