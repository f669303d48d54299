"""What is believed of an item before anybody answers it, learned from the other items."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from learnloop.difficulty.response import Floats

FLAT_SD = 1000.0
"""Stands for "nothing is known" and still keeps a Newton step finite."""

LIKE_ITEMS = 5.0
"""What a trait does counts as much as that it may do nothing from this many items on."""

LEAST_SLOPE_SD = 0.05
"""Of the logarithms."""
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
    """

    mean: Floats
    sd: float

    def pull(self, value: Floats) -> Floats:
        """Derivative of minus the log-density at `value`."""
        return (value - self.mean) / self.sd**2

    def precision(self, value: Floats) -> Floats:
        """Curvature of minus the log-density at `value`."""
        return np.full_like(value, self.sd**-2)


@dataclass(frozen=True)
class LogNormal:
    """A prior of slopes, which are positive and as often halved as doubled (Mislevy 1986).

    Attributes:
        median: of all items.
        sd: of the slopes' logarithms.
    """

    median: float
    sd: float

    def pull(self, value: Floats) -> Floats:
        """Derivative of minus the log-density of the logarithm at `value`."""
        return np.log(value / self.median) / (self.sd**2 * value)

    def precision(self, value: Floats) -> Floats:
        """Curvature at `value`, without the part that may turn it negative."""
        return (self.sd * value) ** -2


@dataclass(frozen=True)
class TraitMean:
    """The easiness to expect of items with given traits: ridge regression (Hoerl 1970).

    With traits that exclude each other, groups, that is the mean of the group's items, drawn
    to the mean of all as if by `LIKE_ITEMS` items.

    Attributes:
        of_items: how much each item has of each trait; shape (items, traits).
        seen: which items have answers to learn from; shape (items,).
        factor: Cholesky factor of the regression's normal equations.
    """

    of_items: csr_array
    seen: NDArray[np.bool_]
    factor: tuple[Floats, bool]

    @classmethod
    def of(cls, of_items: csr_array, seen: NDArray[np.bool_]) -> "TraitMean":
        """Prepares the regression: which items it learns from does not change in a fit."""
        known = of_items[np.flatnonzero(seen)]
        normal = (known.T @ known).toarray() + LIKE_ITEMS * np.eye(of_items.shape[1])
        return cls(of_items, seen, cho_factor(normal))

    def mean(self, easiness: Floats) -> Floats:
        """Of every item, from the easiness of those seen; shape (items,)."""
        middle = float(easiness[self.seen].mean())
        if self.of_items.shape[1] == 0:
            return np.full(len(easiness), middle)
        off = np.where(self.seen, easiness - middle, 0.0)
        return np.asarray(
            middle + self.of_items @ cho_solve(self.factor, self.of_items.T @ off)
        )


@dataclass(frozen=True)
class ItemPrior:
    """Independent priors of slope and easiness.

    Attributes:
        slope: prior of the discrimination, the same for all items.
        easiness: prior of d; its mean is what the item's traits say.
        traits: see `TraitMean`.
        common_slope: whether all items share one slope, which then is not pulled.
    """

    slope: LogNormal
    easiness: Normal
    traits: TraitMean
    common_slope: bool

    @classmethod
    def start(cls, traits: TraitMean, shrink: bool, common: bool) -> "ItemPrior":
        """Wide, before any item is known; flat where nothing shall be pulled.

        A slope that all items share needs no prior: all answers tell of it.
        """
        mean = np.zeros(traits.of_items.shape[0])
        return cls(
            LogNormal(1.0, 0.5 if shrink and not common else FLAT_SD),
            Normal(mean, 2.0 if shrink else FLAT_SD),
            traits,
            common,
        )

    def learn(self, slope: Spread, easiness: Spread, answered: NDArray[np.intp]) -> "ItemPrior":
        """The prior that makes the answered items most likely (an EM step).

        The variance between items is that of their estimates plus that of the
        estimates' errors (Efron & Morris 1973; EM as in Dempster, Laird & Rubin 1977).
        """
        seen = answered > 0
        mean = self.traits.mean(easiness.value)
        log_slope = Spread(np.log(slope.value), slope.variance / slope.value**2)
        typical = float(log_slope.value[seen].mean())
        slope_sd = _sd(log_slope, typical, seen, LEAST_SLOPE_SD)
        return replace(
            self,
            slope=LogNormal(np.exp(typical), FLAT_SD if self.common_slope else slope_sd),
            easiness=Normal(mean, _sd(easiness, mean, seen, LEAST_EASINESS_SD)),
        )


def _sd(items: Spread, mean: Floats | float, seen: NDArray[np.bool_], least: float) -> float:
    variance = np.mean((items.value - mean)[seen] ** 2 + items.variance[seen])
    return max(float(np.sqrt(variance)), least)
