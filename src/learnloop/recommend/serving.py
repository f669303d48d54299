"""One student's list with its reasons, from arrays in memory: what a service answers with."""

from typing import NamedTuple

import numpy as np

from learnloop.recommend import reasons
from learnloop.recommend.catalogue import TYPES
from learnloop.recommend.fitted import Fitted
from learnloop.recommend.learners import Floats, Ints, Learners
from learnloop.recommend.listing import make_lists
from learnloop.recommend.scoring import Scored, score_pairs
from learnloop.recommend.settings import RecommenderSettings

EVENTS_TRIED = 6
"""The latest so many items of a history may be a reason."""
LEAST_FALL = 1e-3
"""An event is a reason where ln(score) falls by this without it."""
TOLD = 3


class Reason(NamedTuple):
    """One thing that speaks for an item."""

    kind: str
    """`tried`, `event`, or a key of `reasons.WORDS`."""
    words: str
    contribution: float
    """By how much ln(score) falls without it."""
    content_id: str | None = None
    """The item of the event that caused it."""
    days_ago: float | None = None
    """When that item was last used."""


TRIED = (Reason("tried", reasons.TRIED, 0.0),)


class Recommendation(NamedTuple):
    """One place of a list."""

    content_id: str
    rank: int
    score: float
    expected_gain: float
    probability: float
    propensity: float
    """Probability that this item stood at this place, exact."""
    type: str
    reasons: tuple[Reason, ...]
    """That it is tried, the event behind it where there is one, then what weighs most."""


def answer(
    fitted: Fitted, settings: RecommenderSettings, learner: Learners
) -> tuple[Recommendation, ...]:
    """The list of one student, empty where nothing is open.

    Args:
        fitted: what fitting found out.
        settings: of the recommender.
        learner: exactly one student.
    """
    context = fitted.context
    catalogue = context.catalogue
    made = make_lists(learner, context, fitted.take_up, settings)
    scored, chosen = made.scored, made.place[0][made.place[0] >= 0]
    if not len(chosen):
        return ()
    weights = reasons.contributions(
        scored, fitted.take_up, fitted.typical, settings.gain_weight, chosen
    )
    told = _plain(scored, fitted, chosen, weights)
    entry, fall = causes(fitted, settings, learner, scored, chosen)
    return tuple(
        Recommendation(
            content_id=str(catalogue.content_ids[scored.item[at]]),
            rank=place + 1,
            score=float(scored.score[at]),
            expected_gain=float(gain),
            probability=float(scored.probability[at]),
            propensity=float(made.propensity[0, place]),
            type=TYPES[catalogue.kind[scored.item[at]]],
            reasons=(
                *(TRIED if made.tried[0] and place == len(chosen) - 1 else ()),
                *_event(learner, fitted, entry[place], fall[place]),
                *told[place],
            ),
        )
        for place, (at, gain) in enumerate(zip(chosen, scored.parts.gain[chosen], strict=True))
    )


def causes(
    fitted: Fitted,
    settings: RecommenderSettings,
    learner: Learners,
    scored: Scored,
    chosen: Ints,
) -> tuple[Ints, Floats]:
    """The event without which each chosen item's score falls most.

    Found by taking each of the latest events away and scoring anew; beliefs about mastery
    stay as they are.

    Returns:
        (R,) entry of the history, -1 where the item would not fall without any of them, and
        by how much ln(score) falls.
    """
    latest = np.argsort(learner.last_days, kind="stable")[:EVENTS_TRIED]
    if not len(latest):
        return np.full(len(chosen), -1), np.zeros(len(chosen))
    without = learner.without(latest)
    row = np.repeat(np.arange(len(latest)), len(chosen))
    again = score_pairs(
        without,
        fitted.context.standing(without, settings),
        fitted.context,
        fitted.take_up,
        settings,
        row,
        np.tile(scored.item[chosen], len(latest)),
        np.tile(scored.before[chosen], len(latest)),
    )
    left = again.score.reshape(len(latest), len(chosen))
    fall = np.log(np.maximum(scored.score[chosen], 1e-12)) - np.log(np.maximum(left, 1e-12))
    most = fall.argmax(axis=0)
    depth = fall[most, np.arange(len(chosen))]
    return np.where(depth > LEAST_FALL, latest[most], -1), depth


def _event(learner: Learners, fitted: Fitted, entry: int, fall: float) -> tuple[Reason, ...]:
    if entry < 0:
        return ()
    content = str(fitted.context.catalogue.content_ids[learner.item[entry]])
    did = "finished" if learner.finished[entry] else "begun"
    words = f"because you have {did} {content}"
    days = float(learner.last_days[entry])
    return (Reason("event", words, float(fall), content, days),)


def _plain(
    scored: Scored, fitted: Fitted, chosen: Ints, weights: Floats
) -> list[tuple[Reason, ...]]:
    """What weighs most for each chosen item, among the things that are about the item."""
    names = list(reasons.WORDS)
    about = weights.copy()
    about[:, [names.index(name) for name in reasons.NOT_ABOUT_THE_ITEM]] = -np.inf
    most = np.argsort(-about, axis=1, kind="stable")[:, :TOLD]
    flat = most.ravel()
    worth = np.take_along_axis(about, most, axis=1)
    words = reasons.phrases(
        scored, fitted.context.catalogue, chosen.repeat(TOLD), flat, worth.ravel()
    )
    made = [
        Reason(names[which], said, float(weight))
        for which, said, weight in zip(flat, words, worth.ravel(), strict=True)
    ]
    held = [made[i : i + TOLD] for i in range(0, len(made), TOLD)]
    return [tuple(reason for reason in each if reason.contribution > 0) for each in held]
