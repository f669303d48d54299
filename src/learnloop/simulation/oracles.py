"""Policies that see the truth: how much could be taught at all.

`OneStepOracle` takes what teaches the objective most in the next minute, and so never
builds what it stands on. `PlanningOracle` tries whole courses of study on copies of the
student and follows the best.
"""

from typing import Final, Protocol

import networkx as nx
import numpy as np

from learnloop.content.graph import prerequisite_graph, topological_order
from learnloop.errors import DataError
from learnloop.simulation.classroom import Classroom
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import ITEMS_PER_TYPE, TYPES, Ints
from learnloop.simulation.student import Futures

NEVER: Final = -20.0
"""A level, in logits, that everybody is above: the skill is left alone."""
FOREVER: Final = 20.0
"""A level that nobody reaches."""


class Oracle(Protocol):
    """Chooses the next item for the student that sits in a classroom."""

    def begin(self, room: Classroom, seed: int = 0) -> None:
        """A new student has sat down."""

    def choose(self) -> str:
        """The `content_id` of an item."""


class _Sight:
    """The lesson of a classroom in numbers: what matters, and what can be done about it."""

    def __init__(self, room: Classroom) -> None:
        self.room = room
        self.curriculum = room.curriculum
        ids = list(self.curriculum.skills["skill_id"])
        graph = prerequisite_graph(room.prerequisites, ids)
        wanted = (room.objective,) if isinstance(room.objective, str) else room.objective
        matters = set(wanted).union(*(nx.ancestors(graph, skill) for skill in wanted))
        order = [s for s in topological_order(room.prerequisites, ids) if s in matters]
        self.skills: Ints = np.array([ids.index(skill) for skill in order])
        self.steps_below: Ints = np.array(
            [min(_distance(graph, skill, goal) for goal in wanted) for skill in order]
        )
        self.objective: Ints = np.array([ids.index(skill) for skill in wanted])
        ceiling = int(room.true_student().people.ceiling[0])
        allowed = np.flatnonzero(self.curriculum.min_age <= ceiling)
        self.items: Ints = allowed[np.isin(self.curriculum.primary[allowed], self.skills)]
        kinds = np.repeat(np.arange(len(TYPES)), ITEMS_PER_TYPE)
        self.kind: Ints = np.resize(kinds, self.curriculum.primary.size)

    def mastery(self, futures: Futures) -> Floats:
        """Mean true mastery of the objective in each copy, shape (copies,)."""
        rows = np.arange(len(futures.day))[:, None, None]
        questions = self.curriculum.assessments()[self.objective]
        theta = futures.knowledge.theta(
            rows, self.objective[None, :, None], futures.elapsed_days()[:, None, None]
        )
        chance = futures.bench.chance(theta, questions[None, :, :])
        return np.asarray(chance.mean(axis=(1, 2)))

    def name(self, item: int) -> str:
        return str(self.curriculum.items["content_id"].iat[item])


class OneStepOracle:
    """The item with the largest true gain of the objective per expected minute."""

    def __init__(self, copies: int = 16) -> None:
        """Args: copies: of the student, over which luck that is not averaged out is."""
        self._copies = copies

    def begin(self, room: Classroom, seed: int = 0) -> None:
        """A new student has sat down."""
        self._sight, self._rng = _Sight(room), np.random.default_rng(seed)
        touched = (self._sight.curriculum.primary, self._sight.curriculum.secondary)
        teaches = [
            np.isin(skill[self._sight.items], self._sight.objective) for skill in touched
        ]
        self._items = self._sight.items[teaches[0] | teaches[1]]

    def choose(self) -> str:
        """The best next item."""
        sight, student = self._sight, self._sight.room.true_student()
        copies = self._copies if student.takes_leaps else 1
        items = np.repeat(self._items, copies)
        futures = student.imagine(items.size, self._rng)
        before = sight.mastery(futures)
        _, seconds = futures.work(np.arange(items.size), items, sight.kind[items])
        gain = (sight.mastery(futures) - before).reshape(-1, copies).mean(axis=1)
        return sight.name(int(self._items[np.argmax(gain / seconds[::copies])]))


