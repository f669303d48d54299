"""Does it teach? The platform's policy against rules of thumb and oracles, in the classroom.

    python -m benchmarks policy --seeds 20

Each seed seats other students: one in each family of learners, all with the lesson whose
turn it is, and every policy teaches the same ones. The main score is the share of what could
be gained that the policy gains, (policy - random) / (planning oracle - random), where a
gain is that of the objective's true mean mastery per hour of study.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.result import Cost, Result, Scores, measured, not_negative, positive
from learnloop.evaluation import Estimate, bootstrap, mean
from learnloop.recommend.teaching import TeachingPolicy, teach
from learnloop.recommend.teaching_policy import PlanningPolicy
from learnloop.recommend.teaching_rules import EqualTime, FixedOrder, RandomItems, SkillBySkill
from learnloop.simulation import FAMILIES, Campus, CampusSettings, Classroom
from learnloop.simulation.oracles import OneStepOracle, Oracle, PlanningOracle

LESSONS: dict[str, tuple[str | tuple[str, ...], float]] = {
    "deep": ("algebra.systems-substitution", 4.0),
    "unit": (
        (
            "statistics.frequency-tables",
            "statistics.histograms",
            "statistics.mean-median",
            "statistics.quartiles",
            "statistics.standard-deviation",
            "statistics.z-scores",
        ),
        2.0,
    ),
    "chain": ("programming.lists", 3.0),
}
"""Objective and hours of study; the seeds take turns."""
MINUTES_PER_DAY = 30.0
FIXED = ("curriculum", "topological_three", "equal_time", "straight")
"""Orders that do not depend on who learns, or only on three right answers in a row."""
CAVEATS = (
    "the belief has the form of the simulated campus, and its priors, wide as they are, hold "
    "the campus's constants",
    "most learner families lie inside the hypotheses of the belief",
    "an earlier form of the policy was tuned in these lessons, on other students",
    "so the figures overstate what a foreign classroom would see: `--rooms foreign` draws "
    "classrooms by a generator that was written after the policy was frozen",
)
"""Why the figures flatter; docs/teaching-policy.md has the values."""
ONE_SEED = (
    "one seed: no interval, and nothing of the groups, whose gains are held against what the "
    "family and the seed would let expect; with one seed that is the gain itself"
)
Make = Callable[[float], TeachingPolicy]
Floats = np.ndarray[Any, np.dtype[np.float64]]


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many seeds, and from which on."""
    parser.add_argument("--seeds", type=positive, default=20, help="students per family")
    parser.add_argument(
        "--first-seed", type=not_negative, default=0, help="500 to 999 were for development"
    )
    parser.add_argument(
        "--rooms",
        choices=("campus", "foreign"),
        default="campus",
        help="the simulated campus's, or classrooms drawn at random from wide ranges",
    )
    parser.add_argument(
        "--untold", action="store_true", help="the policy is not told how long the student has"
    )


def run(options: argparse.Namespace) -> Result:
    """Lets everybody teach everybody."""
    if options.rooms == "foreign":
        from benchmarks import foreign_policy

        return foreign_policy.run(options)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    rooms = {(f, lesson): _room(f, lesson) for f in FAMILIES for lesson in LESSONS}
    gains: dict[str, Floats] = {}
    groups: list[dict[str, str]] = []
    with measured() as cost:
        gains["policy"] = _taught(
            rooms, seeds, lambda _: PlanningPolicy(), groups, told=not options.untold
        )
    popular = _popularity()
    rules: dict[str, Make] = {
        "random": lambda _: RandomItems(),
        "popularity": lambda _: FixedOrder(popular),
        "curriculum": lambda _: FixedOrder(),
        "topological_three": lambda _: SkillBySkill(),
        "equal_time": EqualTime,
        "straight": lambda _: SkillBySkill(straight=True),
    }
    for name, make in rules.items():
        gains[name] = _taught(rooms, seeds, make)
    gains["one_step_oracle"] = _taught_by_oracle(rooms, seeds, OneStepOracle)
    gains["planning_oracle"] = _taught_by_oracle(rooms, seeds, PlanningOracle)
    return compared(
        gains,
        cost,
        by_group=_groups(gains["policy"], groups) if len(seeds) > 1 else {},
        notes=[
            "intervals: bootstrap over seeds; policies are paired by student",
            "the policy is "
            + ("not " if options.untold else "")
            + "told how long the student has, which equal_time is told as well",
            "learner families were frozen before the policy was written; seeds from 500 to 999 "
            "were for development",
            "random and popularity choose among the items of skills that matter only",
            *CAVEATS,
            *[ONE_SEED] * (len(seeds) == 1),
        ],
        details={"families": _families(gains)},
    )


