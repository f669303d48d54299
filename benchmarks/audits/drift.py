"""Terms without and with planted drift: how far apart the drift columns are, and the verdicts.

Each seed is a campus of its own: learners who teach the models, an earlier term, and a current
term of other students in which a drift is planted or not. A result holds every distance, so
that other limits can be tried on it without simulating again.
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import pandas as pd

from benchmarks.audits import results
from benchmarks.audits.drift_terms import Taught
from benchmarks.audits.project import measured_with, read_settings
from benchmarks.audits.scoring import Rolls
from benchmarks.result import positive
from learnloop.governance.drift import Distance, DriftSettings, judge_drift, term_distances
from learnloop.simulation import Campus, CampusSettings, Cohort, Drift

FILE = "drift.jsonl"
STRENGTHS: dict[str, tuple[float, ...]] = {
    "none": (0.0,),
    "devices": (0.25, 0.5, 1.0),
    "harder": (0.1, 0.2, 0.4),
    "slower": (0.1, 0.2, 0.4),
}
CHOOSING = range(100, 140)
"""Seeds whose undrifted terms the limits are chosen on; none of them is reported on."""
KEYS = ("settings", "seed", "kind", "strength", "students", "reference", "taught")


class Condition(NamedTuple):
    """What is planted in which campus."""

    seed: int
    kind: str
    strength: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--seeds", type=positive, default=20, help="how many campuses")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--kinds", nargs="+", choices=STRENGTHS, default=list(STRENGTHS))
    parser.add_argument("--students", type=int, default=1_000, help="in the current term")
    parser.add_argument(
        "--reference",
        nargs="+",
        type=int,
        default=[1_000, 300],
        help="in the earlier term; others than the largest are measured without drift alone",
    )
    parser.add_argument(
        "--taught",
        choices=("before", "now"),
        default="before",
        help="whether the models learn on undrifted learners, or on drifted ones as in a run",
    )
    parser.add_argument("--out", type=Path, default=results.FOLDER / FILE)


def parameters_of(settings: dict[str, Any]) -> str:
    """A short hash of what a result follows from; limits are tried afterwards."""
    names = ("campus", "difficulty", "mastery", "intervention", "week")
    return measured_with({**settings, "week": settings["drift"]["week"]}, *names)


def run(options: argparse.Namespace) -> None:
    """Measures what has no result yet."""
    settings = read_settings()
    with_these = parameters_of(settings)
    finished = results.done(options.out, *KEYS)
    conditions = [
        Condition(seed, kind, strength)
        for seed in range(options.first, options.first + options.seeds)
        for kind in options.kinds
        for strength in STRENGTHS[kind]
    ]
    largest = max(options.reference)
    missing = {
        condition: sizes
        for condition in conditions
        if (
            sizes := [
                size
                for size in options.reference
                if (size == largest or condition.kind == "none")
                and (with_these, *condition, options.students, size, options.taught)
                not in finished
            ]
        )
    }
    progress = results.Progress(len(missing))
    for seed, some in itertools.groupby(missing, key=lambda condition: condition.seed):
        # The engine keeps every table that it was ever shown: a fresh one forgets them.
        ibis.set_backend(ibis.duckdb.connect(threads=1))
        school = School(seed, options.students, largest, settings)
        for condition in some:
            for result in school.measure(condition, missing[condition], options.taught):
                results.append(options.out, result | {"settings": with_these})
            progress.step(f"seed {seed} {condition.kind} {condition.strength}")


class School:
    """A campus of one seed, whose current term can be drifted."""

    def __init__(
        self, seed: int, students: int, reference: int, settings: dict[str, Any]
    ) -> None:
        self._settings = settings
        self._drift = DriftSettings.model_validate(settings["drift"])
        campus = {"audit_students": students, "reference_students": reference, "seed": seed}
        self._campus = CampusSettings.model_validate(settings["campus"] | campus)
        self._rolls = Rolls.of(Campus(self._campus))
        self._taught: dict[Drift, tuple[Taught, pd.DataFrame]] = {}

    def _models(self, drift: Drift) -> tuple[Taught, pd.DataFrame]:
        """Models that learned in a term with `drift`, and what they see of the earlier term."""
        if drift not in self._taught:
            campus = self._drifted(drift)
            taught = Taught.of(self._rolls, campus, self._settings)
            week = self._drift.week
            earlier = taught.columns(self._rolls, campus, Cohort.REFERENCE, week)
            self._taught = {drift: (taught, earlier)}
        return self._taught[drift]

    def _drifted(self, drift: Drift) -> Campus:
        return Campus(self._campus.model_copy(update={"drift": drift}))

    def measure(
        self, condition: Condition, references: list[int], taught: str
    ) -> Iterator[dict[str, Any]]:
        """A result for each size of the earlier term: its first students, cut off there."""
        drift = Drift.model_validate({"kind": condition.kind, "strength": condition.strength})
        models, earlier = self._models(drift if taught == "now" else Drift())
        now = models.columns(self._rolls, self._drifted(drift), Cohort.AUDIT, self._drift.week)
        order = self._rolls.of_cohort("reference")["student_id"]
        for size in references:
            # Students are drawn one by one, so the first 300 of 1,000 are those of 300.
            share = size / self._campus.reference_students
            kept = earlier[earlier["student_id"].isin(order[: round(share * len(order))])]
            yield {
                **condition._asdict(),
                "students": self._campus.audit_students,
                "reference": size,
                "taught": taught,
                "sizes": [len(kept), len(now)],
                "distances": pack(term_distances(pd.concat([kept, now], ignore_index=True))),
            }


def pack(distances: list[Distance]) -> list[list[Any]]:
    """`[name, numeric, students before, students now, distance of each place]` by column."""
    rows: dict[str, list[Any]] = {}
    for one in distances:
        name = one.name.partition("[")[0]
        row = rows.setdefault(name, [name, one.numeric, one.reference, one.current])
        row.append(round(one.score, 4))
    return list(rows.values())


def unpack(rows: list[list[Any]]) -> list[Distance]:
    """What `pack` was given, to four places."""
    return [
        Distance(f"{name}[{place}]" if len(scores) > 1 else name, numeric, score, before, now)
        for name, numeric, before, now, *scores in rows
        for place, score in enumerate(scores)
    ]


def verdicts(result: dict[str, Any], settings: DriftSettings) -> dict[str, dict[str, Any]]:
    """The report on a result under any limits, by model."""
    before, now = result["sizes"]
    return judge_drift(unpack(result["distances"]), (before, now), settings)
