"""Schemas of the two tables that stand apart: eligibility and protected attributes."""

import pandera.pandas as pa


class Eligibility(pa.DataFrameModel):
    """Policy data, one row per student; a student without a row is denied."""

    student_id: str = pa.Field(unique=True)
    under_13: bool
    parental_consent: bool
    """A parent's verifiable consent; only asked of children under 13 (COPPA)."""
    learning_consent: bool
    """The student's data may be used to train and run models."""
    content_ceiling: int = pa.Field(ge=0, le=18)
    """Highest `min_age` of content that the student may see."""

    class Config:
        strict = True


class ProtectedAttributes(pa.DataFrameModel):
    """One row per student; only the audits, and mitigation while training, read it."""

    student_id: str = pa.Field(unique=True)
    gender: str
    ethnicity: str
    income_band: str
    disability: str
    age_band: str

    class Config:
        strict = True
