"""Schemas of the roster."""

import pandera.pandas as pa

from learnloop.times import UtcMicroseconds


class Classes(pa.DataFrameModel):
    """One row per class: an instructor teaches a course to some students."""

    class_id: str = pa.Field(unique=True)
    course_id: str
    instructor_id: str
    tenant_id: str

    class Config:
        strict = True


class Students(pa.DataFrameModel):
    """One row per student."""

    student_id: str = pa.Field(unique=True)
    tenant_id: str
    class_ids: object
    """List of class ids, at least one."""
    timezone: str
    """IANA name: the student's own time zone."""
    enrolled_at: UtcMicroseconds
    """Start of the student's term; weeks are counted from it."""
    cohort: str = pa.Field(isin=["learn", "audit", "reference", "test"])
    """`learn` unless the student is only scored (`audit`), belongs to an earlier
    term (`reference`) or to a published test set (`test`)."""

    class Config:
        strict = True
