"""Schemas of the tables that the difficulty model writes."""

import pandera.pandas as pa


class ItemDifficulty(pa.DataFrameModel):
    """One row per assessment item, answered or not, sorted by `content_id`."""

    content_id: str = pa.Field(unique=True)
    difficulty: float
    """b in logits of ability: a student of this ability solves the item half the time."""
    discrimination: float = pa.Field(gt=0)
    """a: how sharply the chance rises with ability, per logit."""
    difficulty_se: float = pa.Field(gt=0)
    """Standard error of `difficulty`; that of the prior where `attempts` is 0."""
    attempts: int = pa.Field(ge=0)
    """First answers of training students that the item was fitted on."""

    class Config:
        strict = True


class DifficultyScores(pa.DataFrameModel):
    """One row per answer of a student that the model never saw, in order of answering."""

    student_id: str
    split: str = pa.Field(isin=["test", "audit"])
    content_id: str
    skill_id: str
    correct: bool
    probability: float = pa.Field(gt=0, lt=1)
    """P(correct), from the item and the student's earlier answers alone."""
    ability: float
    """Expected ability before the answer, in standard deviations of training students."""
    baseline_probability: float = pa.Field(ge=0, le=1)
    """Share of the training students' answers to the item that are correct."""

    class Config:
        strict = True
