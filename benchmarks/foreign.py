"""Classrooms that the teaching policy was not made for, drawn at random from wide ranges.

What is drawn, for each classroom: its graph and how far it is true, its items and what is
told of them, the objective, the hours, how its students start, learn, forget and answer. Each
mechanism is one that the literature defends and none is the simulated campus's: additive
factors without a ceiling (Cen, Koedinger and Junker 2006), the power law of practice (Newell
and Rosenbloom 1981), success that approaches one exponentially, and all-or-none learning
(Corbett and Anderson 1995); forgetting by a power of time (Wixted and Carpenter 2007),
exponentially, or not at all.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from scipy.special import expit, logit

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

SKILLS = (5, 60)
HOURS = (1.0, 2.0)
"""Fewest and most; each 15 skills may take an hour more."""
STATE = ("start", "learnt", "practised", "seen", "leap", "spent", "today", "day")
"""What a student's future is made of: arrays with a row for each copy."""


@dataclass(frozen=True)
class Dynamics:
    """How the students of one classroom learn, forget and answer."""

    learning: str
    """`additive`, `power`, `exponential` or `leap`."""
    prerequisites: str
    """`none`, `mean`, `weakest` or `gate`."""
    unready: float
    """Share of the gain that is left where no prerequisite is known."""
    forgetting: str
    """`none`, `exponential` or `power`."""
    half_life_days: float
    question_gain: float
    """Logits of a question on an untouched skill; with `leap`, the chance to learn it."""
    study_gain: float
    """The same of five minutes of study."""
    rate_spread: float
    """Standard deviation of the log of students' learning rates."""
    ability: tuple[float, float]
    """Mean and standard deviation in logits."""
    luck: float
    """Standard deviation over a student's skills."""
    guess: float
    slip: float
    minutes_per_day: float


@dataclass(frozen=True)
class Seen:
    """What the classroom says after a step."""

    content_id: str | None = None
    correct: bool | None = None
    duration_s: float | None = None
    occurred_at: datetime | None = None
    progress: float | None = None
    done: bool = False


