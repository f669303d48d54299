"""What is believed of an item before anybody answers it, learned from the other items."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learnloop.difficulty.response import Floats

FLATTEST = 1e-6
"""Precision that stands for "nothing is known" and still keeps a Newton step finite."""

LIKE_ITEMS = 5.0
"""A group's own mean counts as much as the global one from this many items on."""

LEAST_SLOPE_SD = 0.05
LEAST_EASINESS_SD = 0.2


@dataclass(frozen=True)
class Spread:
    """An estimate of each item with the variance of its error; both shape (items,)."""

    value: Floats
    variance: Floats


@dataclass(frozen=True)
class Normal:
    """A normal prior of one parameter of each item.

    Attributes:
        mean: shape (items,).
        sd: of all items around their means.
        precision: 1 / sd², or nearly 0 when nothing is to be pulled.
    """

    mean: Floats
    sd: float
    precision: float

    @classmethod
    def around(cls, mean: Floats, sd: float) -> "Normal":
        """A prior that pulls."""
        return cls(mean, sd, 1 / sd**2)

    def pull(self, value: Floats) -> Floats:
        """Derivative of minus the log-density at `value`."""
        return (value - self.mean) * self.precision


@dataclass(frozen=True)
class ItemPrior:
    """Independent normal priors of slope and easiness.

    Attributes:
        slope: prior of the discrimination; its mean is the same for all items.
        easiness: prior of d; its mean is that of the item's group.
        groups: the group of each item; shape (items,).
        common_slope: whether all items share one slope, which then is not pulled.
    """

    slope: Normal
    easiness: Normal
    groups: NDArray[np.intp]
    common_slope: bool

    @classmethod
    def start(cls, groups: NDArray[np.intp], shrink: bool, common: bool) -> "ItemPrior":
        """Wide, before any item is known; flat where nothing shall be pulled.

        A slope that all items share needs no prior: all answers tell of it.
        """
        slope = Normal.around(np.ones(len(groups)), 0.5)
        easiness = Normal.around(np.zeros(len(groups)), 2.0)
        return cls(
            slope if shrink and not common else replace(slope, precision=FLATTEST),
            easiness if shrink else replace(easiness, precision=FLATTEST),
            groups,
            common,
        )

    def learn(self, slope: Spread, easiness: Spread, answered: NDArray[np.intp]) -> "ItemPrior":
        """The prior that makes the answered items most likely (an EM step).

        The variance between items is that of their estimates plus that of the
        estimates' errors (Efron & Morris 1973; EM as in Dempster, Laird & Rubin 1977).
        """
        seen = answered > 0
        middle = float(easiness.value[seen].mean())
        size = np.bincount(self.groups[seen], minlength=self.groups.max() + 1)
        total = np.bincount(self.groups[seen], easiness.value[seen], minlength=len(size))
        mean = ((total + LIKE_ITEMS * middle) / (size + LIKE_ITEMS))[self.groups]
        typical = np.full_like(slope.value, slope.value[seen].mean())
        slope_sd = _sd(slope, typical, seen, LEAST_SLOPE_SD)
        easiness_sd = _sd(easiness, mean, seen, LEAST_EASINESS_SD)
        return replace(
            self,
            slope=Normal(typical, slope_sd, FLATTEST)
            if self.common_slope
            else Normal.around(typical, slope_sd),
            easiness=Normal.around(mean, easiness_sd),
        )


def _sd(items: Spread, mean: Floats, seen: NDArray[np.bool_], least: float) -> float:
    variance = np.mean((items.value - mean)[seen] ** 2 + items.variance[seen])
    return max(float(np.sqrt(variance)), least)
