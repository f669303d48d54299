"""What to do next: items ranked by expected learning gain within prerequisites."""

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.recommender import ContentRecommender
from learnloop.recommend.settings import GainSettings, LogSettings, RecommenderSettings
from learnloop.recommend.snapshots import assemble

__all__ = [
    "Catalogue",
    "ContentRecommender",
    "GainSettings",
    "LogSettings",
    "RecommenderSettings",
    "assemble",
]
