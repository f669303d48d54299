"""The response model: the chance of a correct answer, given ability and an item.

    logit P(correct | θ) = a·θ + d = a·(θ − b)

with ability θ ~ N(0, 1) in the population that the items were fitted on,
discrimination a > 0, easiness d and difficulty b = −d/a on the logit scale (the
two-parameter logistic model, Birnbaum 1968; with one common a, Rasch's).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

WIDEST_ABILITY = 5.0
FARTHEST_LOGIT = 30.0


@dataclass(frozen=True)
class AbilityGrid:
    """The standard normal population of ability as points with weights.

    The points are evenly spaced: by the trapezoidal rule that is as exact as
    Gauss–Hermite for few answers, and stays exact for students with hundreds, whose
    posterior is narrower than Gauss–Hermite's points are apart (.4 with 61 of them).

    Attributes:
        ability: θ at each of the points, ascending; shape (nodes,).
        weight: prior probability of each; sums to 1; shape (nodes,).
    """

    ability: Floats
    weight: Floats

    @classmethod
    def standard_normal(cls, nodes: int) -> "AbilityGrid":
        """`nodes` points from −5 to 5."""
        ability = np.linspace(-WIDEST_ABILITY, WIDEST_ABILITY, nodes)
        density = np.exp(-(ability**2) / 2)
        return cls(ability, density / density.sum())


def logistic(logit: Floats) -> Floats:
    """1 / (1 + exp(−logit)); never exactly 0 or 1, however large the logit."""
    return np.asarray(expit(np.clip(logit, -FARTHEST_LOGIT, FARTHEST_LOGIT)))


def curves(slope: Floats, easiness: Floats, grid: AbilityGrid) -> Floats:
    """P(correct) of each item at each ability of `grid`: shape (items, nodes)."""
    return logistic(np.outer(slope, grid.ability) + easiness[:, None])


def soften(slope: Floats, easiness: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Slope and easiness of an item whose easiness is known only roughly.

    The mean of a logistic over a normal easiness is close to a logistic with both
    divided by sqrt(1 + π·variance/8) (MacKay 1992, "The evidence framework").

    Example:
        A variance of 0 changes nothing; a variance of 8/π divides by √2.
    """
    factor = np.sqrt(1 + np.pi * variance / 8)
    return slope / factor, easiness / factor
