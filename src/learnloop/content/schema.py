"""Schemas of the course tables."""

from enum import StrEnum

import pandera.pandas as pa


class ContentType(StrEnum):
    """The kinds of content items."""

    VIDEO = "video"
    TEXT = "text"
    INTERACTIVE = "interactive"
    ASSESSMENT = "assessment"


class Skills(pa.DataFrameModel):
    """One row per skill, in curriculum order within a course."""

    skill_id: str = pa.Field(unique=True)
    course_id: str
    name: str
    position: int = pa.Field(ge=0)
    """0-based place in the course's curriculum order."""

    class Config:
        strict = True


class Prerequisites(pa.DataFrameModel):
    """One row per edge: `skill_id` needs `requires_skill_id`. Acyclic."""

    skill_id: str
    requires_skill_id: str

    class Config:
        strict = True


class ContentItems(pa.DataFrameModel):
    """One row per content item."""

    content_id: str = pa.Field(unique=True)
    course_id: str
    type: str = pa.Field(isin=[kind.value for kind in ContentType])
    title: str
    skill_ids: object
    """List of skill ids, the primary one first, at least one."""
    duration_s: float = pa.Field(gt=0)
    """How long the author expects it to take."""
    author_difficulty: int = pa.Field(ge=1, le=5)
    """The author's own guess, 1 (easy) to 5; not the item's true difficulty."""
    min_age: int = pa.Field(ge=0, le=18)
    """Content rating: the youngest age, in years, it is meant for."""

    class Config:
        strict = True
