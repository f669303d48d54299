"""Mastery: what each student knows of each skill, and answers next."""

from learnloop.mastery.items import ItemBank, skills_version
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.settings import MasterySettings

__all__ = ["ItemBank", "MasteryPredictor", "MasterySettings", "skills_version"]
