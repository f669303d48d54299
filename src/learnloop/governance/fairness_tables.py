"""Group by group: Fairlearn's MetricFrame over attributes and their intersections.

The one module that imports Fairlearn's metrics. A frame has one row per student, not per
answer: protected attributes are the student's, and a metric is told which students it is about.
A MetricFrame over 600,000 answers copies every column per group and takes seconds each.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from learnloop.governance.fairness_gaps import Cohort, Floats, Mask
from learnloop.governance.fairness_verdict import FairnessSettings

Metric = Callable[[Mask], float]
"""A figure of some students, given as a mask over the cohort."""
Table = dict[str, dict[str, Any]]


def _frame(metrics: Mapping[str, Metric], cohort: Cohort, attributes: list[str]) -> pd.Series:
    """The figures of each group of `attributes`, as a mapping per group."""
    from fairlearn.metrics import MetricFrame

    def figures(_: Any, students: Any) -> dict[str, float]:
        chosen = np.zeros(len(cohort.students), dtype=bool)
        chosen[np.asarray(students)] = True
        found = {name: metric(chosen) for name, metric in metrics.items()}
        return {"students": float(chosen.sum())} | found

    everyone = np.arange(len(cohort.students))
    groups = pd.DataFrame(
        {name: np.asarray(cohort.names[name])[cohort.codes[name]] for name in attributes}
    )
    # One metric that returns all figures: MetricFrame copies every column per metric.
    frame = MetricFrame(
        metrics=figures, y_true=everyone, y_pred=everyone, sensitive_features=groups
    )
    by_group: pd.Series = frame.by_group
    return by_group


def _table(by_group: pd.Series, minimum: int) -> Table:
    """As JSON: null for a figure that is undefined or of fewer than `minimum` students."""
    table: Table = {}
    for key, figures in by_group.items():
        if isinstance(figures, dict):
            name = " × ".join(map(str, key)) if isinstance(key, tuple) else str(key)
            students = int(figures["students"])
            table[name] = {"students": students} | {
                metric: float(value) if students >= minimum and math.isfinite(value) else None
                for metric, value in figures.items()
                if metric != "students"
            }
    return table


def group_tables(
    metrics: Mapping[str, Metric], cohort: Cohort, minimum: int
) -> dict[str, dict[str, Table]]:
    """Every metric for every group of one attribute, and of two attributes at once.

    Args:
        metrics: by name.
        cohort: the students.
        minimum: groups with fewer students show their size alone.

    Returns:
        ``attributes``: attribute → group → ``students`` and the metrics;
        ``intersections``: the same for ``a × b`` → ``g × h``.
    """
    names = list(cohort.names) if len(cohort.students) else []
    return {
        "attributes": {
            name: _table(_frame(metrics, cohort, [name]), minimum) for name in names
        },
        "intersections": {
            f"{one} × {other}": _table(_frame(metrics, cohort, [one, other]), minimum)
            for one, other in itertools.combinations(names, 2)
        },
    }


def _spread(rates: Floats) -> Floats:
    """Largest minus smallest rate over the groups (last axis)."""
    spread: Floats = np.nanmax(rates, axis=-1) - np.nanmin(rates, axis=-1)
    return spread


def parity_differences(
    totals: Mapping[str, Floats], cohort: Cohort, settings: FairnessSettings
) -> dict[str, dict[str, dict[str, float]]]:
    """Demographic parity and equalized odds differences with bootstrap intervals.

    As Fairlearn defines them: the largest difference of selection rates between any two
    groups, and the larger of those of TPR and FPR (Hardt, Price & Srebro 2016). 0 is
    equal, 1 the extreme. Whole students are drawn with replacement; a largest difference
    is never below 0, so its percentile interval leans upwards when groups are equal.

    Args:
        totals: per student ``rows``, ``flagged``, ``positives``, ``flagged_positives``.
        cohort: the students.
        settings: draws, seed, confidence, least group size.

    Returns:
        attribute → ``demographic_parity_difference`` and ``equalized_odds_difference`` →
        ``value``, ``low``, ``high``.
    """
    rng = np.random.default_rng(settings.seed)
    students = len(cohort.students)
    weights = np.ones((settings.draws + 1, students))
    for draw in weights[1:]:
        draw[:] = np.bincount(rng.integers(0, students, students), minlength=students)
    tail = (1 - settings.confidence) / 2
    found: dict[str, dict[str, dict[str, float]]] = {}
    for attribute, code in cohort.codes.items():
        size = np.bincount(code)
        large = np.flatnonzero(size >= settings.minimum_students)
        if len(large) < 2:
            continue
        member = (code[:, None] == large).astype(float)
        sums = {name: weights @ (member * total[:, None]) for name, total in totals.items()}
        negatives = sums["rows"] - sums["positives"]
        false = sums["flagged"] - sums["flagged_positives"]
        with np.errstate(divide="ignore", invalid="ignore"):
            parity = _spread(sums["flagged"] / sums["rows"])
            odds = np.fmax(
                _spread(sums["flagged_positives"] / sums["positives"]),
                _spread(false / negatives),
            )
        named = {"demographic_parity_difference": parity, "equalized_odds_difference": odds}
        found[attribute] = {}
        for name, draws in named.items():
            low, high = np.nanquantile(draws[1:], [tail, 1 - tail])
            found[attribute][name] = {
                "value": float(draws[0]),
                "low": float(low),
                "high": float(high),
            }
    return found
