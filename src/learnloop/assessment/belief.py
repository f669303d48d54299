"""What is believed of a student's ability: before the test from masteries, in it by Bayes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloop.assessment.bank import TestBank
from learnloop.difficulty.response import AbilityGrid, Floats
from learnloop.errors import ModelError

LEAST_SLOPE = 1e-3
"""Where a skill's curve is flat, mastery tells next to nothing of ability."""


@dataclass(frozen=True)
class Belief:
    """A normal prior on ability, in standard deviations of the population."""

    mean: float = 0.0
    sd: float = 1.0

    def log_density(self, grid: AbilityGrid) -> Floats:
        """At each ability, up to a constant; shape (nodes,)."""
        return np.asarray(-0.5 * ((grid.ability - self.mean) / self.sd) ** 2)


def belief_from_mastery(
    bank: TestBank,
    skill_ids: Sequence[str],
    mastery: Floats,
    mastery_sd: Floats,
    least_sd: float,
) -> Belief:
    """Masteries as a prior on the one ability that the bank measures.

    A skill's mastery is the mean chance over its questions, so its curve over ability,
    read backwards, gives the ability θₖ that the mastery stands for, and the curve's
    slope there turns the mastery's standard deviation into one of ability, sₖ:

        weight  wₖ ∝ questions of the skill / sₖ²
        mean    Σ wₖ θₖ
        sd²     mean number of questions / Σ (questions / sₖ²)  +  Σ wₖ (θₖ − mean)²

    The first part of sd² takes the skills' errors as one and the same, for one model made
    them from one history: many skills do not make it smaller. The second is how far the
    skills disagree that there is one ability.

    Args:
        bank: the questions.
        skill_ids: skills that masteries are known of; those without questions are ignored.
        mastery: of each, in [0, 1].
        mastery_sd: its standard deviation; of a 95 % interval its width / 3.92.
        least_sd: the belief is never surer than this, nor less sure than the population's
            standard deviation of 1.

    Returns:
        The standard normal where no skill of the bank is known.

    Raises:
        ModelError: a mastery is outside [0, 1] or a deviation is not above 0.
    """
    mastery, mastery_sd = np.asarray(mastery, float), np.asarray(mastery_sd, float)
    if not (np.all((mastery >= 0) & (mastery <= 1)) and np.all(mastery_sd > 0)):
        raise ModelError("Masteries must be in [0, 1] and their deviations above 0.")
    own = {skill_id: place for place, skill_id in enumerate(bank.skill_ids)}
    held = [(own[name], place) for place, name in enumerate(skill_ids) if name in own]
    if not held:
        return Belief()
    ability = np.empty(len(held))
    sd = np.empty(len(held))
    for k, (skill, place) in enumerate(held):
        curve = bank.skill_curves[skill]
        ability[k] = np.interp(mastery[place], curve, bank.grid.ability)
        slope = np.interp(ability[k], bank.grid.ability, np.gradient(curve, bank.grid.ability))
        sd[k] = mastery_sd[place] / max(float(slope), LEAST_SLOPE)
    questions = np.bincount(bank.skill, minlength=len(bank.skill_ids))[[s for s, _ in held]]
    precision = questions / sd**2
    weight = precision / precision.sum()
    mean = float(weight @ ability)
    variance = questions.sum() / precision.sum() + float(weight @ (ability - mean) ** 2)
    return Belief(mean, float(np.clip(np.sqrt(variance), least_sd, 1.0)))


def posterior(
    bank: TestBank, prior: Belief, asked: Sequence[int], right: NDArray[np.intp]
) -> Floats:
    """Probability of each ability after the answers; shape (nodes,), sums to 1.

    Args:
        bank: the questions.
        prior: before the first answer.
        asked: places of the answered questions.
        right: 1 where the answer was right, else 0.
    """
    log = prior.log_density(bank.grid)
    if len(asked):
        log = log + bank.likelihood[right, asked].sum(axis=0)
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())
