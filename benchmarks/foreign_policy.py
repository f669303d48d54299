"""The policy in drawn classrooms beside rules and oracles: `policy --rooms foreign`."""

import argparse
import sys
from collections.abc import Callable

import numpy as np

from benchmarks.foreign import Floats, ForeignRoom, rooms
from benchmarks.foreign_oracles import ForeignOneStep, ForeignOracle, ForeignPlanner
from benchmarks.policy import best_fixed, compared, over
from benchmarks.result import Cost, Result, measured
from learnloop.evaluation import Estimate, bootstrap, mean
from learnloop.recommend.teaching import TeachingPolicy, teach
from learnloop.recommend.teaching_policy import PlanningPolicy
from learnloop.recommend.teaching_rules import EqualTime, FixedOrder, RandomItems, SkillBySkill

PER_SEED = 3
"""Classrooms that each seed draws."""
STUDENTS = 2
"""In each classroom."""
Make = Callable[[ForeignRoom], TeachingPolicy]

RULES: dict[str, Make] = {
    "random": lambda _: RandomItems(),
    "popularity": lambda room: FixedOrder(room.popularity()),
    "curriculum": lambda _: FixedOrder(),
    "topological_three": lambda _: SkillBySkill(),
    "equal_time": lambda room: EqualTime(60 * room.hours),
    "straight": lambda _: SkillBySkill(straight=True),
}
ORACLES: dict[str, Callable[[], ForeignOracle]] = {
    "one_step_oracle": ForeignOneStep,
    "planning_oracle": ForeignPlanner,
}


def run(options: argparse.Namespace) -> Result:
    """Lets everybody teach the same students of the drawn classrooms."""
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    drawn = list(rooms(seeds, PER_SEED))
    table: dict[str, list[float]] = {name: [] for name in ("policy", *RULES, *ORACLES)}
    cost = Cost(cpu_seconds=0.0)
    for place, (_, room) in enumerate(drawn, start=1):
        for student in range(STUDENTS):
            with measured() as spent:
                told = None if options.untold else 60 * room.hours
                table["policy"].append(_taught(room, PlanningPolicy(), student, told))
            cost.cpu_seconds += spent.cpu_seconds
            cost.peak_mb = spent.peak_mb
            for name, make in RULES.items():
                table[name].append(_taught(room, make(room), student))
            for name, oracle in ORACLES.items():
                table[name].append(_taught_by_oracle(room, oracle(), student))
        print(f"classroom {place} of {len(drawn)}", file=sys.stderr)
    gains = {name: np.array(one).reshape(len(seeds), -1) for name, one in table.items()}
    return compared(
        gains,
        cost,
        notes=[
            f"{len(drawn)} drawn classrooms, {STUDENTS} students each",
            "intervals: bootstrap over seeds, each of which draws its own classrooms",
            "in a third of the classrooms some three in ten edges of the told graph are wrong",
        ],
        details={"kinds": _kinds(gains, [room for _, room in drawn])},
    )


def _taught(
    room: ForeignRoom, policy: TeachingPolicy, student: int, told: float | None = None
) -> float:
    room.reset(student)
    before = float(room.mastery()[0])
    teach(policy, room, student, told)
    return (float(room.mastery()[0]) - before) / room.hours


def _taught_by_oracle(room: ForeignRoom, oracle: ForeignOracle, student: int) -> float:
    seen = room.reset(student)
    before = float(room.mastery()[0])
    oracle.begin(room)
    while not seen.done:
        seen = room.step(oracle.choose())
    return (float(room.mastery()[0]) - before) / room.hours


def _kinds(gains: dict[str, Floats], drawn: list[ForeignRoom]) -> dict[str, dict[str, object]]:
    """Share and lead over the best fixed order by what was drawn; intervals over classrooms."""
    by_room = {name: gain.reshape(len(drawn), -1).mean(axis=1) for name, gain in gains.items()}
    best = best_fixed(by_room)
    labels = [_labels(room) for room in drawn]
    found: dict[str, dict[str, object]] = {}
    for label in sorted({one for own in labels for one in own}):
        mine = np.array([label in own for own in labels])
        columns = [by_room[name][mine] for name in ("policy", "random", "planning_oracle")]
        lead = by_room["policy"][mine] - by_room[best][mine]
        found[label] = {
            "classrooms": int(mine.sum()),
            "share_of_possible": _share(columns).as_dict(),
            "above_best_fixed_order": bootstrap(
                mean, lead, students=np.arange(lead.size), draws=500
            ).as_dict(),
        }
    return found


def _share(columns: list[Floats]) -> Estimate:
    def share(policy: Floats, chance: Floats, most: Floats, weight: Floats) -> float:
        return over(float(weight @ (policy - chance)), float(weight @ (most - chance)))

    return bootstrap(share, *columns, students=np.arange(columns[0].size), draws=500)


def _labels(room: ForeignRoom) -> list[str]:
    how = room.dynamics
    read = (~room.asks).any()
    return [
        f"learning {how.learning}",
        f"prerequisites {how.prerequisites}",
        f"forgetting {how.forgetting}",
        f"objective {'one' if room.goal.size == 1 else 'several'}",
        f"skills {'up to 15' if room.skills <= 15 else 'above 15'}",
        f"study items {'none' if not read else 'better' if _reads(room) else 'worse'}",
        f"minutes {'told' if 'duration_s' in room.items else 'not told'}",
        f"graph {'true' if _true_graph(room) else 'partly wrong'}",
    ]


def _reads(room: ForeignRoom) -> bool:
    """Whether the best study item teaches more a minute than the best question."""
    pace = room.dynamics.study_gain / 5
    return bool(pace > (room.dynamics.question_gain / room.minutes[room.asks]).max())


def _true_graph(room: ForeignRoom) -> bool:
    told = {(below[1:], above[1:]) for below, above in room.prerequisites.edges}
    return told == {(str(below), str(above)) for below, above in room.graph.edges}
