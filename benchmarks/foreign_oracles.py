"""Oracles that see the truth of a drawn classroom: how much could be taught there at all."""

from typing import Protocol

import networkx as nx
import numpy as np

from benchmarks.foreign import Floats, ForeignRoom, Ints


class ForeignOracle(Protocol):
    """Chooses the next item for the student that sits in a drawn classroom."""

    def begin(self, room: ForeignRoom) -> None:
        """A new student has sat down."""

    def choose(self) -> str:
        """The `content_id` of an item."""


class _Sight:
    """The skills that matter in topological order, and for each what teaches most a minute."""

    def __init__(self, room: ForeignRoom) -> None:
        self.room = room
        goal = set(room.goal.tolist())
        needed = goal.union(*(nx.ancestors(room.graph, skill) for skill in goal))
        self.skills: Ints = np.array(sorted(needed))
        pace = room.gain(np.arange(room.skill.size)) / room.minutes
        self.best: Ints = np.array(
            [
                max(np.flatnonzero(room.skill == one), key=pace.__getitem__)
                for one in self.skills
            ]
        )
        self.is_goal = np.isin(self.skills, room.goal)
        self.copies = 8 if room.dynamics.learning == "leap" else 1


class ForeignOneStep:
    """The item with the largest true gain of the objective per minute."""

    def begin(self, room: ForeignRoom) -> None:
        """A new student has sat down."""
        self._sight, self._rng = _Sight(room), np.random.default_rng(room.seed)

    def choose(self) -> str:
        """The best next item."""
        sight = self._sight
        items = np.repeat(sight.best[sight.is_goal], sight.copies)
        futures = sight.room.imagine(items.size, self._rng)
        before = futures.mastery()
        futures.work(items)
        gain = (futures.mastery() - before) / sight.room.minutes[items]
        best = int(np.argmax(gain.reshape(-1, sight.copies).mean(axis=1)))
        return sight.room.names[int(sight.best[sight.is_goal][best])]


class ForeignPlanner:
    """Follows the best of many plans, each played to the end on copies of the student.

    As `learnloop.simulation.oracles.PlanningOracle`: a plan says up to which true success
    each skill is taught, in topological order and again when it has fallen below; plans are
    bettered by the cross-entropy method from a grid, and again as the student turns out.
    """

    def __init__(self, plans: int = 48, rounds: int = 5, minutes: float = 15.0) -> None:
        """Args: plans: tried in a round; rounds: of the search, half when repeated; minutes:
        of study after which it is repeated."""
        self._plans, self._rounds, self._every = plans, rounds, minutes

    def begin(self, room: ForeignRoom) -> None:
        """A new student has sat down."""
        self._sight, self._rng = _Sight(room), np.random.default_rng(room.seed)
        below = nx.multi_source_dijkstra_path_length(
            room.graph.reverse(), set(room.goal.tolist())
        )
        self._below: Ints = np.array([below[skill] for skill in self._sight.skills.tolist()])
        self._plan: Floats = np.zeros(self._sight.skills.size)
        self._searched = -np.inf

    def choose(self) -> str:
        """What the best plan does now."""
        room = self._sight.room
        spent = float(room.spent[0])
        left = 60 * room.hours - spent
        if spent - self._searched >= min(self._every, max(left / 4, 3.0)):
            self._search(self._rounds if np.isinf(self._searched) else self._rounds // 2)
            self._searched = spent
        return room.names[int(self._items(room, self._plan[None, :])[0])]

    def _items(self, futures: ForeignRoom, levels: Floats) -> Ints:
        """What each copy turns to."""
        sight = self._sight
        lacks = levels - futures.known()[:, sight.skills]
        first = np.argmax(lacks > 0, axis=1)
        weakest = np.where(sight.is_goal, lacks, -np.inf).argmax(axis=1)
        return np.asarray(sight.best[np.where((lacks > 0).any(axis=1), first, weakest)])

    def _search(self, rounds: int) -> None:
        depths = sorted(set(self._below.tolist()))
        if len(depths) > 12:
            depths = depths[:: len(depths) // 8]
        grid = [
            np.where(self._below == 0, goal, np.where(self._below <= depth, level, 0.0))
            for depth in depths
            for level in (0.4, 0.65, 0.85)
            for goal in (0.6, 0.85, 0.999)
        ]
        plans = np.vstack([self._plan, grid])
        worth, spread = self._play(plans), 0.2
        for _ in range(rounds):
            elite = plans[np.argsort(-worth, kind="stable")[:8]]
            parents = elite[self._rng.integers(len(elite), size=self._plans)]
            moved = np.clip(parents + spread * self._rng.normal(size=parents.shape), 0, 1)
            dropped = self._rng.random(parents.shape) < 0.15
            moved = np.where(dropped, np.where(parents > 0, 0.0, 0.65), moved)
            children = np.where(self._rng.random(parents.shape) < 0.3, moved, parents)
            plans = np.vstack([elite, children])
            worth, spread = self._play(plans), 0.8 * spread
        self._plan = plans[int(np.argmax(worth))]

    def _play(self, plans: Floats) -> Floats:
        """Mean mastery of the objective that each plan ends with, some 60 strides from now."""
        sight, room = self._sight, self._sight.room
        copies = sight.copies // 2 or 1
        levels = np.repeat(plans, copies, axis=0)
        futures = room.imagine(len(levels), np.random.default_rng(1))
        left = 60 * room.hours - float(room.spent[0])
        strides = int(np.clip(np.ceil(left), 1, 60))
        for _ in range(strides):
            items = self._items(futures, levels)
            futures.work(items, left / strides / (room.minutes[items] * room.pace))
        return np.asarray(futures.mastery().reshape(-1, copies).mean(axis=1))
