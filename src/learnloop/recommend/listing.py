"""From students to their lists, the same for a whole school and for one of it."""

from dataclasses import dataclass

from learnloop.recommend.exploration import explore
from learnloop.recommend.facts import Context
from learnloop.recommend.learners import Bools, Floats, Ints, Learners
from learnloop.recommend.ranking import best_lists
from learnloop.recommend.scoring import Scored, score
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.takeup import TakeUp


@dataclass(frozen=True)
class Lists:
    """N lists."""

    learners: Learners
    scored: Scored
    place: Ints
    """(N, length) positions in `scored`, -1 where a student has too few candidates."""
    propensity: Floats
    """(N, length) probability that the item stands there, 0 where the place is empty."""
    tried: Bools
    """(N,) whose last place is given to an item that nobody has begun."""


def make_lists(
    learners: Learners, context: Context, take_up: TakeUp, settings: RecommenderSettings
) -> Lists:
    """Scores what is open, puts the best first, and explores."""
    scored = score(learners, context, take_up, settings)
    catalogue = context.catalogue
    best = best_lists(
        scored.row,
        scored.score,
        catalogue.kind[scored.item],
        len(learners),
        settings.list_length,
        settings.type_repeat_factor,
    )
    # What a new item is worth by its content alone: nobody's take-up of it is known.
    prior = scored.parts.value**settings.gain_weight * catalogue.quality[scored.item]
    new = context.popularity.overall[scored.item] == 0
    made = explore(best, scored.row, prior, new, learners.chance, settings.exploration)
    return Lists(learners, scored, *made)
