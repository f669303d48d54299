"""Adaptive tests beside catsim's: how many questions until the standard error is .3.

A bank of 500 questions (discrimination log-normal(0, .3), difficulty standard normal) and
1,000 students of standard normal ability per seed; answers follow the response model.

Two definitions of the standard error, each the same on both sides:

- information: 1 / sqrt(information of the asked questions at the estimate), which is what
  catsim's MinErrorStopper knows. `catsim` is as it ships: MaxInfoSelector, its maximum
  likelihood (Dodd's steps until both kinds of answers are there), a start at the
  population's mean.
- posterior: deviation of the ability given the answers and the prior. catsim has no prior;
  `catsim with our belief` is its simulator and selector with our estimate plugged in, so
  that what is left between the two is the choice of questions alone.

With `--answers`, real students are placed too: `benchmarks.assessment_answers`.

`limited`: no question goes to more than a share of the students. `from mastery`: the prior is
made of the masteries that a student's earlier answers tell. `placed`: ends after 10 questions.

    python -m benchmarks assessment --seeds 5
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.assessment_answers import placed_by_answers
from benchmarks.result import Result, fraction, measured, not_negative, positive
from learnloop.assessment.adaptive import AdaptiveTest
from learnloop.assessment.bank import TestBank
from learnloop.assessment.belief import Belief, belief_from_mastery, posterior
from learnloop.assessment.exposure import Exposure
from learnloop.assessment.settings import AssessmentSettings
from learnloop.difficulty.bank import ItemBank
from learnloop.evaluation import Estimate, bootstrap, mean, rmse

Floats = NDArray[np.float64]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTIONS, SKILLS, EARLIER = 500, 5, 12
ERROR, LONGEST, CUTS = 0.3, 60, (-0.5, 0.5)
SHARE = {f"s{number}": 1 / SKILLS for number in range(SKILLS)}
OF_BOTH = {"standard_error": ERROR, "max_items": LONGEST}
PLACEMENT = {"standard_error": 0.01, "max_items": 10, "cuts": CUTS}


@dataclass
class Run:
    """One configuration: a row per student of all seeds."""

    items: list[int] = field(default_factory=list)
    estimate: list[float] = field(default_factory=list)
    error: list[float] = field(default_factory=list)
    """The standard error that the test itself states; empty for peers."""
    level: list[int] = field(default_factory=list)
    ask_ms: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)
    exposure: list[float] = field(default_factory=list)
    """The largest share of students who met one question; one value a seed."""
    overlap: list[float] = field(default_factory=list)
    off_share: float = 0.0
    """The furthest that any skill was from its share in any test, in questions."""
    cpu_seconds: float = 0.0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--seeds", type=positive, default=5, help="banks and classes drawn")
    parser.add_argument("--first-seed", type=not_negative, default=0)
    parser.add_argument("--students", type=positive, default=1000, help="per seed")
    parser.add_argument(
        "--answers", type=Path, help="real answers (ASSISTments 2009) to be placed by"
    )
    parser.add_argument("--limit", type=fraction, default=0.2, help="of a question's exposure")


def run(options: argparse.Namespace) -> Result:
    """Our tests of all seeds first, catsim's after."""
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    draws = [Draw(seed, options.students) for seed in seeds]
    runs: dict[str, Run] = {}
    with measured() as cost:
        for draw in draws:
            for name, (settings, believed) in _configurations(options.limit).items():
                _sit(runs.setdefault(name, Run()), draw, settings, believed)
            print(f"seed {draw.seed}: ours done", file=sys.stderr)
    notes = [
        f"{options.seeds} seeds × {options.students} students, {QUESTIONS} questions.",
        "SE .3 by information for `median_items` and `catsim`, as its own stopper defines it.",
        f"limited: at most {options.limit:g} of the students meet a question.",
        "CPU-seconds: ours of all configurations, catsim's of each (details).",
    ]
    for draw in draws:
        found = peers.ask("catsim_tests", **draw.for_peer(options.limit))
        if found is None:
            notes.append(peers.MISSING)
            break
        for name, told in found.items():
            _take(runs.setdefault(name, Run()), told, options.students)
        print(f"seed {draw.seed}: catsim done", file=sys.stderr)
    placed = placed_by_answers(options.answers) if options.answers else {}
    truth = np.concatenate([draw.ability for draw in draws])
    seed_of = np.repeat(list(seeds), options.students)
    return _result(runs, truth, seed_of, cost, notes, placed)