def compared(
    gains: dict[str, Floats],
    cost: Cost,
    *,
    notes: list[str],
    details: dict[str, Any],
    by_group: Scores | None = None,
) -> Result:
    """The policy beside all others.

    Args:
        gains: by policy, per hour; shape (seeds, students of a seed).
        cost: of the policy.
        notes: beside what a gain is, and which fixed order is best.
        details: further figures.
        by_group: further scores.
    """
    best = best_fixed(gains)
    return Result(
        scores={
            "share_of_possible": share_of_possible(gains, "policy"),
            "gain_per_hour": per_seed(gains["policy"]),
            "above_best_fixed_order": per_seed(gains["policy"] - gains[best]),
            **(by_group or {}),
        },
        baselines={
            name: {
                "share_of_possible": share_of_possible(gains, name),
                "gain_per_hour": per_seed(gain),
            }
            for name, gain in gains.items()
            if name != "policy"
        },
        cost=cost,
        rows=int(gains["policy"].size),
        notes=[
            "gain: of the objective's true mean mastery per hour of study; a row is a student",
            f"best fixed order over all: {best}",
            *notes,
        ],
        details={
            **details,
            "per_seed": {name: gain.mean(axis=1).tolist() for name, gain in gains.items()},
        },
    )


def best_fixed(gains: dict[str, Floats]) -> str:
    """The order of `FIXED` with the highest mean gain."""
    return max(FIXED, key=lambda name: float(gains[name].mean()))


def _room(family: str, lesson: str) -> Classroom:
    objective, hours = LESSONS[lesson]
    return Classroom(
        CampusSettings(),
        objective=objective,
        steps=5_000,
        hours=hours,
        minutes_per_day=MINUTES_PER_DAY,
        family=FAMILIES[family],
    )


def _seats(
    rooms: dict[tuple[str, str], Classroom], seeds: range
) -> list[tuple[int, int, Classroom, int]]:
    """Row, column, classroom and student: a seed and a family each."""
    lessons = list(LESSONS)
    return [
        (row, column, rooms[family, lessons[seed % len(lessons)]], 100 * seed + column)
        for row, seed in enumerate(seeds)
        for column, family in enumerate(FAMILIES)
    ]


def _taught(
    rooms: dict[tuple[str, str], Classroom],
    seeds: range,
    make: Make,
    groups: list[dict[str, str]] | None = None,
    *,
    told: bool = True,
) -> Floats:
    """Gain per hour by seed and family."""
    gains = np.zeros((len(seeds), len(FAMILIES)))
    for row, column, room, student in _seats(rooms, seeds):
        room.reset(student)
        before, minutes = _mastery(room), 60 * room.hours
        teach(make(minutes), room, student, minutes if told else None)
        gains[row, column] = _gain_per_hour(room, before)
        if groups is not None:
            groups.append(room.true_groups())
    print(f"{gains.mean():.4f}", file=sys.stderr)
    return gains


