"""The event's vocabulary and the schemas of the tables made of events."""

from enum import StrEnum

import ibis.expr.datatypes as dt
import pandera.pandas as pandas_schema
from pandera.ibis import Check, Column, DataFrameSchema

from learnloop.times import UtcMicroseconds


class Verb(StrEnum):
    """What a student did."""

    OPENED_SESSION = "opened_session"
    WATCHED = "watched"
    READ = "read"
    INTERACTED = "interacted"
    ANSWERED = "answered"
    POSTED = "posted"
    REPLIED = "replied"
    COLLABORATED = "collaborated"


class Device(StrEnum):
    """What the student used."""

    DESKTOP = "desktop"
    TABLET = "tablet"
    PHONE = "phone"


_UTC = dt.Timestamp(timezone="UTC", scale=6)

Events = DataFrameSchema(
    {
        "event_id": Column(str, description="UUID: the idempotency key"),
        "occurred_at": Column(_UTC, description="when it happened"),
        "received_at": Column(_UTC, description="when the platform learned of it"),
        "tenant_id": Column(str, description="the school"),
        "student_id": Column(str, description="a keyed pseudonym, never a name"),
        "session_id": Column(str),
        "verb": Column(str, Check.isin([verb.value for verb in Verb])),
        "content_id": Column(str, nullable=True, description="null outside content"),
        "skill_ids": Column(
            description="list of the item's skills, the primary one first; "
            "empty outside content (pandera knows no list type in Ibis)"
        ),
        "correct": Column(bool, nullable=True, description="for `answered` alone"),
        "score": Column(float, Check.in_range(0, 1), nullable=True),
        "duration_s": Column(float, Check.ge(0), nullable=True),
        "progress": Column(
            float,
            Check.in_range(0, 1),
            nullable=True,
            description="share of the item reached by the end of this event",
        ),
        "hints_used": Column(dt.int16, Check.ge(0), nullable=True),
        "device": Column(str, Check.isin([device.value for device in Device])),
        "source": Column(str, description="where it came from: `campus`, a file name"),
    },
    strict=True,
)
"""The validated log as an Ibis table: one row per event, unique by `event_id`."""


class Attempts(pandas_schema.DataFrameModel):
    """One row per answered question, sorted by student and `position`."""

    student_id: str
    content_id: str
    skill_id: str
    """The primary skill of the item."""
    correct: bool
    occurred_at: UtcMicroseconds = pandas_schema.Field(nullable=True)
    """Null in data that has order only."""
    position: int = pandas_schema.Field(ge=0)
    """0-based order within the student."""
    studied: int = pandas_schema.Field(ge=0)
    """How often the student had watched, read or tried items of the skill before."""
    split: str = pandas_schema.Field(isin=["train", "validation", "test", "audit", "reference"])

    class Config:
        strict = True


class Studies(pandas_schema.DataFrameModel):
    """One row per work on an item that asks nothing, sorted by student and time."""

    student_id: str
    skill_id: str
    """The primary skill of the item."""
    occurred_at: UtcMicroseconds

    class Config:
        strict = True
