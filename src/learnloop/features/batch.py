"""Computes the hourly views for many students and times in one go."""

from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import DataError
from learnloop.features import aggregates
from learnloop.features.definitions import (
    HABIT_WINDOW_H,
    HOUR_S,
    Dtype,
    NullRule,
    columns_of_view,
)
from learnloop.features.timezones import offset_table
from learnloop.features.windows import as_table, epoch_hour

STUDENTS_AT_ONCE = 10_000
"""Bounds the engine's memory."""


@dataclass(frozen=True)
class Course:
    """The course tables that features need, as Ibis tables."""

    items: ir.Table
    prerequisites: ir.Table


def whole_hours(times: pd.Series) -> pd.Series:
    """Whole hours since 1970 UTC, as int64; an hour that is not over does not count."""
    micro = times.astype("datetime64[us, UTC]").astype("int64")
    return micro // (HOUR_S * 1_000_000)


def at_hour(hours: pd.Series) -> pd.Series:
    """The times at which those hours begin."""
    return pd.Series(
        pd.to_datetime(hours.to_numpy() * HOUR_S, unit="s", utc=True).as_unit("us"),
        index=hours.index,
    )


def clocks(students: pd.DataFrame, first_s: int, end_s: int) -> pd.DataFrame:
    """UTC offset of each student's time zone over time.

    Returns:
        One row per student and stretch of equal offset: `student_id`, `from_s`,
        `until_s`, `offset_s`.
    """
    offsets = offset_table(students["timezone"], first_s, end_s)
    merged = students[["student_id", "timezone"]].merge(offsets, on="timezone")
    return merged.drop(columns="timezone")


def student_hourly(
    events: ir.Table,
    students: pd.DataFrame,
    content_items: pd.DataFrame,
    prerequisites: pd.DataFrame,
    snapshots: pd.DataFrame,
) -> pd.DataFrame:
    """View `student_hourly` as of the last whole hour before each snapshot.

    Args:
        events: the log.
        students: columns `student_id` and `timezone`.
        content_items: columns `content_id` and `author_difficulty`.
        prerequisites: columns `skill_id` and `requires_skill_id`.
        snapshots: columns `student_id` and `as_of`.

    Returns:
        One row per student and whole hour, sorted; a student with nothing in a window
        has what the definition says (0 or null).

    Raises:
        DataError: a student of `snapshots` is not in `students`, or a time zone is
            not an IANA name.
    """
    moments = _moments(snapshots)
    course = Course(
        as_table(content_items[["content_id", "author_difficulty"]]),
        as_table(prerequisites[["skill_id", "requires_skill_id"]]),
    )
    roster = moments["student_id"].unique()
    zones = _zones(students, roster)
    parts = [
        _some_students(events, zones[first : first + STUDENTS_AT_ONCE], course, moments)
        for first in range(0, max(len(roster), 1), STUDENTS_AT_ONCE)
    ]
    return _finish(pd.concat(parts, ignore_index=True), "student_hourly", "student_id")


def _moments(snapshots: pd.DataFrame) -> pd.DataFrame:
    hours = pd.DataFrame(
        {"student_id": snapshots["student_id"], "at_hour": whole_hours(snapshots["as_of"])}
    )
    return hours.drop_duplicates().sort_values(["student_id", "at_hour"], ignore_index=True)


def _zones(students: pd.DataFrame, roster: NDArray[np.object_]) -> pd.DataFrame:
    zones = students.set_index("student_id")["timezone"].reindex(roster)
    if zones.isna().any():
        raise DataError(
            f"{int(zones.isna().sum())} students have snapshots but no row.",
            file="students",
            column="timezone",
            remedy="Give every student a row with an IANA time zone.",
        )
    return zones.rename_axis("student_id").reset_index()


def _some_students(
    events: ir.Table, zones: pd.DataFrame, course: Course, moments: pd.DataFrame
) -> pd.DataFrame:
    """The features of the students in `zones`, who are numbered to spare the engine text."""
    numbers = pd.Series(np.arange(len(zones)), index=zones["student_id"], dtype="int64")
    asked = moments.assign(student_id=moments["student_id"].map(numbers)).dropna()
    asked = asked.astype("int64").reset_index(drop=True)
    roster = as_table(pd.DataFrame({"student_id": numbers.index, "number": numbers.array}))
    log = events.join(roster, "student_id")
    log = log.drop("student_id").rename(student_id="number")
    hours = asked["at_hour"] if len(asked) else pd.Series([0])
    numbered = zones.assign(student_id=numbers.array)
    offsets = clocks(
        numbered,
        (int(hours.min()) - HABIT_WINDOW_H) * HOUR_S,
        (int(hours.max()) + 1) * HOUR_S,
    )
    found = asked
    for part in _features(log, as_table(offsets), course, as_table(asked)):
        found = found.merge(part.to_pandas(), how="left", on=["student_id", "at_hour"])
    names = zones["student_id"].to_numpy()
    return found.assign(student_id=names[found["student_id"].to_numpy()])


def _features(
    log: ir.Table, offsets: ir.Table, course: Course, asked: ir.Table
) -> tuple[ir.Table, ...]:
    activity = aggregates.hourly_activity(log, course.items, offsets)
    skills = aggregates.hourly_skills(log)
    return (
        aggregates.habits(activity, asked),
        aggregates.video_completion(aggregates.hourly_videos(log), asked),
        aggregates.prerequisite_completion(skills, course.prerequisites, asked),
    )


def content_hourly(
    events: ir.Table, learners: pd.Series, every_hours: int = 7 * 24
) -> pd.DataFrame:
    """View `content_hourly` on a weekly grid that ends with the log.

    Args:
        events: the log.
        learners: ids of the students whose answers may be learned from; others are
            left out, so that no model is judged on answers that its features hold.
        every_hours: step of the grid.

    Returns:
        One row per item and grid time with an answer in the four weeks before, sorted.
    """
    answers = events.filter(events.verb == "answered").semi_join(
        as_table(pd.DataFrame({"student_id": learners})), "student_id"
    )
    bounds = answers.aggregate(
        first=epoch_hour(answers.occurred_at).min().coalesce(0),
        last=epoch_hour(answers.occurred_at).max().coalesce(0),
    ).to_pandas()
    first, last = bounds.iloc[0]
    hours = range(int(last) + 1, int(first), -every_hours)
    grid = pd.DataFrame({"at_hour": list(hours)}, dtype="int64")
    found = aggregates.content_responses(answers, as_table(grid))
    frame = found.order_by("content_id", "at_hour").to_pandas()
    return _finish(frame, "content_hourly", "content_id")


_PANDAS: dict[Dtype, Any] = {Dtype.INT: "int64", Dtype.FLOAT: "float64", Dtype.STRING: object}


def _finish(found: pd.DataFrame, view: str, key: str) -> pd.DataFrame:
    """The view's columns in order and type, with its null rules applied."""
    table = pd.DataFrame({key: found[key], "event_timestamp": at_hour(found["at_hour"])})
    for column in columns_of_view(view):
        values = found[column.name]
        if column.when_none is NullRule.ZERO:
            values = values.fillna(0)
        table[column.name] = values.astype(_PANDAS[column.dtype])
    return table
