"""The course of the recommender's own tests, for the contract."""

import pandas as pd

from learnloop.recommend import RecommenderSettings

from ..recommend.toy_course import course, followers  # noqa: TID252 (one course for both)

SMALL = RecommenderSettings(factors=3, iterations=5, list_length=4)


def options() -> dict[str, object]:
    """A catalogue of twelve items and small vectors."""
    return {"catalogue": course(), "settings": SMALL}


def strangers() -> pd.DataFrame:
    """Snapshots of six students who are not among the examples."""
    asked = followers(6, seed=9, split="test")
    return asked.set_index(pd.Index(range(900, 900 + len(asked))))