class ForeignRoom:
    """One drawn classroom; `reset(seed)` seats a student."""

    def __init__(self, seed: int) -> None:
        """Args: seed: of everything about the classroom but its students."""
        rng = np.random.default_rng([seed, 1])
        self.seed = seed
        self.skills = int(np.exp(rng.uniform(*np.log(SKILLS))))
        self.graph = _graph(rng, self.skills)
        self.hours = float(rng.uniform(HOURS[0], HOURS[1] + self.skills / 15))
        self.dynamics = _dynamics(rng)
        self._items(rng)
        self._tells(rng)
        self.needs = _padded(self.graph, self.skills)
        self.goal = _goal(rng, self.graph)

    def _items(self, rng: np.random.Generator) -> None:
        questions = rng.integers(1, 13, self.skills)
        studies = rng.integers(0, 4, self.skills) * int(rng.random() < 0.6)
        self.skill: Ints = np.repeat(np.arange(self.skills), questions + studies)
        self.asks = np.concatenate(
            [[True] * q + [False] * s for q, s in zip(questions, studies, strict=True)]
        )
        size, pace = self.skill.size, rng.uniform(0.4, 2.5)
        median = np.where(self.asks, pace, rng.uniform(2, 10))
        self.minutes: Floats = median * np.exp(rng.uniform(0, 0.5) * rng.normal(size=size))
        hard = rng.uniform(0.2, 1.2) * rng.normal(size=size)
        self.difficulty: Floats = (hard + 0.5 * rng.normal(size=self.skills)[self.skill]) * (
            self.asks
        )
        self.popular: Floats = np.exp(rng.normal(size=size))
        self.names = [f"item-{place}" for place in range(size)]

    def _tells(self, rng: np.random.Generator) -> None:
        """What the policy is told: minutes and difficulty or not, and perhaps a wrong graph."""
        table: dict[str, Any] = {
            "content_id": self.names,
            "skill_ids": [[f"k{skill}"] for skill in self.skill],
            "type": np.where(self.asks, "assessment", "text"),
        }
        minutes, difficulty, self._tells_time, self._tells_day = rng.random(4) < 0.5
        if minutes:
            table["duration_s"] = 60 * self.minutes
        if difficulty:
            table["difficulty"] = self.difficulty + 0.5 * rng.normal(size=self.skill.size)
        self.items = pd.DataFrame(table)
        told = self.graph.copy()
        wrong = rng.choice([0.0, 0.0, 0.3])
        """Of the edges, so many are not told, and as many are told that are none."""
        for edge in list(told.edges):
            if rng.random() < wrong:
                told.remove_edge(*edge)
                below, above = sorted(rng.choice(self.skills, 2, replace=False))
                told.add_edge(int(below), int(above))
        self.prerequisites = nx.relabel_nodes(told, {n: f"k{n}" for n in told})

    @property
    def objective(self) -> tuple[str, ...]:
        """The skills, the mean mastery of which counts."""
        return tuple(f"k{skill}" for skill in self.goal)

    def popularity(self) -> dict[str, float]:
        """How often others turned to each item."""
        return dict(zip(self.names, self.popular, strict=True))

    def reset(self, seed: int) -> Seen:
        """Seats a student."""
        how = self.dynamics
        self._rng = rng = np.random.default_rng([self.seed, 2, seed])
        shape = (1, self.skills)
        self.start: Floats = rng.normal(*how.ability) + how.luck * rng.normal(size=shape)
        self.leap: Floats = rng.exponential(size=shape)
        self.leap[rng.random(shape) < expit(self.start)] = 0.0
        self.rate = float(np.exp(how.rate_spread * rng.normal()))
        self.pace = float(np.exp(0.3 * rng.normal()))
        self.learnt, self.practised, self.seen = np.zeros((3, 1, self.skills))
        self.spent, self.today, self.day = np.zeros((3, 1))
        return Seen()

    def step(self, content_id: str) -> Seen:
        """Lets the student work on an item."""
        item = np.array([self.names.index(content_id)])
        asks, right = bool(self.asks[item[0]]), bool(self._rng.random() < self.chance(item)[0])
        luck = float(np.exp(0.3 * self._rng.normal() - 0.045))
        self.work(item, luck=luck)
        seconds = 60 * float(self.minutes[item[0]]) * self.pace * luck
        now = datetime(2025, 9, 1, tzinfo=UTC) + timedelta(days=float(self.now()[0]))
        return Seen(
            content_id=content_id,
            correct=right if asks else None,
            duration_s=seconds if self._tells_time else None,
            occurred_at=now if self._tells_day else None,
            done=bool(self.spent[0] >= 60 * self.hours),
        )

    def now(self) -> Floats:
        """Days since the first, by copy."""
        return np.asarray(self.day + self.today / 1440)

    def known(self) -> Floats:
        """Chance, in [0, 1], to do a mean question without guess or slip: (copies, skills)."""
        how, left = self.dynamics, self.learnt * self._kept()
        if how.learning == "leap":
            return np.where(left >= self.leap, 0.97, 0.03)
        if how.learning == "exponential":
            return np.asarray(1 - (1 - expit(self.start)) * np.exp(-left))
        return np.asarray(expit(self.start + left))

    def mastery(self) -> Floats:
        """Mean true chance of a right answer over the objective's skills, by copy."""
        how = self.dynamics
        known = self.known()[:, self.goal].mean(axis=1)
        return np.asarray(how.guess + (1 - how.guess - how.slip) * known)

    def chance(self, item: Ints) -> Floats:
        """Of a right answer, by copy."""
        how, rows = self.dynamics, np.arange(len(item))
        level = logit(np.clip(self.known()[rows, self.skill[item]], 1e-4, 1 - 1e-4))
        known = expit(level - self.difficulty[item])
        return np.asarray(how.guess + (1 - how.guess - how.slip) * known)

    def gain(self, item: Ints) -> Floats:
        """What an item teaches whoever is ready and untouched."""
        how = self.dynamics
        study = how.study_gain * self.minutes[item] / 5
        return np.asarray(self.rate * np.where(self.asks[item], how.question_gain, study))

    def work(self, item: Ints, times: float | Floats = 1.0, luck: float = 1.0) -> None:
        """Each copy works on its item, `times` over as one; `luck` is of its minutes."""
        how, rows, skill = self.dynamics, np.arange(len(item)), self.skill[item]
        gain = times * self.gain(item) * self._ready(skill)
        if how.learning == "power":
            gain = gain / np.sqrt(1 + self.practised[rows, skill])
        self.learnt[rows, skill] *= self._kept()[rows, skill]
        self.learnt[rows, skill] += gain
        self.practised[rows, skill] += times
        minutes = times * self.minutes[item] * self.pace * luck
        self.spent, self.today = self.spent + minutes, self.today + minutes
        self.seen[rows, skill] = self.now()
        full = self.today >= how.minutes_per_day
        self.day, self.today = self.day + full, np.where(full, 0.0, self.today)

    def _kept(self) -> Floats:
        """Share of what was learnt that is left, by copy and skill."""
        how, gap = self.dynamics, np.maximum(self.now()[:, None] - self.seen, 0)
        if how.forgetting == "none":
            return np.ones_like(gap)
        if how.forgetting == "power":
            return np.asarray((1 + gap / how.half_life_days) ** -0.5)
        return np.asarray(np.exp2(-gap / (how.half_life_days * (1 + self.practised / 3))))

    def _ready(self, skill: Ints) -> Floats:
        how, needs = self.dynamics, self.needs[skill]
        there = needs >= 0
        if how.prerequisites == "none":
            return np.ones(len(skill))
        known = np.where(there, self.known()[np.arange(len(skill))[:, None], needs], 1.0)
        if how.prerequisites == "mean":
            share = 1 - (1 - known).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        else:
            share = known.min(axis=1)
        if how.prerequisites == "gate":
            share = (share >= 0.6).astype(np.float64)
        return np.asarray(how.unready + (1 - how.unready) * share)

    def imagine(self, copies: int, rng: np.random.Generator) -> "ForeignRoom":
        """The student `copies` times over; what is not leapt to yet waits anew."""
        twin = copy(self)
        for name in STATE:
            setattr(twin, name, np.repeat(getattr(self, name), copies, axis=0))
        waits = self.learnt + rng.exponential(size=(copies, self.skills))
        twin.leap = np.where(self.learnt >= self.leap, 0.0, waits)
        return twin


