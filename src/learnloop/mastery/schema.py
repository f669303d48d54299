"""Schemas of what the mastery pipeline hands on."""

import pandera.pandas as pa

from learnloop.times import UtcMicroseconds


class MasteryScores(pa.DataFrameModel):
    """One row per answer of a student whom no part of the model was trained on."""

    student_id: str
    split: str = pa.Field(isin=["test", "audit"])
    content_id: str
    skill_id: str
    occurred_at: UtcMicroseconds = pa.Field(nullable=True)
    """Null in data that has order only."""
    position: int = pa.Field(ge=0)
    """0-based order within the student."""
    correct: bool
    probability: float = pa.Field(in_range={"min_value": 0, "max_value": 1})
    """Of a correct answer, predicted from the student's earlier answers alone."""
    baseline_irt: float = pa.Field(in_range={"min_value": 0, "max_value": 1})
    """The same by item response theory with a running ability."""
    baseline_skill_rate: float = pa.Field(in_range={"min_value": 0, "max_value": 1})
    """The student's share of correct answers on the skill so far, shrunk to all students'."""

    class Config:
        strict = True


class StudentMastery(pa.DataFrameModel):
    """One row per snapshot: what the student mastered at that moment."""

    student_id: str
    event_timestamp: UtcMicroseconds
    """The moment; only answers before it count."""
    student_mastery_scores: object
    """List of float in [0, 1], one per skill in the order of sorted skill ids."""
    skills_version: str
    """Names the list of skills (`learnloop.mastery.skills_version`)."""
    model_version: str
    """Of the model behind the row; training students have one that never saw them."""

    class Config:
        strict = True
        unique = ["student_id", "event_timestamp"]  # noqa: RUF012
