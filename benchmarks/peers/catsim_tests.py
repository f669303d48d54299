"""Peer: adaptive tests by catsim's simulator, as it ships and with a belief plugged in."""

import json
import sys
import time

import numpy as np
from catsim.estimation import BaseEstimator, NumericalSearchEstimator
from catsim.initialization import FixedPointInitializer
from catsim.item_bank import ItemBank
from catsim.selection import MaxInfoSelector
from catsim.simulation import Simulator
from catsim.stopping import MinErrorStopper
from catsim.stopping.stopping import TestLengthStopper

GRID = np.linspace(-5, 5, 61)


class Expected(BaseEstimator):
    """Expected a-posteriori ability under a normal prior of each student, for catsim's
    own selector; keeps the posterior's deviation for the stopper."""

    def __init__(self, mean, sd):
        super().__init__()
        self.mean, self.sd, self.error = mean, sd, {}

    def estimate(self, index=None, **_):
        """The ability after the answers so far."""
        items = self.simulator.item_bank.get_items(self.simulator.administered_items[index])
        right = np.array(self.simulator.response_vectors[index])
        chance = 1 / (1 + np.exp(-items[:, :1] * (GRID - items[:, 1:2])))
        log = np.log(np.where(right[:, None], chance, 1 - chance)).sum(axis=0)
        log -= ((GRID - self.mean[index]) / self.sd[index]) ** 2 / 2
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        ability = weight @ GRID
        self.error[index] = float(np.sqrt(weight @ (GRID - ability) ** 2))
        return float(ability)


class Deviation(TestLengthStopper):
    """Ends a test when the posterior's deviation is below `error`."""

    def __init__(self, estimator, error, max_items):
        super().__init__(max_items=max_items)
        self._estimator, self._error = estimator, error

    def stop(self, index=None, **_):
        """Whether the test is over."""
        done = len(self.simulator.administered_items[index])
        return done >= self.max_items or self._estimator.error.get(index, 9) < self._error


class Prior(FixedPointInitializer):
    """Begins each student at the mean of what is believed."""

    def __init__(self, mean):
        super().__init__(0)
        self._mean = mean

    def initialize(self, index=None, **_):
        """The ability before the first question."""
        return float(self._mean[index])


def run(given, limit, believed, prior=None):
    """One configuration over all students."""
    error, longest = float(given["error"]), int(given["longest"])
    students = len(given["ability"])
    mean, sd = (np.zeros(students), np.ones(students)) if prior is None else prior
    items = np.column_stack([given["a"], given["b"], np.zeros(len(given["a"]))])
    items = np.column_stack([items, np.ones(len(items))])
    estimator = Expected(mean, sd) if believed else NumericalSearchEstimator()
    stopper = (
        Deviation(estimator, error, longest)
        if believed
        else MinErrorStopper(error, max_items=longest)
    )
    simulator = Simulator(
        ItemBank(items),
        given["ability"],
        Prior(mean) if believed else FixedPointInitializer(0),
        MaxInfoSelector(r_max=limit),
        estimator,
        stopper,
        seed=int(given["seed"]),
    )
    started = time.process_time()
    simulator.simulate()
    asked = np.bincount(np.concatenate(simulator.administered_items), minlength=len(items))
    return {
        "items": [len(asked) for asked in simulator.administered_items],
        "estimate": [float(ability) for ability in simulator.latest_estimations],
        "asked": asked.tolist(),
        "cpu_seconds": time.process_time() - started,
    }


def main(inputs, output):
    """Answers `benchmarks.assessment`."""
    given = np.load(inputs)
    limit = float(given["limit"])
    found = {
        "catsim": run(given, 1, believed=False),
        "catsim, limited": run(given, limit, believed=False),
        "catsim with our belief": run(given, 1, believed=True),
        "catsim with our belief, limited": run(given, limit, believed=True),
        "catsim with our belief, from mastery": run(
            given, 1, believed=True, prior=(given["mean"], given["sd"])
        ),
    }
    with open(output, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
