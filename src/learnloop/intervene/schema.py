"""Schemas of the intervention tables."""

import pandera.pandas as pa

from learnloop.times import UtcMicroseconds


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


class EnrolmentExamples(pa.DataFrameModel):
    """One row per enrolment and day: who is still registered, and the signals of that day."""

    module: str
    presentation: str
    student_id: str
    day: int
    """Counted from the start of the presentation, day 0."""
    split: str = pa.Field(isin=["train", "test", "reference"])
    fold: int = pa.Field(ge=0)
    """By student; for scores out of fold."""
    label: bool
    """Whether the student failed or withdrew in the end."""

    class Config:
        unique = ["module", "presentation", "student_id", "day"]  # noqa: RUF012


class EnrolmentScores(pa.DataFrameModel):
    """One row per enrolment, day and protocol, by a fit that never saw the student."""

    module: str
    presentation: str
    student_id: str
    day: int
    protocol: str = pa.Field(isin=["five folds", "later year"])
    split: str = pa.Field(isin=["test"])
    """For the audits, which look at unseen students alone."""
    label: bool
    risk: float = pa.Field(ge=0, le=1)
    """Probability of failing or withdrawing."""
    flagged: bool
    confidence: float = pa.Field(ge=0.5, le=1)
    """How sure the model is of `flagged`."""
    baseline_risk: float = pa.Field(ge=0, le=1)
    """The same probability from the mark book alone."""

    class Config:
        strict = True
        unique = ["module", "presentation", "student_id", "day", "protocol"]  # noqa: RUF012


class Anomalies(pa.DataFrameModel):
    """One row per week in which something began that is unlike the student's own weeks."""

    student_id: str
    as_of: UtcMicroseconds
    """The end of the week."""
    week: int = pa.Field(ge=1)
    kind: str = pa.Field(isin=["activity fell", "activity burst", "accuracy fell"])
    value: float = pa.Field(nullable=True)
    """Learning events of the week, or the share of its answers that were right; null where
    there were none."""
    usual: float = pa.Field(nullable=True)
    """What the student's earlier weeks and the class's week let expect."""
    score: float
    """In standard deviations; of falls the sum over weeks."""

    class Config:
        strict = True
        unique = ["student_id", "week", "kind"]  # noqa: RUF012
