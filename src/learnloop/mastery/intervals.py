"""How far a mastery may be off, by how often the student has answered on the skill.

If the logits of a student's next two answers on a skill are believed to be off by the same
unknown amount of variance v, the product of the two answers' surprises, (y - p) (z - q), is on
average v p (1 - p) q (1 - q): the chance in each answer is independent of that in the other
and cancels. So answers alone, of students who taught nothing, say how wide intervals have to
be.
"""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from learnloop.mastery.inputs import known_before
from learnloop.mastery.items import ItemBank
from learnloop.mastery.network import Network
from learnloop.mastery.sequences import Histories, encode, in_chunks, replay
from learnloop.mastery.state import Knowledge, study
from learnloop.mastery.traits import Floats, Places, Singles

FROM_ANSWERS = np.array([0, 1, 3, 6, 11])
"""Where each group of answers on the skill so far begins."""
UNKNOWN = 1.0
"""Variance of the logit where there are no pairs to learn it from: that of a new student."""
LEAST, MOST = 0.01, 9.0
FEWEST_PAIRS = 200
"""Of a group, to be heard: with as many, a variance of 1 is told to some .3."""
Z_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution."""


def group_of(answers: Places) -> Places:
    """The group of FROM_ANSWERS that each number of answers on a skill belongs to."""
    return np.searchsorted(FROM_ANSWERS, answers, side="right") - 1


def logit_variances(answers: pd.DataFrame, bank: ItemBank, network: Network) -> Floats:
    """Variance of what is not known of a mastery's logit.

    Args:
        answers: of students who taught neither items nor network.
        bank: of the items.
        network: fitted.

    Returns:
        (len(FROM_ANSWERS),) in [LEAST, MOST], never larger for more answers.
    """
    histories, items = encode(answers, bank)
    size = len(FROM_ANSWERS)
    product, scale, pairs = np.zeros(size), np.full(size, 1e-9), np.zeros(size)
    begin = 0
    for _, chunk in in_chunks(histories, bank):
        own = items[begin : begin + len(chunk.source)]
        following = _next_on_skill(chunk)
        traits = chunk.answers.slopes.shape[1]
        state = Knowledge.empty(len(chunk.students), len(bank.skills), traits)
        for _, students, places in replay(chunk, state):
            paired = following[places] >= 0
            students, places = students[paired], places[paired]
            first = chunk.answers.at(places)
            study(state, students, first.skill, first.studied)
            surprise, slope = np.ones(len(places)), np.ones(len(places))
            for asked in (places, following[places]):
                now = chunk.answers.at(asked)
                known = known_before(state, students, now, chunk.answers.day[places])
                table = np.column_stack([own[asked], known])
                chance = expit(network.logits(table, now.skill))
                surprise *= now.correct - chance
                slope *= chance * (1 - chance)
            group = group_of(state.skill_answers[students, chunk.answers.skill[places]])
            product += np.bincount(group, surprise, size)
            scale += np.bincount(group, slope, size)
            pairs += np.bincount(group, minlength=size)
        begin += len(chunk.source)
    heard = pairs >= FEWEST_PAIRS
    if not heard.any():
        return np.full(size, UNKNOWN)
    from sklearn.isotonic import IsotonicRegression

    falling = IsotonicRegression(
        y_min=LEAST, y_max=MOST, increasing=False, out_of_bounds="clip"
    ).fit(np.flatnonzero(heard), (product / scale)[heard], scale[heard])
    return np.asarray(falling.predict(np.arange(size)), dtype=np.float64)


def ends_of(mastery: Singles, answers: Places, variances: Floats) -> tuple[Singles, Singles]:
    """The ends of 95 % intervals.

    Args:
        mastery: (n, K) in [0, 1].
        answers: (n, K) of each student on each skill.
        variances: from `logit_variances`.
    """
    away = (Z_95 * np.sqrt(variances))[group_of(answers)]
    centre = logit(np.clip(mastery.astype(float), 1e-6, 1 - 1e-6))
    low, high = expit(centre - away), expit(centre + away)
    return low.astype(np.float32), high.astype(np.float32)


def _next_on_skill(histories: Histories) -> Places:
    """(n,) the place of the student's next answer on the same skill, -1 if there is none."""
    owner = np.repeat(np.arange(len(histories.students)), histories.length)
    skill = histories.answers.skill
    order = np.lexsort((np.arange(len(owner)), skill, owner))
    same = (np.diff(owner[order]) == 0) & (np.diff(skill[order]) == 0)
    following = np.full(len(owner), -1, dtype=np.int64)
    following[order[:-1][same]] = order[1:][same]
    return following
