"""How to share out the time that is left among skills, so that the objective gains most.

Work done in topological order has a closed form: under a hypothesis, `minutes` of work on
a skill take what was learnt towards the ceiling, `learnt' = C - (C - learnt) exp(-rate *
ready * minutes / C)`, where `ready` is what its prerequisites leave once they had their own
share. A plan is a row of minutes by skill. Many are tried at once, the best are varied.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from learnloop.recommend.teaching_belief import Belief, Floats, ready_share

Ints = NDArray[np.int64]

LEAST_GAIN = 0.05
"""Of mastery, added to what can be gained: less is not worth planning for."""


@dataclass(frozen=True)
class Outlook:
    """What planning knows: a few students drawn from the belief, who stand for all.

    They are drawn, not averaged: an unknown prerequisite stops one student and not another,
    and half-knowing it on average would let both pass.

    Arrays are of shape (hypotheses, skills) where nothing else is said.
    """

    level: Floats
    learnt: Floats
    rate: Floats
    """Logits a minute on an untouched skill whose prerequisites are known."""
    unready: Floats
    """Shape (hypotheses,)."""
    steepness: Floats
    """Shape (hypotheses,)."""
    threshold: Floats
    """Shape (hypotheses,)."""
    weakest: Floats
    """Shape (hypotheses,)."""
    needs: Ints
    """Shape (skills, most prerequisites)."""
    objective: Ints
    """Places of the objective's skills."""
    generations: tuple[Ints, ...]
    """Places, each generation after all that it needs."""
    ceiling: float

    def worth(self, plans: Floats) -> Floats:
        """Mean mastery of the objective after each plan, shape (hypotheses, plans).

        Args:
            plans: shape (plans, skills), minutes.
        """
        known = np.zeros((len(self.unready), len(plans), plans.shape[1]))
        answered = np.zeros_like(known)
        for skills in self.generations:
            ready = ready_share(
                known,
                self.needs[skills],
                self.unready[:, None, None],
                self.weakest[:, None, None],
            )
            pace = self.rate[:, None, skills] * ready * plans[:, skills] / self.ceiling
            missing = self.ceiling - self.learnt[:, None, skills]
            level = self.level[:, None, skills] - missing * np.expm1(-pace)
            above = level - self.threshold[:, None, None]
            known[..., skills] = expit(self.steepness[:, None, None] * above)
            answered[..., skills] = expit(level)
        return np.asarray(answered[..., self.objective].mean(axis=2))


def generations_of(needs: Ints) -> tuple[Ints, ...]:
    """Places by the length of the longest way up to them."""
    graph = nx.DiGraph(
        (int(below), place)
        for place, needed in enumerate(needs)
        for below in needed[needed >= 0]
    )
    graph.add_nodes_from(range(len(needs)))
    return tuple(np.array(sorted(places)) for places in nx.topological_generations(graph))


def resample(belief: Belief, count: int) -> Ints:
    """Hypotheses that stand for all, by systematic resampling (Kitagawa 1996)."""
    edges = np.cumsum(belief.weights)
    return np.minimum(np.searchsorted(edges, (np.arange(count) + 0.5) / count), len(edges) - 1)


def better(
    outlook: Outlook,
    plans: Floats,
    minutes: float,
    rng: np.random.Generator,
    rounds: int,
    children: int,
) -> Floats:
    """The best plan found, shape (skills,), by moving minutes between skills.

    Best is the plan that gains the largest share, on average over hypotheses, of what the
    first plans can gain under each: where the objective gains little at all, that little
    counts in full. A plain mean would bet on the hypotheses under which much is gained.

    Args:
        outlook: what comes of a plan.
        plans: to begin with, shape (plans, skills).
        minutes: that each plan is to use.
        rng: of the moves.
        rounds: of variation.
        children: plans a round.
    """

    def filled(rows: Floats) -> Floats:
        return np.asarray(rows * (minutes / np.maximum(rows.sum(axis=1, keepdims=True), 1e-9)))

    plans = filled(plans)
    gained = outlook.worth(plans)
    now = outlook.worth(np.zeros_like(plans[:1]))
    most = (gained.max(axis=1, keepdims=True) - now) + LEAST_GAIN
    worth = ((gained - now) / most).mean(axis=0)
    for _ in range(rounds):
        elite = np.argsort(-worth, kind="stable")[:4]
        parents = plans[elite[rng.integers(len(elite), size=children)]]
        rows = np.arange(children)
        giver = np.argmax(parents * rng.random(parents.shape), axis=1)
        taker = rng.integers(parents.shape[1], size=children)
        moved = parents[rows, giver] * rng.choice([0.25, 0.5, 1.0], size=children)
        parents[rows, giver] -= moved
        parents[rows, taker] += moved
        plans = np.vstack([plans[elite], parents])
        shares = ((outlook.worth(parents) - now) / most).mean(axis=0)
        worth = np.concatenate([worth[elite], shares])
    return np.asarray(plans[int(np.argmax(worth))])
