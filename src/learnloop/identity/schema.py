"""Schemas of the roster."""

from typing import Annotated

import pandas as pd
import pandera.pandas as pa


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
    enrolled_at: Annotated[pd.DatetimeTZDtype, "us", "UTC"]
    """Start of the student's term; weeks are counted from it."""
    cohort: str = pa.Field(isin=["learn", "audit", "reference", "test"])
    """`learn` unless the student is only scored (`audit`), belongs to an earlier
    term (`reference`) or to a published test set (`test`)."""

    class Config:
        strict = True
