"""How likely a student is to take an item up: a logistic regression on a few plain facts."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit

from learnloop.errors import ModelError
from learnloop.recommend.facts import BLOCKS, NAMES
from learnloop.recommend.learners import Bools, Floats


@dataclass(frozen=True)
class TakeUp:
    """P(take-up) = expit(intercept + weights · (facts - centre))."""

    centre: Floats
    """(F,) mean of each fact over the candidates learned from."""
    weights: Floats
    """(F,) log-odds per unit of the fact."""
    intercept: float

    @classmethod
    def fit(cls, table: Floats, taken: Bools) -> Self:
        """Maximum likelihood with a slight L2 penalty on the standardised facts.

        Args:
            table: (P, F) facts of candidates.
            taken: (P,) the student touched the item within the horizon.

        Raises:
            ModelError: none or all of the candidates were taken up.
        """
        from sklearn.linear_model import LogisticRegression

        if taken.all() or not taken.any():
            raise ModelError(
                f"{int(taken.sum())} of {len(taken)} candidates were taken up: nothing to"
                " tell apart. Give a log with more activity after the decision moments."
            )
        centre = table.mean(axis=0)
        spread = np.maximum(table.std(axis=0), 1e-6)
        regression = LogisticRegression(C=1.0, solver="newton-cholesky")
        regression.fit((table - centre) / spread, taken)
        weights = regression.coef_[0] / spread
        return cls(
            centre, np.asarray(weights, dtype=np.float64), float(regression.intercept_[0])
        )

    def recalibrated(self, table: Floats, taken: Bools) -> Self:
        """The same facts with the log-odds that held where lists are made.

        Over all candidates, most of which nobody takes, a logistic regression is right on
        average; among the few that come first it need not be. This fits a slope, a shift
        and the weight of how active the student is to what was listed (Platt 1999, with
        one fact more), drawn a little towards no change. The result is linear in the
        facts again.

        Args:
            table: (P, F) facts of listed items, of students not learned from.
            taken: (P,) the student touched the item within the horizon.
        """
        from scipy.optimize import minimize

        log_odds, active = self.log_odds(table), table[:, NAMES.index("recent_starts")]
        inputs = np.column_stack([log_odds, active])
        mean, spread = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-6)
        design = np.column_stack([np.ones(len(inputs)), (inputs - mean) / spread])

        def loss(step: Floats) -> tuple[float, Floats]:
            moved = log_odds + design @ step
            value = np.logaddexp(0, moved).sum() - moved @ taken + step @ step / 2
            return float(value), design.T @ (expit(moved) - taken) + step

        # A tenth of the old slope at least: to calibrate must not turn the order round.
        bounds = [(None, None), (-0.9 * spread[0], None), (None, None)]
        found = minimize(loss, np.zeros(3), jac=True, method="L-BFGS-B", bounds=bounds)
        shift, slope, activity = found.x
        slope, activity = slope / spread[0], activity / spread[1]
        weights = (1 + slope) * self.weights
        weights[NAMES.index("recent_starts")] += activity
        centre = self.centre[NAMES.index("recent_starts")]
        intercept = (
            (1 + slope) * self.intercept
            + shift
            - slope * mean[0]
            + activity * (centre - mean[1])
        )
        return type(self)(self.centre, weights, float(intercept))

    def log_odds(self, table: Floats) -> Floats:
        """(P,) of taking up."""
        return np.asarray(self.intercept + (table - self.centre) @ self.weights)

    def probability(self, table: Floats) -> Floats:
        """(P,) in (0, 1)."""
        return np.asarray(expit(self.log_odds(table)))

    def by_block(self, table: Floats) -> dict[str, Floats]:
        """(P,) log-odds that each block of facts adds to the average candidate's."""
        part = (table - self.centre) * self.weights
        edges = np.cumsum([0, *(len(names) for names in BLOCKS.values())])
        return {
            block: part[:, start:stop].sum(axis=1)
            for block, start, stop in zip(BLOCKS, edges[:-1], edges[1:], strict=True)
        }
