"""The simulated campus: data whose truth is known, and a classroom to try policies in."""

from learnloop.simulation.campus import Block, Campus
from learnloop.simulation.classroom import Classroom, Observation
from learnloop.simulation.learners import FAMILIES, LearnerFamily
from learnloop.simulation.roster import Roster
from learnloop.simulation.settings import Bias, CampusSettings, Cohort, Drift

__all__ = [
    "FAMILIES",
    "Bias",
    "Block",
    "Campus",
    "CampusSettings",
    "Classroom",
    "Cohort",
    "Drift",
    "LearnerFamily",
    "Observation",
    "Roster",
]
