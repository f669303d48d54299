"""Standard errors of item parameters from the answers' expected information."""

from dataclasses import dataclass

import numpy as np

from learnloop.difficulty.answers import Answers
from learnloop.difficulty.marginal import Fit
from learnloop.difficulty.response import AbilityGrid, Floats, curves

CHUNK = 100_000
"""Answers taken at once, so that a million need 100 MB rather than one GB."""


@dataclass(frozen=True)
class ItemErrors:
    """Variances of each item's estimates; every array has shape (items,).

    Attributes:
        easiness: of d.
        difficulty: of b = −d/a, by the delta method, with the scale's own error.
    """

    easiness: Floats
    difficulty: Floats


def item_errors(
    answers: Answers, fit: Fit, grid: AbilityGrid, common_slope: bool
) -> ItemErrors:
    """How far each estimate may be off.

    An answer of a student whose ability is only known as a posterior is a Bernoulli
    draw with chance p = E[P]. Its Fisher information on (a, d) is u·uᵀ / p(1 − p) with
    u = (E[P(1−P)θ], E[P(1−P)]). The prior's precision is added and each item's 2 × 2
    matrix inverted.

    The scale itself is set by the students: its mean is known to a variance of
    1/Σ E[θ]², its unit to one of 1/Σ (E[θ²]−1)², the information that they carry on the
    mean and the log standard deviation of a normal population.
    """
    mean, square = fit.posterior @ grid.ability, fit.posterior @ grid.ability**2
    shift = 1 / (1 + float(np.sum(mean**2)))
    unit = 1 / (1 + float(np.sum((square - 1) ** 2)))
    slope, cross, easiness = _information(answers, fit, grid)
    easiness = easiness + fit.prior.easiness.precision(fit.easiness)
    if common_slope:
        return _with_common_slope(fit, 1 / easiness, shift, unit)
    slope = slope + fit.prior.slope.precision(fit.slope)
    determinant = slope * easiness - cross**2
    difficulty = -fit.easiness / fit.slope
    spread = slope - 2 * difficulty * cross + difficulty**2 * easiness
    return ItemErrors(
        easiness=slope / determinant,
        difficulty=spread / determinant / fit.slope**2 + shift + difficulty**2 * unit,
    )


def _with_common_slope(fit: Fit, variance: Floats, shift: float, unit: float) -> ItemErrors:
    """The errors where the unit of the scale and the slope are one and the same thing.

    `variance` is that of d at a known slope. With the slope, d moves by the share k of
    it that keeps the item's share of correct answers: the mean of a logistic over
    ability is near logistic(d / sqrt(1 + π·a²/8)) (MacKay 1992).
    """
    flattened = np.pi * fit.slope**2 / 8
    moves = flattened / (1 + flattened)
    difficulty = -fit.easiness / fit.slope
    return ItemErrors(
        easiness=variance + (fit.easiness * moves) ** 2 * unit,
        difficulty=variance / fit.slope**2 + shift + (difficulty * (1 - moves)) ** 2 * unit,
    )


def _information(
    answers: Answers, fit: Fit, grid: AbilityGrid
) -> tuple[Floats, Floats, Floats]:
    """Sums of u·uᵀ / p(1 − p) per item: of slope, of both, of easiness."""
    items = len(fit.slope)
    chance = curves(fit.slope, fit.easiness, grid)
    bend = chance * (1 - chance)
    sums = [np.zeros(items) for _ in range(3)]
    for start in range(0, len(answers.item), CHUNK):
        item = answers.item[start : start + CHUNK]
        posterior = fit.posterior[answers.student[start : start + CHUNK]]
        expected = np.einsum("nq,nq->n", posterior, chance[item])
        weighted = posterior * bend[item]
        to_easiness = weighted.sum(axis=1)
        to_slope = weighted @ grid.ability
        scale = 1 / (expected * (1 - expected))
        for total, part in zip(
            sums,
            (to_slope**2, to_slope * to_easiness, to_easiness**2),
            strict=True,
        ):
            total += np.bincount(item, part * scale, minlength=items)
    return sums[0], sums[1], sums[2]
