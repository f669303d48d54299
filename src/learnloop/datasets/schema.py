"""Schemas of what entering data becomes: splits, decision moments, refused rows."""

import pandera.pandas as pa

from learnloop.splits import Split
from learnloop.times import UtcMicroseconds

SPLITS = [split.value for split in Split]


class StudentSplits(pa.DataFrameModel):
    """One row per consented student: what the student's data is used for."""

    student_id: str = pa.Field(unique=True)
    split: str = pa.Field(isin=SPLITS)

    class Config:
        strict = True


class Snapshots(pa.DataFrameModel):
    """One row per student × week: the moments at which the models decide."""

    student_id: str
    as_of: UtcMicroseconds
    """`enrolled_at` + 7 days × `week`; what happened before it is known."""
    week: int = pa.Field(ge=1)
    split: str = pa.Field(isin=SPLITS)

    class Config:
        strict = True
        unique = ("student_id", "week")


class Quarantine(pa.DataFrameModel):
    """One row per refused event row, with the first rule that it breaks."""

    file: str
    row: int = pa.Field(ge=1)
    """1-based; the header of a CSV file is row 1."""
    event_id: str = pa.Field(nullable=True)
    column: str
    expectation: str
    """Name of the Great Expectations expectation that failed."""
    value: str = pa.Field(nullable=True)
    """What the cell held; null when it was empty."""
    reason: str

    class Config:
        strict = True
        unique = ("file", "row")


class DuplicateEvents(pa.DataFrameModel):
    """One row per event row left out because an equal `event_id` came before it."""

    file: str
    row: int = pa.Field(ge=1)

    class Config:
        strict = True
        unique = ("file", "row")
