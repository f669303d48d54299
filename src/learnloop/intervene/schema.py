"""Schemas of the intervention tables."""

from typing import Annotated

import pandas as pd
import pandera.pandas as pa

UtcMicroseconds = Annotated[pd.DatetimeTZDtype, "us", "UTC"]


class WeeklyActivity(pa.DataFrameModel):
    """One row per snapshot: what the student did in the seven days before `as_of`."""

    student_id: str
    as_of: UtcMicroseconds
    week: int = pa.Field(ge=1)
    """1-based week of the student's term that ends at `as_of`."""
    learning_events: int = pa.Field(ge=0)
    """Events of any kind but the opening of a session."""
    answers: int = pa.Field(ge=0)
    correct: int = pa.Field(ge=0)
    """Answers that were right, at most `answers`."""
    observed: bool
    """Whether the log reaches to the end of the week."""

    class Config:
        strict = True
        unique = ["student_id", "as_of"]  # noqa: RUF012 (pandera's own form)


class InterventionLabels(pa.DataFrameModel):
    """One row per snapshot whose student was still active and whose future is known."""

    student_id: str
    as_of: UtcMicroseconds
    label: bool
    """Whether the student struggled within the horizon; see `label_struggle`."""

    class Config:
        strict = True
        unique = ["student_id", "as_of"]  # noqa: RUF012


class InterventionScores(pa.DataFrameModel):
    """One row per labelled snapshot of a student whom the model never saw."""

    student_id: str
    as_of: UtcMicroseconds
    week: int = pa.Field(ge=1)
    split: str = pa.Field(isin=["test", "audit"])
    label: bool
    risk: float = pa.Field(ge=0, le=1)
    """Probability that the student struggles within the horizon."""
    flagged: bool
    confidence: float = pa.Field(ge=0.5, le=1)
    """How sure the model is of `flagged`."""
    baseline_risk: float = pa.Field(ge=0, le=1)
    """The same probability from last week's activity alone."""

    class Config:
        strict = True
        unique = ["student_id", "as_of"]  # noqa: RUF012