def rooms(seeds: range, per_seed: int) -> Iterator[tuple[int, ForeignRoom]]:
    """The drawn classrooms, each with the seed that it belongs to."""
    for seed in seeds:
        for number in range(per_seed):
            yield seed, ForeignRoom(10 * seed + number)


def _dynamics(rng: np.random.Generator) -> Dynamics:
    learning = str(rng.choice(["additive", "power", "exponential", "leap"]))
    question = float(np.exp(rng.uniform(np.log(0.04), np.log(0.8))))
    return Dynamics(
        learning=learning,
        prerequisites=str(rng.choice(["none", "mean", "weakest", "gate"])),
        unready=float(rng.choice([0.0, 0.0, 0.3]) * rng.random()),
        forgetting="none"
        if learning == "leap"
        else str(rng.choice(["none", "exponential", "power"])),
        half_life_days=float(np.exp(rng.uniform(np.log(1), np.log(60)))),
        question_gain=question,
        study_gain=question * float(np.exp(rng.uniform(np.log(0.3), np.log(12)))),
        rate_spread=float(rng.uniform(0.0, 0.8)),
        ability=(float(rng.uniform(-2.0, 0.5)), float(rng.uniform(0.3, 1.5))),
        luck=float(rng.uniform(0.2, 1.2)),
        guess=float(rng.choice([0.0, 0.1, 0.2, 0.25, 0.33])),
        slip=float(rng.uniform(0.0, 0.15)),
        minutes_per_day=float(rng.choice([15.0, 30.0, 60.0])),
    )


def _graph(rng: np.random.Generator, skills: int) -> "nx.DiGraph[int]":
    """Edges lead from what is needed, which has the smaller number."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(skills))
    shape = str(rng.choice(["chain", "tree", "sparse", "dense"]))
    for skill in range(1, skills):
        low = max(0, skill - int(rng.integers(2, 12)))
        few, some = int(rng.integers(0, 3)), int(rng.integers(1, 4))
        count = {"sparse": few, "dense": some}.get(shape, 1)
        needed = [skill - 1] if shape == "chain" else rng.integers(low, skill, count).tolist()
        graph.add_edges_from((below, skill) for below in needed)
    return graph


def _goal(rng: np.random.Generator, graph: "nx.DiGraph[int]") -> Ints:
    """One of the last skills, several, or all."""
    skills, kind = len(graph), rng.choice(["one", "several", "all"])
    if kind == "one":
        return np.array([int(rng.integers(skills // 2, skills))])
    if kind == "all":
        return np.arange(skills)
    return np.sort(rng.choice(skills, size=max(2, skills // 4), replace=False))


def _padded(graph: "nx.DiGraph[int]", skills: int) -> Ints:
    width = max(1, *(graph.in_degree(skill) for skill in graph))
    needs = np.full((skills, width), -1)
    for skill in range(skills):
        below = sorted(graph.predecessors(skill))
        needs[skill, : len(below)] = below
    return needs
