"""Validates the small tables that come with a log, and gives them their types."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pandas as pd

from learnloop.content.graph import prerequisite_graph
from learnloop.datasets.quarantine import shown
from learnloop.datasets.rules import TABLE_RULES
from learnloop.datasets.validation import validate
from learnloop.errors import DataError

MAY_BE_EMPTY = ("prerequisites", "protected_attributes")
_LISTS = ["skill_ids", "class_ids"]
_WHOLE = ["position", "author_difficulty", "min_age", "content_ceiling"]
_FILES = ("_file", "_row")


def valid_content(
    skills: pd.DataFrame, prerequisites: pd.DataFrame, content: pd.DataFrame, docs: Path
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables of a curriculum, typed as their schemas.

    Args:
        skills: columns of the schema `Skills`; like the others it may have `_file` and
            `_row`, which then name a mistake's place.
        prerequisites: columns of `Prerequisites`.
        content: columns of `ContentItems`.
        docs: folder of the Data Docs.

    Raises:
        DataError: a rule of `TABLE_RULES` is broken or the prerequisites form a cycle.
    """
    _require("skills", skills, {}, docs)
    skill_ids, courses = set(skills["skill_id"]), set(skills["course_id"])
    both = {"skill_id": skill_ids, "requires_skill_id": skill_ids}
    _require("prerequisites", prerequisites, both, docs)
    prerequisite_graph(prerequisites, skill_ids)
    _require("content", content, {"course_id": courses, "skill_ids": skill_ids}, docs)
    return _typed(skills), _typed(prerequisites), _typed(content)


def valid_roster(
    classes: pd.DataFrame,
    students: pd.DataFrame,
    eligibility: pd.DataFrame,
    courses: Collection[str],
    docs: Path,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables of a roster, typed as their schemas, of all students.

    What `eligibility` leaves open is denied: unknown age counts as under 13, unknown
    consent as none, an unknown content ceiling as 0.

    Raises:
        DataError: a rule of `TABLE_RULES` is broken.
    """
    _require("classes", classes, {"course_id": courses}, docs)
    known: dict[str, Collection[Any]] = {
        "class_ids": set(classes["class_id"]),
        "timezone": available_timezones(),
    }
    _require("students", students, known, docs)
    student_ids = {"student_id": set(students["student_id"])}
    _require("eligibility", eligibility, student_ids, docs)
    denied = {"under_13": True, "parental_consent": False, "learning_consent": False}
    policy = eligibility.assign(content_ceiling=eligibility["content_ceiling"].fillna(0))
    for column, answer in denied.items():
        given = policy[column].astype(object)
        policy[column] = given.where(given.notna(), answer).astype(bool)
    return _typed(classes), _typed(students), _typed(policy)


def valid_protected(
    protected: pd.DataFrame, students: pd.DataFrame, docs: Path
) -> pd.DataFrame:
    """The protected attributes, typed as their schema, of all students.

    Raises:
        DataError: a rule of `TABLE_RULES` is broken.
    """
    student_ids = {"student_id": set(students["student_id"])}
    _require("protected_attributes", protected, student_ids, docs)
    return _typed(protected)


def _require(
    name: str, table: pd.DataFrame, known: Mapping[str, Collection[Any]], docs: Path
) -> None:
    """Raises the first mistake of a table; the Data Docs list them all."""
    if table.empty:
        if name in MAY_BE_EMPTY:
            return
        raise DataError("the table has no rows.", file=name)
    found = validate(name, TABLE_RULES[name], [_checkable(name, table, known)], docs)
    if found.empty:
        return
    first = found[found["rule"] == found["rule"].min()]
    others = len(found) - len(first)
    column = first["column"].iloc[0]
    raise DataError(
        f"{shown(column, first['value'].iloc[0])} {first['reason'].iloc[0]}.",
        file=first["file"].iloc[0],
        column=column,
        rows=first["row"].tolist(),
        remedy=f"{others} more mistakes are listed in {docs}/overview.html."
        if others
        else None,
    )


def _checkable(
    name: str, table: pd.DataFrame, known: Mapping[str, Collection[Any]]
) -> pd.DataFrame:
    """`table` with a place for each row, lists as text, and a `_known` per reference."""
    frame = table.reset_index(drop=True)
    if "_row" not in frame:
        frame = frame.assign(_file=name, _row=range(1, len(frame) + 1))
    for column, ids in known.items():
        cells = frame[column]
        if column in _LISTS:
            frame[f"{column}_known"] = [len(c) > 0 and set(c) <= set(ids) for c in cells]
        else:
            frame[f"{column}_known"] = cells.isna() | cells.isin(ids)
    for column in frame.columns.intersection(_LISTS):
        frame[column] = frame[column].map(";".join)
    return frame


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Without provenance; whole numbers as int64, lists as lists."""
    frame = table.drop(columns=list(_FILES), errors="ignore").reset_index(drop=True)
    for column in frame.columns.intersection(_WHOLE):
        frame[column] = frame[column].astype("int64")
    for column in frame.columns.intersection(_LISTS):
        frame[column] = frame[column].map(list)
    return frame