def _taught_by_oracle(
    rooms: dict[tuple[str, str], Classroom], seeds: range, make: Callable[[], Oracle]
) -> Floats:
    gains = np.zeros((len(seeds), len(FAMILIES)))
    for row, column, room, student in _seats(rooms, seeds):
        seen, oracle = room.reset(student), make()
        before = _mastery(room)
        oracle.begin(room, student)
        while not seen.done:
            seen = room.step(oracle.choose())
        gains[row, column] = _gain_per_hour(room, before)
    print(f"{gains.mean():.4f}", file=sys.stderr)
    return gains


def _mastery(room: Classroom) -> float:
    wanted = (room.objective,) if isinstance(room.objective, str) else room.objective
    truth = room.true_mastery()
    return float(np.mean([truth[skill] for skill in wanted]))


def _gain_per_hour(room: Classroom, before: float) -> float:
    """Of the hours meant, not of those studied: who drops out early has not learnt fast."""
    return (_mastery(room) - before) / room.hours


def _popularity() -> dict[str, float]:
    """How often the students of a small campus turned to each item."""
    settings = CampusSettings(students=150, audit_students=0, reference_students=0)
    counts: dict[str, float] = {}
    for block in Campus(settings).blocks():
        ids, times = np.unique(
            block.events["content_id"].drop_null().to_numpy().astype(str), return_counts=True
        )
        for item, count in zip(ids, times, strict=True):
            counts[item] = counts.get(item, 0.0) + float(count)
    return counts


def share_of_possible(gains: dict[str, Floats], name: str) -> Estimate:
    """(policy - random) / (planning oracle - random), resampled by seed."""

    def share(policy: Floats, chance: Floats, most: Floats, weight: Floats) -> float:
        low = np.average(chance, weights=weight)
        possible = np.average(most, weights=weight) - low
        return over(np.average(policy, weights=weight) - low, possible)

    columns = [gains[key].mean(axis=1) for key in (name, "random", "planning_oracle")]
    return bootstrap(share, *columns, students=np.arange(len(columns[0])), draws=2_000)


def over(part: float, whole: float) -> float:
    """A share; NaN where there is nothing to share."""
    return float(part / whole) if whole != 0 else float("nan")


def per_seed(values: Floats) -> Estimate:
    """The mean, resampled by seed."""
    seeds = values.mean(axis=1) if values.ndim == 2 else values
    return bootstrap(mean, seeds, students=np.arange(len(seeds)), draws=2_000)


def _groups(gains: Floats, groups: list[dict[str, str]]) -> dict[str, Estimate]:
    """The weakest group's gain over everybody's, in the families' and seeds' own terms."""
    expected = gains.mean(axis=1, keepdims=True) * gains.mean(axis=0) / gains.mean()
    flat, usual = gains.ravel(), expected.ravel()
    student = np.arange(flat.size)

    def ratio(gain: Floats, mean_gain: Floats, weight: Floats) -> float:
        return over(weight @ gain, weight @ mean_gain)

    found = {}
    for attribute in groups[0]:
        for group in sorted({one[attribute] for one in groups}):
            mine = np.array([one[attribute] == group for one in groups])
            found[f"group {attribute} {group}"] = bootstrap(
                ratio, flat[mine], usual[mine], students=student[mine], draws=500
            )
    weakest = min(found, key=lambda name: np.nan_to_num(found[name].value, nan=np.inf))
    return {"weakest_group": found[weakest], **found}


def _families(gains: dict[str, Floats]) -> dict[str, Any]:
    table = {}
    for column, family in enumerate(FAMILIES):
        own = {name: gain[:, [column]] for name, gain in gains.items()}
        best = best_fixed(own)
        table[family] = {
            "share_of_possible": share_of_possible(own, "policy").as_dict(),
            "best_fixed_order": best,
            "above_best_fixed_order": per_seed(own["policy"] - own[best]).as_dict(),
            "gain_per_hour": {name: per_seed(gain).as_dict() for name, gain in own.items()},
        }
    return table
