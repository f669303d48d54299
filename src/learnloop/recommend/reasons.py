"""Why an item is recommended, in words and in numbers.

A contribution is in natural-log units of the score: by how much ln(score) falls when
that one thing about the item is put to what is average among candidates. For a fact of
take-up this is ln P - ln P(without it); for a factor of the gain it is the factor's
logarithm less its mean, times the gain weight. +.69 means that it doubles the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from learnloop.recommend.catalogue import TYPES, Catalogue
from learnloop.recommend.facts import NAMES
from learnloop.recommend.learners import Floats, Ints
from learnloop.recommend.scoring import GainParts, Scored
from learnloop.recommend.takeup import TakeUp

WORDS: dict[str, tuple[str, str]] = {
    "neighbours": ("students like you took it up", "students like you seldom took it up"),
    "popular": (
        "many in your class or course have begun it",
        "few in your class or course have begun it",
    ),
    "place": ("it comes next in your course", "it is away from where you are in the course"),
    "type": ("you often choose {type} items", "you seldom choose {type} items"),
    "begun": ("you have begun it and not finished", "you have not begun it"),
    "due": ("it is time to check this again", "it is not due for review"),
    "pace": ("you have been active lately", "you have been less active lately"),
    "knowing": (
        "students who know as much take it up",
        "students who know as much seldom take it up",
    ),
    "missing": (
        "much is left to learn: mastery {mastery} %",
        "little is left to learn: mastery {mastery} %",
    ),
    "challenge": (
        "right difficulty: expected success {success} %",
        "off the best difficulty: expected success {success} %",
    ),
    "taught": ("it teaches more than most items", "it teaches less than most items"),
    "time": ("it takes only {minutes} min", "it takes {minutes} min"),
}
"""What a contribution above and below zero says."""
TRIED = "it is new: it stands here so that somebody finds out how good it is"
UNLOCKED = "its prerequisites are mastered and it comes next"
NOTHING_OPEN = "nothing is open to this student: enrolment, age rating or prerequisites"
SMALL = 1e-3
"""A factor of the gain below this counts as this, so that its logarithm stays finite."""
NOT_ABOUT_THE_ITEM = ("pace",)


@dataclass(frozen=True)
class Typical:
    """Mean logarithm of each factor of the gain over the candidates learned from."""

    missing: float
    challenge: float
    taught: float
    time: float

    @classmethod
    def of(cls, parts: Sequence[GainParts]) -> Self:
        """Takes the means over all `parts`."""
        logs = [_logs(part) for part in parts]
        return cls(
            **{
                name: float(np.concatenate([part[name] for part in logs]).mean())
                for name in logs[0]
            }
        )


def _logs(parts: GainParts) -> dict[str, Floats]:
    return {
        "missing": np.log(np.maximum(1 - parts.mastery, SMALL)),
        "challenge": np.log(np.maximum(parts.fit, SMALL)),
        "taught": np.log(np.maximum(parts.taught, SMALL)),
        "time": np.log(parts.time),
    }


def contributions(
    scored: Scored, take_up: TakeUp, typical: Typical, gain_weight: float, chosen: Ints
) -> Floats:
    """(R, len(WORDS)) contribution of each reason to each chosen candidate's ln(score)."""
    table = scored.facts[chosen]
    log_odds = take_up.log_odds(table)
    blocks = np.column_stack(list(take_up.by_block(table).values()))
    log_odds = log_odds[:, None]
    columns = [_log_sigmoid(log_odds) - _log_sigmoid(log_odds - blocks)]
    for name, logs in _logs(scored.parts).items():
        columns.append(gain_weight * (logs[chosen] - getattr(typical, name)))
    return np.column_stack(columns)


def _log_sigmoid(x: Floats) -> Floats:
    return np.asarray(-np.logaddexp(0, -x))


def phrases(
    scored: Scored, catalogue: Catalogue, chosen: Ints, which: Ints, sign: Floats
) -> list[str]:
    """The words for reason `which`, and the `sign` of its contribution, of each candidate.

    Args:
        scored: the candidates.
        catalogue: names the types, minutes and prerequisites.
        chosen: (R,) positions in `scored`.
        which: (R,) positions in `WORDS`.
        sign: (R,) the contribution; at or above 0 gives the favourable words.
    """
    names = list(WORDS)
    item = scored.item[chosen]
    needs_others = catalogue.builds_on_others[catalogue.primary[item]]
    untouched = scored.facts[chosen, NAMES.index("skill_begun")]
    kinds = np.array(TYPES)[catalogue.kind[item]]
    minutes = np.maximum(np.rint(catalogue.minutes[item]), 1).astype(int)
    mastery = np.rint(100 * scored.parts.mastery[chosen]).astype(int)
    success = np.rint(100 * scored.parts.success[chosen]).astype(int)
    told = []
    for i, reason in enumerate(which):
        name = names[reason]
        if name == "place" and sign[i] >= 0 and needs_others[i] and untouched[i] == 0:
            told.append(UNLOCKED)
            continue
        told.append(
            WORDS[name][0 if sign[i] >= 0 else 1].format(
                type=kinds[i], minutes=minutes[i], mastery=mastery[i], success=success[i]
            )
        )
    return told


def weightiest(weights: Floats) -> Ints:
    """(R,) the reason that speaks most for each candidate, among those about the item."""
    names = list(WORDS)
    about = weights.copy()
    about[:, [names.index(name) for name in NOT_ABOUT_THE_ITEM]] = -np.inf
    return np.asarray(np.argmax(about, axis=1), dtype=np.int64)
