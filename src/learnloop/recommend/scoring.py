"""Scores every allowed pair of student and item: take-up times the value of what is learned."""

from dataclasses import dataclass

import numpy as np

from learnloop.content.schema import ContentType
from learnloop.recommend.candidates import allowed
from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.facts import Context, facts
from learnloop.recommend.gain import (
    challenge_fit,
    expected_gain,
    expected_success,
    taught,
    time_factor,
)
from learnloop.recommend.learners import Floats, Ints, Learners
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.takeup import TakeUp


@dataclass(frozen=True)
class GainParts:
    """(P,) the factors of each candidate's value."""

    success: Floats
    """P(correct), in (0, 1)."""
    mastery: Floats
    """Mean mastery of the item's skills."""
    fit: Floats
    """How well the challenge suits."""
    taught: Floats
    """Share of what is missing that it closes, by its type and minutes."""
    time: Floats
    """Discount for its minutes."""

    @property
    def gain(self) -> Floats:
        """Mastery that the item adds if it is done."""
        return expected_gain(self.taught, self.mastery, self.fit)

    @property
    def value(self) -> Floats:
        """Gain discounted by its minutes."""
        return self.gain * self.time


@dataclass(frozen=True)
class Scored:
    """P candidates, sorted by student and item."""

    row: Ints
    """(P,) position of the student among those asked."""
    item: Ints
    """(P,) position of the item in the catalogue."""
    facts: Floats
    """(P, F) see `facts.NAMES`."""
    probability: Floats
    """(P,) of take-up."""
    parts: GainParts
    score: Floats
    """(P,) probability × value ^ gain weight."""


def gain_parts(
    learners: Learners,
    catalogue: Catalogue,
    settings: RecommenderSettings,
    row: Ints,
    item: Ints,
) -> GainParts:
    """The factors of the value of each pair of student `row` and `item`."""
    primary = catalogue.primary[item]
    success = expected_success(
        learners.mastery[row, primary],
        catalogue.skill_difficulty[primary],
        catalogue.difficulty[item],
        catalogue.discrimination[item],
    )
    gain = settings.gain
    paces = np.array([gain.paces.get(kind, 0.0) for kind in ContentType])
    return GainParts(
        success=success,
        mastery=mean_mastery(learners, catalogue, row, item),
        fit=challenge_fit(success, gain.target_success, gain.success_width),
        taught=taught(catalogue.minutes[item], paces[catalogue.kind[item]]),
        time=time_factor(catalogue.minutes[item], gain.patience_minutes),
    )


def mean_mastery(learners: Learners, catalogue: Catalogue, row: Ints, item: Ints) -> Floats:
    """(P,) mean over the item's skills of what the student knows."""
    skill, share = catalogue.skill_slots
    known = learners.mastery[row[:, None], skill[item]]
    return np.asarray((known * share[item]).sum(axis=1))


def score(
    learners: Learners, context: Context, take_up: TakeUp, settings: RecommenderSettings
) -> Scored:
    """Scores every allowed pair."""
    mask = allowed(learners, context.catalogue, settings.prerequisite_threshold)
    row, item = np.nonzero(mask)
    table = facts(learners, context, settings, row, item)
    probability = take_up.probability(table)
    parts = gain_parts(learners, context.catalogue, settings, row, item)
    worth = probability * parts.value**settings.gain_weight
    return Scored(row, item, table, probability, parts, worth)