def _configurations(limit: float) -> dict[str, tuple[dict[str, Any], bool]]:
    """Settings by name, and whether the prior is made of masteries."""
    information, limited = {**OF_BOTH, "error": "information"}, {"max_exposure": limit}
    return {
        "information": (information, False),
        "information, limited": ({**information, **limited}, False),
        "posterior": (OF_BOTH, False),
        "posterior, limited": ({**OF_BOTH, **limited}, False),
        "posterior, limited, balanced": ({**OF_BOTH, **limited, "content": SHARE}, False),
        "posterior, from mastery": (OF_BOTH, True),
        "posterior, limited, from mastery": ({**OF_BOTH, **limited}, True),
        "placed": ({**PLACEMENT, **limited}, False),
        "placed, from mastery": ({**PLACEMENT, **limited}, True),
    }


class Draw:
    """One seed's bank, students and what mastery believes of them."""

    def __init__(self, seed: int, students: int) -> None:
        self.seed = seed
        rng = np.random.default_rng(seed)
        self.a = rng.lognormal(0, 0.3, QUESTIONS)
        self.b = rng.normal(0, 1, QUESTIONS)
        self.ability = rng.normal(size=students)
        self.luck = rng.random((students, QUESTIONS))
        """An answer is right where this is below its chance: the same for all settings."""
        self.bank = _bank(self.a, self.b)
        self.priors = [self._believed(theta, rng) for theta in self.ability]

    def _believed(self, theta: float, rng: np.random.Generator) -> Belief:
        """Mastery's belief after earlier answers to questions that the bank does not hold."""
        a, b = rng.lognormal(0, 0.3, EARLIER), rng.normal(0, 1, EARLIER)
        right = (rng.random(EARLIER) < _chance(a, b, theta)).astype(np.intp)
        weight = posterior(_bank(a, b), Belief(), range(EARLIER), right)
        curves = self.bank.skill_curves
        mastery = curves @ weight
        sd = np.sqrt((curves - mastery[:, None]) ** 2 @ weight)
        floor = AssessmentSettings().least_prior_sd
        return belief_from_mastery(self.bank, self.bank.skill_ids, mastery, sd, floor)

    def for_peer(self, limit: float) -> dict[str, NDArray[Any]]:
        """The same for a peer."""
        told = {
            "a": self.a,
            "b": self.b,
            "ability": self.ability,
            "mean": [prior.mean for prior in self.priors],
            "sd": [prior.sd for prior in self.priors],
            "seed": self.seed,
            "limit": limit,
            "error": ERROR,
            "longest": LONGEST,
        }
        return {name: np.asarray(value) for name, value in told.items()}


def _bank(a: Floats, b: Floats) -> TestBank:
    ids = [f"q{number:03d}" for number in range(len(a))]
    slope, easiness = np.append(a, 1.0), np.append(-a * b, 0.0)
    nothing, counts = np.zeros(len(slope)), np.ones(len(slope), np.int64)
    fitted = ItemBank(pd.Index(ids), slope, easiness, nothing, nothing, counts)
    skills = [[f"s{number % SKILLS}"] for number in range(len(a))]
    return TestBank.of(fitted, pd.DataFrame({"content_id": ids, "skill_ids": skills}))


def _chance(a: Any, b: Any, theta: float) -> Any:
    return 1 / (1 + np.exp(-a * (theta - b)))


def _sit(into: Run, draw: Draw, settings: Mapping[str, Any], believed: bool) -> None:
    """All students of a draw take the test, one after the other."""
    started = time.process_time()
    test = AdaptiveTest(draw.bank, AssessmentSettings.model_validate(settings))
    for student, theta in enumerate(draw.ability):
        session = test.start(now=NOW, prior=draw.priors[student] if believed else None)
        right = draw.luck[student] < _chance(draw.a, draw.b, theta)
        while True:
            before = time.thread_time_ns()
            session = test.ask(session, NOW)
            into.ask_ms.append((time.thread_time_ns() - before) / 1e6)
            if session.pending is None:
                break
            correct = bool(right[draw.bank.place[session.pending]])
            before = time.thread_time_ns()
            session = test.answer(session, session.pending, correct, NOW)
            into.answer_ms.append((time.thread_time_ns() - before) / 1e6)
        result = test.result(session)
        into.items.append(result.questions)
        into.estimate.append(result.ability)
        into.error.append(result.standard_error)
        into.level.append(-1 if result.level is None else result.level)
        for skill, share in test.settings.content.items():
            off = abs(result.asked_by_skill.get(skill, 0) - share * result.questions)
            into.off_share = max(into.off_share, off)
    into.exposure.append(float(test.exposure.rates.max()))
    into.overlap.append(test.exposure.overlap)
    into.cpu_seconds += time.process_time() - started


