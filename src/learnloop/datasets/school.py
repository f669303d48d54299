"""Reads a school's own data: a folder of CSV or Parquet, see docs/school-format.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from learnloop.datasets.example_school import write_example as write_example
from learnloop.datasets.school_files import (
    check_header,
    find_file,
    read_chunks,
    read_table,
)
from learnloop.datasets.school_format import ELIGIBILITY
from learnloop.errors import DataError
from learnloop.events.schema import Events

PROVENANCE = ["_file", "_row"]


@dataclass(frozen=True)
class School:
    """A school as it was read: typed, but not yet validated.

    The tables have the columns of their schemas, and `_file` and `_row`; `eligibility`
    comes from the students file and may hold nulls, which deny.
    """

    skills: pd.DataFrame
    prerequisites: pd.DataFrame
    content_items: pd.DataFrame
    classes: pd.DataFrame
    students: pd.DataFrame
    eligibility: pd.DataFrame
    protected_attributes: pd.DataFrame
    events: Iterator[pd.DataFrame]
    """Chunks as `learnloop.datasets.raw_events` describes them; can be read once."""


def read_school(folder: Path) -> School:
    """Reads every file of `folder`; the events only as they are asked for.

    Raises:
        DataError: a file or column is missing or unknown, or a cell of a roster or
            content file cannot be read; names file, column and row.
    """
    skills = read_table(folder, "skills")
    content = read_table(folder, "content")
    roster = read_table(folder, "students")
    tenants = roster.dropna(subset=["student_id"]).drop_duplicates("student_id")
    items = content.dropna(subset=["content_id"]).drop_duplicates("content_id")
    path = find_file(folder, "events")
    assert path is not None, "events are not optional"  # noqa: S101 - narrows the type
    check_header(path, "events")
    return School(
        skills=_in_file_order(skills),
        prerequisites=read_table(folder, "prerequisites"),
        content_items=content.fillna({"author_difficulty": 3.0, "min_age": 0.0}),
        classes=read_table(folder, "classes"),
        students=roster.drop(columns=list(ELIGIBILITY)).fillna({"cohort": "learn"}),
        eligibility=roster[["student_id", *ELIGIBILITY, *PROVENANCE]],
        protected_attributes=read_table(folder, "protected_attributes"),
        events=_events(
            path,
            tenants.set_index("student_id")["tenant_id"],
            items.set_index("content_id")["skill_ids"],
        ),
    )


def _in_file_order(skills: pd.DataFrame) -> pd.DataFrame:
    """Skills without a position stand in the order of the file within their course."""
    order = skills.groupby("course_id", dropna=False).cumcount().astype("float64")
    return skills.assign(position=skills["position"].fillna(order))


def _events(path: Path, tenants: pd.Series, skills: pd.Series) -> Iterator[pd.DataFrame]:
    """The log with what a school may leave out filled in from its other files."""
    rows = 0
    for chunk in read_chunks(path, "events"):
        rows += len(chunk)
        # A time that cannot be read stays null: only where none was given is it filled.
        on_time = chunk["received_at"].isna() & (chunk["_bad_column"] != "received_at")
        listed = chunk["content_id"].map(skills)
        stated = chunk["skill_ids"].map(len) > 0
        yield chunk.assign(
            received_at=chunk["received_at"].mask(on_time, chunk["occurred_at"]),
            tenant_id=chunk["tenant_id"].fillna(chunk["student_id"].map(tenants)),
            skill_ids=chunk["skill_ids"].where(stated, listed.map(_or_none)),
            score=chunk["score"].fillna(chunk["correct"].clip(0, 1)),
            source=chunk["_file"],
        )[[*Events.columns, *PROVENANCE, "_bad_column", "_bad_value"]]
    if not rows:
        raise DataError("the file has no rows.", file=path.name)


def _or_none(skills: object) -> list[str]:
    return skills if isinstance(skills, list) else []
