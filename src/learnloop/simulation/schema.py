"""Schemas of the truth: what only the evaluation of a model may read."""

import pandas as pd
import pandera.pandas as pa

from learnloop.times import UtcMicroseconds


class TruthMastery(pa.DataFrameModel):
    """One row per learner × week × skill, at `enrolled_at` + 7 days × 0…weeks."""

    student_id: str
    as_of: UtcMicroseconds
    skill_id: str
    mastery: float = pa.Field(ge=0, le=1)
    """Mean over the skill's assessment items of P(correct) at `as_of`."""

    class Config:
        strict = True


class TruthItems(pa.DataFrameModel):
    """One row per assessment item, on the logit scale, as it is in the current term."""

    content_id: str = pa.Field(unique=True)
    difficulty: float
    discrimination: float = pa.Field(gt=0)

    class Config:
        strict = True


class TruthStudents(pa.DataFrameModel):
    """One row per student."""

    student_id: str = pa.Field(unique=True)
    ability: float
    """Logits, standard deviation 1."""
    learning_rate: float = pa.Field(gt=0)
    """Logits gained from a whole item on an untouched skill."""
    forgetting_rate: float = pa.Field(gt=0)
    """Per day: ln 2 / half-life of what was learnt in one go."""
    engagement: float = pa.Field(gt=0)
    """Study days a week when all is well."""
    struggling_from: UtcMicroseconds = pa.Field(nullable=True)
    """When the last spell of struggling began; null when there was none."""
    lost_at: UtcMicroseconds = pa.Field(nullable=True)
    """From when on the student is gone for good; null for those who stay."""

    class Config:
        strict = True


EMPTY_TRUTH_ITEMS = pd.DataFrame(
    {
        "content_id": pd.Series(dtype="object"),
        "difficulty": pd.Series(dtype="float64"),
        "discrimination": pd.Series(dtype="float64"),
    }
)
"""Where nobody knows the truth."""
