"""Schemas of what the recommender is asked and what it answers."""

import pandera.pandas as pa

from learnloop.content.schema import ContentType
from learnloop.times import UtcMicroseconds

LEAST_CEILING, MOST_CEILING = -1, 18
SPLITS = ["train", "validation", "test", "audit"]


class LearnerSnapshots(pa.DataFrameModel):
    """One row per student × decision moment: all that the recommender may know then.

    The `history_*` lists run parallel, one entry per item touched before `as_of`,
    sorted by item.
    """

    student_id: str
    split: str = pa.Field(isin=SPLITS)
    as_of: UtcMicroseconds
    """The decision moment: only what happened before it is in the row."""
    week: int = pa.Field(ge=0)
    """Of the student's own term."""
    course_ids: object
    """List of courses that the student is enrolled in."""
    class_ids: object
    """List of the student's classes."""
    content_ceiling: int = pa.Field(ge=LEAST_CEILING, le=MOST_CEILING)
    """Highest `min_age` allowed; -1 denies every item."""
    mastery: object
    """List of floats in [0, 1] by skill, sorted by id; empty when not yet known."""
    type_preference: str = pa.Field(nullable=True, isin=[kind.value for kind in ContentType])
    """The type of content on which most time was spent lately; null when none."""
    history_content: object
    """List of item ids."""
    history_events: object
    """List of floats: events with the item."""
    history_first_days: object
    """List of floats: days since the first event with the item."""
    history_last_days: object
    """List of floats: days since the last event with the item."""
    history_finished: object
    """List of bools: seen to the end, or answered."""
    history_due: object
    """List of bools: a question that may be asked again."""
    taken: object
    """List of items touched within the horizon after `as_of`. The outcome: read by
    `fit` in all but the latest week, and by the evaluation; never by `predict`."""

    class Config:
        strict = True


class Recommendations(pa.DataFrameModel):
    """One row per student × recommended item, sorted by student and rank."""

    student_id: str
    split: str = pa.Field(isin=SPLITS)
    as_of: UtcMicroseconds
    content_id: str
    rank: int = pa.Field(ge=1)
    """1 is the item to do next."""
    score: float = pa.Field(ge=0)
    """`probability` × (value of the gain) ^ gain weight."""
    expected_gain: float = pa.Field(ge=0, le=1)
    """Mastery that the item adds if the student does it."""
    probability: float = pa.Field(ge=0, le=1)
    """That the student takes the item up within the horizon."""
    propensity: float = pa.Field(gt=0, le=1)
    """Probability that this item stood at this place, exact: 1 but for the last place
    where exploration could have given it to a new item, or did."""
    type: str = pa.Field(isin=[kind.value for kind in ContentType])
    reason: str
    """The weightiest reason, in words."""

    class Config:
        strict = True
        unique = ["student_id", "as_of", "content_id"]  # noqa: RUF012


class RecommenderScores(pa.DataFrameModel):
    """One row per test student who began something new: what a list was worth."""

    student_id: str = pa.Field(unique=True)
    split: str = pa.Field(isin=["test"])
    ndcg: float = pa.Field(ge=0, le=1)
    """Of the recommender's list."""
    baseline_popularity: float = pa.Field(ge=0, le=1)
    """Of the list of what is popular, from the same candidates."""
    baseline_curriculum_order: float = pa.Field(ge=0, le=1)
    """Of the list of what comes next in the course, from the same candidates."""

    class Config:
        strict = True
