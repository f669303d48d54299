"""False alarms and power of the fairness audit.

Each seed is a campus of its own. The four models are fitted on its learning cohort, and its
audit cohort is scored and audited: without a bias, then with one in the smallest group of
each protected attribute. Models, parameters and limits are those of `conf/base`.

What a bias of the campus changes is scored anew, which is the students of its group; the
models stay those of the unbiased campus (`--refit` fits them with the bias in the learning
cohort too). Flipped answers hardly reach what is recommended, so that `lists` plants a bias in
the recommendations themselves: a share of the group's questions become videos.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd

from benchmarks.audits import members, results
from benchmarks.audits.project import measured_with, read_settings
from benchmarks.audits.results import Result
from benchmarks.audits.scoring import Models, Rolls, Scores, Term, fit, score
from benchmarks.audits.verdicts import record, verdicts
from benchmarks.result import positive
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.simulation import Bias, Campus, CampusSettings, Cohort
from learnloop.simulation.attributes import GROUPS

FILE = "fairness.jsonl"
MEASURED_WITH = ("campus", "difficulty", "mastery", "recommender", "intervention", "audit")
"""Parameters that a result follows from."""
KINDS = ("labels", "lists")
STRENGTHS = (0.25, 0.5, 1.0)
SMALLEST = {name: min(shares, key=lambda g: shares[g]) for name, shares in GROUPS.items()}
"""The smallest group of each attribute: it has the widest interval."""


@dataclass(frozen=True)
class Condition:
    """What is planted; nothing where `strength` is 0."""

    kind: str = "none"
    attribute: str = ""
    strength: float = 0.0

    @property
    def group(self) -> str:
        """In which it is planted."""
        return SMALLEST.get(self.attribute, "")

    @property
    def bias(self) -> Bias | None:
        """As the campus takes it; ``None`` where the campus has none."""
        if self.kind != "labels":
            return None
        return Bias.model_validate(
            {
                "kind": self.kind,
                "attribute": self.attribute,
                "group": self.group,
                "strength": self.strength,
            }
        )


def conditions(
    kinds: list[str], attributes: list[str], strengths: list[float]
) -> list[Condition]:
    """No bias, then every bias."""
    planted = [
        Condition(kind, attribute, strength)
        for kind in kinds
        for attribute in attributes
        for strength in strengths
    ]
    return [Condition(), *planted]


class World:
    """One seed: what is made once, whatever is planted."""

    def __init__(self, size: CampusSettings, settings: dict[str, Any]) -> None:
        self._size = size
        self._settings = settings
        self.measured_with = measured_with(settings, *MEASURED_WITH)
        self.rolls = Rolls.of(Campus(size))
        self.limits = FairnessSettings.model_validate(settings["audit"])

    @cached_property
    def _audited(self) -> Any:
        campus = self.rolls.campus
        return self.rolls.log(members.play(campus, members.everybody(campus, Cohort.AUDIT)))

    @cached_property
    def _term(self) -> Term:
        return Term.of(self.rolls, self._audited, Cohort.AUDIT.value)

    def fitted(self, bias: Bias | None) -> Models:
        """The models, of a learning cohort with that bias."""
        campus = Campus(self._size.model_copy(update={"bias": bias}))
        learners = members.play(campus, members.everybody(campus, Cohort.LEARN))
        return fit(self.rolls, self.rolls.log(learners), self._settings)

    @cached_property
    def models(self) -> Models:
        """The models of the unbiased campus."""
        return self.fitted(None)

    @cached_property
    def scores(self) -> Scores:
        """Of the unbiased audit cohort, by `models`."""
        return score(self.rolls, self.models, self._term, self._audited)

    def scores_with(self, bias: Bias) -> Scores:
        """Of the audit cohort with a bias, by `models`; only its group is scored anew."""
        campus = Campus(self._size.model_copy(update={"bias": bias}))
        people = members.everybody(campus, Cohort.AUDIT)
        group = members.choose(people, people.disadvantaged)
        events = self.rolls.log(members.play(campus, group))
        anew = score(self.rolls, self.models, self._term, events)
        return {
            name: splice(table, anew[name], group.student_ids)
            for name, table in self.scores.items()
        }

    def scores_refitted(self, bias: Bias) -> Scores:
        """Of the audit cohort with a bias, by models fitted with it: nothing is reused."""
        campus = Campus(self._size.model_copy(update={"bias": bias}))
        people = members.everybody(campus, Cohort.AUDIT)
        events = self.rolls.log(members.play(campus, people))
        return score(self.rolls, self.fitted(bias), self._term, events)

    def measure(self, condition: Condition, *, refit: bool = False) -> Result:
        """The audits of one condition, by model."""
        protected, bias = self.rolls.protected, condition.bias
        if bias is not None:
            scores = self.scores_refitted(bias) if refit else self.scores_with(bias)
        elif condition.kind == "lists":
            group = protected.loc[
                protected[condition.attribute] == condition.group, "student_id"
            ]
            name = "content_recommender"
            scores = {name: withhold(self.scores[name], group, condition.strength)}
        else:
            scores = self.scores
        unbiased = condition.kind == "none"
        found = verdicts(scores, protected, self.limits, abroca=unbiased)
        groups = {condition.attribute: condition.group} if condition.attribute else SMALLEST
        return {name: record(audit, groups) for name, audit in found.items()}


def splice(
    table: pd.DataFrame, anew: pd.DataFrame, students: np.ndarray[Any, Any]
) -> pd.DataFrame:
    """`table` with the rows of `students` taken from `anew`."""
    others = table[~table["student_id"].isin(students)]
    return pd.concat([others, anew], ignore_index=True)


def withhold(lists: pd.DataFrame, students: pd.Series, share: float) -> pd.DataFrame:
    """`lists` where a share of the questions listed for `students` are videos instead.

    A larger share withholds what a smaller one does, and more.
    """
    chance = np.random.default_rng(0).random(len(lists))
    asked = (lists["type"] == "assessment") & lists["student_id"].isin(students)
    return lists.assign(type=lists["type"].mask(asked & (chance < share), "video"))


def measure_seed(
    world: World, seed: int, wanted: list[Condition], *, refit: bool
) -> Iterator[Result]:
    """One result per condition."""
    for condition in wanted:
        # The engine keeps every table that it was ever shown: a fresh one forgets them.
        ibis.set_backend(ibis.duckdb.connect(threads=1))
        wall, cpu = time.monotonic(), time.process_time()
        models = world.measure(condition, refit=refit)
        yield {
            "seed": seed,
            "kind": condition.kind,
            "attribute": condition.attribute,
            "group": condition.group,
            "strength": condition.strength,
            "refit": refit,
            "limit": world.limits.limit,
            "half_width": world.limits.half_width,
            "settings": world.measured_with,
            "wall_s": round(time.monotonic() - wall, 1),
            "cpu_s": round(time.process_time() - cpu, 1),
            "models": models,
        }


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = __doc__
    parser.add_argument("--seeds", type=positive, default=20, help="how many campuses")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--audit-students", type=int, help="instead of the configuration's")
    parser.add_argument("--kinds", nargs="+", choices=("none", *KINDS), default=list(KINDS))
    parser.add_argument("--attributes", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--strengths", nargs="+", type=float, default=list(STRENGTHS))
    parser.add_argument("--refit", action="store_true", help="bias in the learning cohort too")
    parser.add_argument("--out", type=Path, default=results.FOLDER / FILE)


def run(options: argparse.Namespace) -> None:
    """Measures what `options.out` has no line of yet."""
    settings = read_settings()
    campus = settings["campus"] | {"reference_students": 0}
    if options.audit_students:
        campus["audit_students"] = options.audit_students
    base = CampusSettings.model_validate(campus)
    kinds = [kind for kind in options.kinds if kind != "none"]
    wanted = conditions(kinds, options.attributes, options.strengths)
    if options.refit:
        wanted = [condition for condition in wanted if condition.bias is not None]
    keys = ("settings", "seed", "audit_students", "kind", "attribute", "strength", "refit")
    known = results.done(options.out, *keys)
    with_these = measured_with(settings, *MEASURED_WITH)
    size = base.audit_students
    seeds = range(options.first, options.first + options.seeds)
    missing = {
        seed: [
            one
            for one in wanted
            if (with_these, seed, size, one.kind, one.attribute, one.strength, options.refit)
            not in known
        ]
        for seed in seeds
    }
    progress = results.Progress(sum(len(left) for left in missing.values()))
    for seed, left in missing.items():
        if not left:
            continue
        world = World(base.model_copy(update={"seed": seed}), settings)
        for result in measure_seed(world, seed, left, refit=options.refit):
            sizes = {"students": base.students, "audit_students": size}
            results.append(options.out, result | sizes)
            failed = [n for n, found in result["models"].items() if found["verdict"] == "fail"]
            progress.step(
                f"seed {seed}, {result['kind']} {result['attribute']} {result['strength']:g}: "
                f"{', '.join(failed) or 'no model'} fails ({result['cpu_s']} s)"
            )
