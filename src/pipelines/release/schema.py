"""Schema of the one score table that the release makes itself."""

import pandera.pandas as pa


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
