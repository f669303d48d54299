"""A log that the eye can check: rows of a few fields, the rest filled in."""

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from learnloop.features.batch import student_hourly

MONDAY = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")
"""Day 0 of the examples: a Monday, midnight UTC."""

SCHEMA = {
    "event_id": "string",
    "occurred_at": "timestamp('UTC', 6)",
    "student_id": "string",
    "session_id": "string",
    "verb": "string",
    "content_id": "string",
    "skill_ids": "array<string>",
    "correct": "boolean",
    "duration_s": "float64",
    "progress": "float64",
    "device": "string",
}

ITEMS = pd.DataFrame({"content_id": ["easy", "hard"], "author_difficulty": [1, 5]})
NEEDS = pd.DataFrame(
    {"skill_id": ["power", "power", "product"], "requires_skill_id": ["sum", "product", "sum"]}
)
"""Powers need sums and products; products need sums."""


def at(day: float, hour: float = 0) -> pd.Timestamp:
    """So many days and hours after `MONDAY`."""
    return (MONDAY + pd.Timedelta(days=day, hours=hour)).as_unit("us")


def did(verb: str, when: pd.Timestamp, **fields: Any) -> dict[str, Any]:
    """An event of student `ann` in session `s` on a desktop, unless `fields` say else."""
    return {
        "occurred_at": when,
        "student_id": "ann",
        "session_id": "s",
        "verb": verb,
        "content_id": None,
        "skill_ids": [],
        "correct": None,
        "duration_s": None,
        "progress": None,
        "device": "desktop",
        **fields,
    }


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The events as a frame, with ids in the order given."""
    table = pd.DataFrame(rows, columns=[name for name in SCHEMA if name != "event_id"])
    table.insert(0, "event_id", [f"e{i:05d}" for i in range(len(table))])
    times = pd.to_datetime(table["occurred_at"], utc=True).astype("datetime64[us, UTC]")
    types = {"correct": "boolean", "duration_s": "float64", "progress": "float64"}
    return table.assign(occurred_at=times).astype(types)


def log(rows: list[dict[str, Any]]) -> ir.Table:
    """The events as an Ibis table."""
    return ibis.memtable(frame(rows), schema=SCHEMA)


def hourly(
    rows: list[dict[str, Any]], when: pd.Timestamp, timezone: str = "UTC"
) -> "pd.Series[Any]":
    """The hourly features of `ann` at `when`."""
    table = student_hourly(
        log(rows),
        pd.DataFrame({"student_id": ["ann"], "timezone": [timezone]}),
        ITEMS,
        NEEDS,
        pd.DataFrame({"student_id": ["ann"], "as_of": [when]}),
    )
    assert len(table) == 1
    return table.iloc[0]
