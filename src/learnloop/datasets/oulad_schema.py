"""Schemas of the Open University tables as kept. Days count from the course's start."""

import pandera.pandas as pa

RESULTS = ["Pass", "Distinction", "Fail", "Withdrawn"]


class Enrolments(pa.DataFrameModel):
    """One row per student in a presentation of a module."""

    module: str
    presentation: str
    """Year and month of the start: B is February, J October."""
    student_id: str
    """The publisher's pseudonym; a student may be in several presentations."""
    registered_day: float = pa.Field(nullable=True)
    """Null where it is not known that the student ever registered."""
    unregistered_day: float = pa.Field(nullable=True)
    """Null where the student stayed to the end."""
    previous_attempts: int = pa.Field(ge=0)
    studied_credits: int = pa.Field(ge=0)
    """Of all modules that the student takes at the time; 60 is half of full time."""
    education: str
    """Highest education on entry, the publisher's words."""
    pre_course_clicks: float = pa.Field(ge=0, nullable=True)
    """Before day 0; null where the file of them is absent."""
    result: str = pa.Field(isin=RESULTS)

    class Config:
        strict = True
        unique = ("module", "presentation", "student_id")


class Assessments(pa.DataFrameModel):
    """One row per assessment."""

    assessment_id: str = pa.Field(unique=True)
    module: str
    presentation: str
    type: str = pa.Field(isin=["TMA", "CMA", "Exam"])
    """Marked by a tutor, by a computer, or an examination."""
    due_day: float
    weight: float = pa.Field(ge=0, le=100)
    """Per cent of the mark; the examination has 100 of its own."""

    class Config:
        strict = True


class Submissions(pa.DataFrameModel):
    """One row per piece of work handed in."""

    module: str
    presentation: str
    student_id: str
    assessment_id: str
    submitted_day: float
    banked: bool
    """Taken over from an earlier attempt at the module."""
    score: float = pa.Field(ge=0, le=100, nullable=True)

    class Config:
        strict = True
        unique = ("assessment_id", "student_id")


class OuladProtected(pa.DataFrameModel):
    """One row per student; only audits, and mitigation while training, read it."""

    student_id: str = pa.Field(unique=True)
    gender: str = pa.Field(isin=["female", "male"])
    disability: str = pa.Field(isin=["declared", "none declared"])
    deprivation: str
    """Fifth of the index of multiple deprivation of where the student lives, or `unknown`."""
    age_band: str = pa.Field(isin=["under 35", "35 and over"])

    class Config:
        strict = True