def _take(into: Run, told: Mapping[str, Any], students: int) -> None:
    """A peer's answer for one seed."""
    asked = np.array(told["asked"])
    exposure = Exposure(("",) * len(asked), 1, students, asked, np.zeros(len(asked)))
    into.items.extend(told["items"])
    into.estimate.extend(told["estimate"])
    into.exposure.append(float(exposure.rates.max()))
    into.overlap.append(exposure.overlap)
    into.cpu_seconds += told["cpu_seconds"]


def _result(
    runs: dict[str, Run], truth: Floats, seed_of: Any, cost: Any, notes: Any, placed: Any
) -> Result:
    students = [f"{seed}-{place}" for place, seed in enumerate(seed_of)]
    scored = {name: _scores(run, truth, seed_of, students) for name, run in runs.items()}

    def both(free: str, limited: str) -> dict[str, Estimate]:
        if free not in scored:
            return {}
        bounded = {f"{name}_limited": score for name, score in scored[limited].items()}
        return {**scored[free], **bounded}

    baselines = {
        name: both(name, f"{name}, limited") for name in ("catsim", "catsim with our belief")
    }
    information, known = runs["information"], runs.get("catsim")
    fewer = {}
    for ours, theirs in (
        ("information", "catsim"),
        ("information, limited", "catsim, limited"),
        ("posterior", "catsim with our belief"),
        ("posterior, limited", "catsim with our belief, limited"),
        ("posterior, from mastery", "catsim with our belief, from mastery"),
    ):
        if known and theirs in runs:
            less = np.subtract(runs[theirs].items, runs[ours].items)
            fewer[f"{ours} − {theirs}"] = bootstrap(mean, less, students=students).as_dict()
    details = {
        "all": {
            name: {
                **{key: score.as_dict() for key, score in scored[name].items()},
                **_more(run, truth, seed_of),
            }
            for name, run in runs.items()
        },
        "mean_items_fewer_than_peer": fewer,
        "real_answers": placed,
    }
    scores = both("information", "information, limited")
    return Result(
        scores=scores,
        baselines={name: found for name, found in baselines.items() if found},
        cost=cost,
        rows=len(information.items),
        notes=notes,
        details=details,
    )


def _scores(run: Run, truth: Floats, seed_of: Any, students: Any) -> dict[str, Estimate]:
    items = np.array(run.items, float)
    return {
        "median_items": bootstrap(_medians, items, seed_of, students=students),
        "mean_items": bootstrap(mean, items, students=students),
        "rmse": bootstrap(rmse, truth, np.array(run.estimate), students=students),
    }


def _more(run: Run, truth: Floats, seed_of: Any) -> dict[str, Any]:
    items = np.array(run.items)
    told: dict[str, Any] = {
        "median_items_by_seed": [np.median(items[seed_of == s]) for s in np.unique(seed_of)],
        "mean_items_of_first_to_last_fifth_of_students": _by_fifth(items, seed_of),
        "at_most_10_items": np.mean(items <= 10),
        "at_the_longest": np.mean(items >= LONGEST),
        "largest_exposure": max(run.exposure),
        "overlap": np.mean(run.overlap),
        "correlation": np.corrcoef(run.estimate, truth)[0, 1],
        "cpu_seconds": run.cpu_seconds,
        "cpu_ms_per_question": 1e3 * run.cpu_seconds / items.sum(),
    }
    if run.ask_ms:
        told["stated_error"] = np.sqrt(np.mean(np.square(run.error)))
        told["next_item_cpu_ms"] = dict(
            zip(("p50", "p99"), np.quantile(run.ask_ms, [0.5, 0.99]).tolist(), strict=True)
        )
        told["answer_cpu_ms"] = dict(
            zip(("p50", "p99"), np.quantile(run.answer_ms, [0.5, 0.99]).tolist(), strict=True)
        )
        told["furthest_from_content_share"] = run.off_share
    if run.level and run.level[0] >= 0:
        told["right_level_of_3"] = np.mean(np.digitize(truth, CUTS) == run.level)
    return told


def _by_fifth(items: NDArray[Any], seed_of: Any) -> list[float]:
    """Who comes early should not get a shorter test than who comes late."""
    classes = [items[seed_of == seed] for seed in np.unique(seed_of)]
    return [
        float(np.mean([np.array_split(one, 5)[fifth].mean() for one in classes]))
        for fifth in range(5)
    ]


def _medians(items: Floats, seed_of: Floats, weight: Floats) -> float:
    """The mean over seeds of the median number of questions."""
    medians = []
    for seed in np.unique(seed_of):
        own = seed_of == seed
        medians.append(np.median(np.repeat(items[own], weight[own].astype(int))))
    return float(np.mean(medians))
