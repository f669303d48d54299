"""Precision, recall and delay on planted anomalies, at one rate of false alarms for all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from benchmarks.intervention.planted import PLANTED, Term, draw_term
from benchmarks.result import Result, measured
from learnloop.evaluation import Estimate
from learnloop.intervene.anomalies import (
    BURST,
    FELL,
    KINDS,
    WRONG,
    AnomalySettings,
    Floats,
    Weeks,
    begins,
    score_weeks,
)

CONF = Path(__file__).parents[2] / "conf/base/parameters_intervention.yml"
STUDENTS = 500
HISTORY = 4
"""Weeks before the first that a z is taken of; with two or three it would be wild."""
CALIBRATION = range(10_000, 10_020)
"""Seeds of the terms without anomalies on which the limits are set; others than are scored."""
FALSE_ALARMS = {FELL: 0.05, BURST: 0.025, WRONG: 0.025}
"""Alarms per student-term without an anomaly that the limits allow."""

Detector = Callable[[Weeks], dict[str, Floats]]
"""Weeks to a score of each kind, of shape (students, weeks)."""


def own_history(weeks: Weeks) -> dict[str, Floats]:
    """Ours."""
    said = YAML(typ="safe").load(CONF)["anomalies"]
    found = score_weeks(weeks, AnomalySettings.model_validate(said))
    return {kind: grids[0] for kind, grids in found.items()}


def z_of_last_week(weeks: Weeks) -> dict[str, Floats]:
    """The week less the mean of those before, in their standard deviations."""
    count = _z(weeks.events, least=1.0)
    return {FELL: -count, BURST: count, WRONG: -_z(_right(weeks), least=0.05)}


def robust_z(weeks: Weeks) -> dict[str, Floats]:
    """The same with median and MAD for the counts (Iglewicz & Hoaglin 1993), their spread at
    least that of chance."""
    count = np.zeros_like(weeks.events)
    for week in range(HISTORY, weeks.events.shape[1]):
        before = weeks.events[:, :week]
        median = np.median(before, axis=1)
        deviation = 1.4826 * np.median(np.abs(before - median[:, None]), axis=1)
        spread = np.maximum.reduce([deviation, np.sqrt(median), np.ones(len(before))])
        count[:, week] = (weeks.events[:, week] - median) / spread
    return {FELL: -count, BURST: count, WRONG: -_z(_right(weeks), least=0.05)}


def _right(weeks: Weeks) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return weeks.correct / weeks.answers


def _z(values: Floats, least: float) -> Floats:
    table = pd.DataFrame(values.T)
    before = table.expanding(min_periods=HISTORY)
    spread = before.std().shift().clip(lower=least)
    score: Floats = ((table - before.mean().shift()) / spread).fillna(0.0).to_numpy().T
    return score


DETECTORS: dict[str, Detector] = {
    "ours": own_history,
    "z of the last week": z_of_last_week,
    "robust z of the last week": robust_z,
}


def measure_anomalies(seeds: int) -> Result:
    """Each detector on the same terms, its limits set on others."""
    terms = [draw_term(STUDENTS, seed) for seed in range(seeds)]
    with measured() as cost:
        find = DETECTORS["ours"]
        for term in terms:
            find(Weeks.of(term.activity))
    cost.cpu_seconds /= seeds
    limits = {name: set_limits(detector) for name, detector in DETECTORS.items()}
    found = {
        name: [
            _measures(term, detector(Weeks.of(term.activity)), limits[name]) for term in terms
        ]
        for name, detector in DETECTORS.items()
    }
    scores = {name: _estimates(rows) for name, rows in found.items()}
    allowed = sum(FALSE_ALARMS.values())
    return Result(
        scores=scores.pop("ours"),
        baselines=scores,
        cost=cost,
        rows=seeds * STUDENTS,
        notes=[
            "Drawn terms, not anybody's: benchmarks/intervention/planted.py states the rule. "
            f"{STUDENTS} students and 12 weeks a seed; a row is a student's term.",
            f"Every detector is given the limits at which students without an anomaly have "
            f"{allowed:g} alarms a term, on {len(CALIBRATION)} terms of other seeds.",
            "recall: share of the planted that raise an alarm of their kind from their first "
            "week to the end of the term; precision: share of alarms that are such; delay: "
            "weeks from the first week of the anomaly to the alarm, 0 in that week, mean of "
            "those found.",
            "Intervals: twice the standard error over seeds. The cost is of one term.",
        ],
        details={"limits": limits, "false_alarms_allowed": FALSE_ALARMS},
    )


def set_limits(detector: Detector) -> dict[str, float]:
    """The least limits that keep to `FALSE_ALARMS`."""
    calm = [
        detector(Weeks.of(draw_term(STUDENTS, seed, share=0.0).activity))
        for seed in CALIBRATION
    ]
    limits = {}
    for kind in KINDS:
        score = np.concatenate([scores[kind] for scores in calm])
        low, high = 0.0, 40.0
        for _ in range(40):
            middle = (low + high) / 2
            often = begins(score, middle).sum() / len(score) > FALSE_ALARMS[kind]
            low, high = (middle, high) if often else (low, middle)
        limits[kind] = high
    return limits


def _measures(
    term: Term, scores: dict[str, Floats], limits: dict[str, float]
) -> dict[str, Any]:
    what, onset = term.planted["what"].to_numpy(), term.planted["onset"].to_numpy()
    alarms = {kind: begins(scores[kind], limits[kind]) for kind in KINDS}
    after = np.arange(1, scores[FELL].shape[1] + 1) >= onset[:, None]
    true = {
        kind: alarms[kind] & after & np.isin(what, _found_as(kind))[:, None] for kind in KINDS
    }
    measured = {
        f"precision, {kind}": _share(true[kind].sum(), alarms[kind].sum()) for kind in KINDS
    }
    for name, kind in PLANTED.items():
        rows = what == name
        hit = true[kind][rows]
        caught = hit.any(axis=1)
        delay = hit.argmax(axis=1) + 1 - onset[rows]
        measured[f"recall, {name}"] = float(caught.mean())
        measured[f"delay, {name}"] = float(delay[caught].mean()) if caught.any() else np.nan
    calm = what == ""
    measured["false alarms a student-term"] = float(
        sum(alarms[kind][calm].sum() for kind in KINDS) / calm.sum()
    )
    return measured


def _found_as(kind: str) -> list[str]:
    return [name for name, as_kind in PLANTED.items() if as_kind == kind]


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _estimates(rows: list[dict[str, Any]]) -> dict[str, Estimate]:
    table = pd.DataFrame(rows)
    error = (2 * table.std() / np.sqrt(table.notna().sum())).fillna(0.0)
    return {
        str(name): Estimate(value, value - error[name], value + error[name])
        for name, value in table.mean().items()
    }