class PlanningOracle:
    """Follows the best of many plans, each played to the end on copies of the student.

    A plan says up to which level each skill is taught; skills come in topological order,
    and again whenever they have fallen below. What the objective's skills lack of theirs
    decides when all are reached. Plans are bettered by the cross-entropy method (Rubinstein
    1999) from a grid of whole plans: every depth below the objective times every level. The
    search is repeated as the student turns out; so is the choice of the item that does most
    for a skill per minute. It knows every parameter and the present state, not the luck to
    come.
    """

    def __init__(
        self, plans: int = 64, rounds: int = 6, minutes: float = 15.0, stride: float = 4.0
    ) -> None:
        """Args:
        plans: tried in a round.
        rounds: of the search; half as many when it is repeated.
        minutes: of study after which the search is repeated; less towards the end, a
            quarter of the time that is left.
        stride: minutes of work on a skill that are played as one, an item at least.
        """
        self._plans, self._rounds, self._every, self._stride = plans, rounds, minutes, stride

    def begin(self, room: Classroom, seed: int = 0) -> None:
        """A new student has sat down.

        Raises:
            DataError: the classroom's hours, or minutes a day, have no end.
        """
        if not np.isfinite(room.hours) or room.minutes_per_day is None:
            raise DataError(
                "an oracle cannot plan without an end.",
                remedy="Give the classroom `hours` and `minutes_per_day`.",
            )
        self._sight, self._rng = _Sight(room), np.random.default_rng(seed)
        self._per_day = room.minutes_per_day
        self._searched_s = -np.inf
        self._plan: Floats = np.zeros(self._sight.skills.size)

    def choose(self) -> str:
        """What the best plan does now."""
        student = self._sight.room.true_student()
        best = self._best_items()
        left = 60 * self._sight.room.hours - student.studied_s / 60
        every = min(self._every, max(left / 4, 3.0))
        if student.studied_s - self._searched_s >= 60 * every:
            self._search(
                best, self._rounds if np.isinf(self._searched_s) else self._rounds // 2
            )
            self._searched_s = student.studied_s
        futures = student.imagine(1, self._rng)
        return self._sight.name(int(best[self._turn(futures, self._plan[None, :])[0]]))

    def _best_items(self) -> Ints:
        """For each skill that matters, the item that does most per minute, shape (skills,)."""
        sight = self._sight
        futures = sight.room.true_student().imagine(sight.items.size, self._rng)
        effort, seconds = futures.work(
            np.arange(sight.items.size), sight.items, sight.kind[sight.items]
        )
        self._minutes = np.zeros(sight.curriculum.primary.size)
        self._minutes[sight.items] = seconds / 60
        primary = sight.curriculum.primary[sight.items]
        rank = np.argsort(effort / seconds, kind="stable")
        best = np.zeros(primary.max() + 1, dtype=np.int64)
        best[primary[rank]] = sight.items[rank]
        return best[sight.skills]

    def _turn(self, futures: Futures, levels: Floats) -> Ints:
        """Which skill (place in `skills`) each copy turns to, shape (copies,)."""
        rows = np.arange(len(levels))
        theta = futures.knowledge.theta(
            rows[:, None], self._sight.skills[None, :], futures.elapsed_days()[:, None]
        )
        lacks = levels - theta
        goal = np.where(np.isin(self._sight.skills, self._sight.objective), lacks, -np.inf)
        first = np.argmax(lacks > 0, axis=1)
        return np.asarray(np.where((lacks > 0).any(axis=1), first, goal.argmax(axis=1)))

    def _search(self, best: Ints, rounds: int) -> None:
        plans = np.vstack([self._plan, self._grid()])
        worth = self._play(plans, best)
        spread = 1.0
        for _ in range(rounds):
            elite = plans[np.argsort(-worth, kind="stable")[: max(self._plans // 8, 2)]]
            parents = elite[self._rng.integers(len(elite), size=(self._plans, 1))[:, 0]]
            moved = self._rng.random(parents.shape) < 0.3
            change = np.where(
                self._rng.random(parents.shape) < 0.15,
                NEVER - parents,
                spread * self._rng.normal(size=parents.shape),
            )
            children = np.where(
                moved, np.where(parents > NEVER / 2, parents, 0.0) + change, parents
            )
            plans = np.vstack([elite, children])
            worth = self._play(plans, best)
            spread *= 0.8
        self._plan = plans[int(np.argmax(worth))]

    def _grid(self) -> Floats:
        """Plans of one level for all skills up to a depth, and another for the objective."""
        below = self._sight.steps_below
        return np.array(
            [
                np.where(below == 0, goal, np.where(below <= depth, level, NEVER))
                for depth in range(int(below.max()) + 1)
                for level in (-0.5, 0.5, 1.2)
                for goal in (0.5, FOREVER)
            ]
        )

    def _play(self, plans: Floats, best: Ints) -> Floats:
        """Mean mastery of the objective that each plan ends with, shape (plans,)."""
        sight, student = self._sight, self._sight.room.true_student()
        replicas = 4 if student.takes_leaps else 1
        levels = np.repeat(plans, replicas, axis=0)
        futures = student.imagine(len(levels), np.random.default_rng(1))
        repeats = np.maximum(np.rint(self._stride / self._minutes[best]), 1.0)
        end = 3600 * sight.room.hours
        while (busy := np.flatnonzero(futures.studied_s < end)).size:
            turn = self._turn(futures, levels)[busy]
            item = best[turn]
            left = (end - futures.studied_s[busy]) / 60 / self._minutes[item]
            again = np.minimum(repeats[turn], left + 0.5)
            futures.work(busy, item, sight.kind[item], self._per_day, again)
        return np.asarray(sight.mastery(futures).reshape(-1, replicas).mean(axis=1))


def _distance(graph: "nx.DiGraph[str]", skill: str, goal: str) -> int:
    """Edges from a skill up to the goal; many where there is no way."""
    try:
        return int(nx.shortest_path_length(graph, skill, goal))
    except nx.NetworkXNoPath:
        return len(graph)
