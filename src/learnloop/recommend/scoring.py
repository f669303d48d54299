"""Scores every allowed pair of student and item: take-up times the value of what is learned."""

from dataclasses import dataclass

import numpy as np

from learnloop.content.schema import ContentType
from learnloop.recommend.candidates import allowed
from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.facts import Context, facts, items_before, products
from learnloop.recommend.gain import (
    challenge_fit,
    expected_gain,
    expected_success,
    taught,
    time_factor,
)
from learnloop.recommend.learners import Floats, Ints, Learners
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.standing import Standing
from learnloop.recommend.takeup import TakeUp

STYLE_OF_TYPE = np.array(
    [
        {
            ContentType.VIDEO: (0.5, 0.5, 0.0),
            ContentType.TEXT: (1.0, 0.0, 0.0),
            ContentType.INTERACTIVE: (0.0, 0.0, 1.0),
            ContentType.ASSESSMENT: (0.0, 0.0, 1.0),
        }[kind]
        for kind in ContentType
    ]
)
"""What each type offers to the eye, the ear and the hand."""


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
    """(P,) probability × value ^ gain weight × quality."""
    before: Ints
    """(P,) candidates of the student that stand before it in the course."""


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
    """Scores every allowed pair, or those of the shortlist for a student who has more; who
    else is asked about changes nothing."""
    catalogue = context.catalogue
    row, item = np.nonzero(allowed(learners, catalogue, settings.prerequisite_threshold))
    before = items_before(row, item, catalogue)
    standing = context.standing(learners, settings)
    if np.bincount(row, minlength=1).max(initial=0) > settings.shortlist:
        kept = shortlist(learners, standing, context, row, item, settings.shortlist)
        row, item, before = row[kept], item[kept], before[kept]
    return score_pairs(learners, standing, context, take_up, settings, row, item, before)


def score_pairs(
    learners: Learners,
    standing: Standing,
    context: Context,
    take_up: TakeUp,
    settings: RecommenderSettings,
    row: Ints,
    item: Ints,
    before: Ints,
) -> Scored:
    """Scores the pairs of student `row` and `item`; `before` is `items_before` of each."""
    table = facts(learners, standing, context, row, item, before)
    probability = take_up.probability(table)
    parts = gain_parts(learners, context.catalogue, settings, row, item)
    worth = probability * parts.value**settings.gain_weight
    worth = worth * context.catalogue.quality[item]
    if learners.style is not None:
        match = (learners.style[row] * STYLE_OF_TYPE[context.catalogue.kind[item]]).sum(axis=1)
        worth = worth * (1 + settings.style_bound * np.clip(match, 0, 1))
    return Scored(row, item, table, probability, parts, worth, before)


def shortlist(
    learners: Learners, standing: Standing, context: Context, row: Ints, item: Ints, size: int
) -> Ints:
    """Which pairs are worth scoring, at most `size` of each student.

    Four lists take turns: the pairs nearest to where the student is in the course, those
    of the closest item vector (ALS), the highest by EASE, and the likeliest transitions.
    All pairs of a student who has no more than `size`.
    """
    catalogue = context.catalogue
    place = catalogue.position[catalogue.primary[item]]
    distance = np.abs(place - standing.furthest[row, catalogue.course[item]] - 0.5)
    close = products(standing.vectors, context.item_factors, row, item)
    ease, follows = standing.pulls(catalogue, context.course_models, row, item)
    sides = (distance, -close, -ease, -follows)
    never = len(sides) * size
    turn = np.full(len(row), never)
    for side, worse in enumerate(sides):
        pair, rank = _first(row, worse, size, len(learners))
        turn[pair] = np.minimum(turn[pair], len(sides) * rank + side)
    near = np.flatnonzero(turn < never)
    kept, _ = _first(row[near], turn[near], size, len(learners))
    return np.sort(near[kept])


def _first(row: Ints, worse: Floats | Ints, size: int, students: int) -> tuple[Ints, Ints]:
    """The `size` pairs of each student at which `worse` is least, and their ranks from 0."""
    if students == 1:
        order = np.argsort(worse, kind="stable")[:size]
        return np.asarray(order), np.arange(len(order))
    order = np.lexsort((worse, row))
    rank = np.arange(len(order)) - np.searchsorted(row[order], np.arange(students))[row[order]]
    kept = rank < size
    return np.asarray(order[kept]), rank[kept]
