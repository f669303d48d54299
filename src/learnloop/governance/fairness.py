"""Audits what each model does to each group of students; the gates read the result.

Each group of a protected attribute is held against the rest of the students. What gates:

    mastery_predictor      AUC and calibration (mean predicted minus observed)
    difficulty_estimator   differential item functioning (STD P-DIF)
    content_recommender    exposure (share of slots per content type) and predicted gain
    intervention_trigger   TPR and FPR

Intersections of two attributes, demographic parity, equalized odds and ABROCA are reported
and do not gate: help is no harm, dozens of intersections would leave no power for the groups,
and ABROCA's test knows no size that matters.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from learnloop.content.schema import ContentType
from learnloop.governance.fairness_abroca import abroca_tests
from learnloop.governance.fairness_gaps import (
    Cohort,
    Floats,
    Gap,
    Ints,
    Mask,
    auc_gaps,
    rate_gaps,
)
from learnloop.governance.fairness_items import METRIC, item_gaps
from learnloop.governance.fairness_tables import Metric, group_tables, parity_differences
from learnloop.governance.fairness_verdict import FairnessSettings, judge

AUDITED = ("audit", "test")
METHOD = (
    "Each group against the rest of the students; standard errors clustered by student; "
    "Šidák intervals that hold all at once."
)


def _scored(scores: pd.DataFrame, protected: pd.DataFrame) -> tuple[pd.DataFrame, Ints, Cohort]:
    """Rows of audited students, their students' codes, and the cohort."""
    held_out = scores.loc[scores["split"].isin(AUDITED)]
    cohort = Cohort.of(held_out["student_id"], protected)
    student = cohort.place(held_out["student_id"])
    known = student >= 0
    return held_out.loc[known], student[known], cohort


def _ratio(total: Floats, of: Floats) -> Metric:
    """The metric ``sum(total) / sum(of)`` of some students."""

    def value(chosen: Mask) -> float:
        rows = of[chosen].sum()
        return float(total[chosen].sum() / rows) if rows > 0 else float("nan")

    return value


def _auc(label: Mask, score: Floats, student: Ints) -> Metric:
    """The AUC of some students' rows, from ranks that are taken once."""
    levels, rank = np.unique(score, return_inverse=True)

    def value(chosen: Mask) -> float:
        rows = chosen[student]
        won = np.bincount(rank[rows & label], minlength=len(levels))
        lost = np.bincount(rank[rows & ~label], minlength=len(levels))
        pairs = float(won.sum()) * float(lost.sum())
        wins = float(won @ (np.cumsum(lost) - lost / 2))
        return wins / pairs if pairs else float("nan")

    return value


def _audit(
    gaps: list[Gap],
    metrics: Mapping[str, Metric],
    words: dict[str, str],
    rows: int,
    cohort: Cohort,
    settings: FairnessSettings,
    alone: Sequence[Gap] = (),
) -> dict[str, Any]:
    return {
        **judge(gaps, words, settings, alone),
        "method": METHOD,
        "students": len(cohort.students),
        "rows": rows,
        **group_tables(metrics, cohort, settings.minimum_students),
        "reported": {},
    }


def audit_mastery(
    scores: pd.DataFrame, protected: pd.DataFrame, settings: FairnessSettings
) -> dict[str, Any]:
    """AUC and calibration of predicted answers.

    Args:
        scores: one row per answer: ``student_id``, ``split``, ``correct``, ``probability``.
        protected: one row per student.
        settings: limits.
    """
    held, student, cohort = _scored(scores, protected)
    correct = held["correct"].to_numpy(bool)
    probability = held["probability"].to_numpy(np.float64)
    answers = cohort.per_student(student, np.ones(len(held)))
    excess = cohort.per_student(student, probability - correct)
    least = settings.minimum_students
    gaps = [
        *auc_gaps(correct, probability, student, cohort, least),
        *rate_gaps("calibration", excess, answers, cohort, least, proportion=False),
    ]
    metrics = {
        "auc": _auc(correct, probability, student),
        "calibration": _ratio(excess, answers),
        "share_correct": _ratio(cohort.per_student(student, correct), answers),
    }
    words = {
        "auc": "AUC",
        "calibration": "predicted minus observed",
        "share_correct": "share correct",
    }
    audit = _audit(gaps, metrics, words, len(held), cohort, settings)
    tests = abroca_tests(correct, probability, student, cohort, settings)
    return {**audit, "reported": {"abroca": tests}}


def audit_difficulty(
    scores: pd.DataFrame, protected: pd.DataFrame, settings: FairnessSettings
) -> dict[str, Any]:
    """Differential item functioning of the assessment items.

    Args:
        scores: one row per answer: ``student_id``, ``split``, ``content_id``,
            ``skill_id``, ``correct``, ``probability``.
        protected: one row per student.
        settings: limits.
    """
    held, student, cohort = _scored(scores, protected)
    found = item_gaps(held, student, cohort, settings)
    label = held["correct"].to_numpy(bool)
    probability = held["probability"].to_numpy(np.float64)
    answers = cohort.per_student(student, np.ones(len(held)))
    correct = cohort.per_student(student, label)
    predicted = cohort.per_student(student, probability)
    metrics = {
        "residual": _ratio(correct - predicted, answers),
        "share_correct": _ratio(correct, answers),
        "answers": _ratio(answers, (answers > 0).astype(np.float64)),
    }
    words = {
        METRIC: "STD P-DIF",
        "residual": "observed minus predicted",
        "share_correct": "share correct",
        "answers": "answers per student",
    }
    audit = _audit(found.judged, metrics, words, len(held), cohort, settings, found.alone)
    audit["gaps"] = _furthest(audit["gaps"])
    tests = abroca_tests(label, probability, student, cohort, settings)
    return {**audit, "reported": {"coverage": found.coverage, "abroca": tests}}


def _furthest(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each group the item whose interval ends furthest from 0; thousands are too many."""

    def size(gap: dict[str, Any]) -> float:
        if gap["half_width"] is None:
            return -math.inf
        return float(abs(gap["gap"]) - gap["half_width"])

    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for gap in gaps:
        key = (gap["attribute"], gap["group"])
        if key not in kept or size(gap) > size(kept[key]):
            kept[key] = gap
    return list(kept.values())


def audit_recommender(
    recommendations: pd.DataFrame, protected: pd.DataFrame, settings: FairnessSettings
) -> dict[str, Any]:
    """Exposure to each content type, and predicted gain.

    Args:
        recommendations: one row per slot: ``student_id``, ``split``, ``type``,
            ``expected_gain``.
        protected: one row per student.
        settings: limits.
    """
    held, student, cohort = _scored(recommendations, protected)
    slots = cohort.per_student(student, np.ones(len(held)))
    least = settings.minimum_students
    gaps: list[Gap] = []
    metrics: dict[str, Metric] = {}
    words: dict[str, str] = {}
    for kind in [kind.value for kind in ContentType if (held["type"] == kind.value).any()]:
        shown = cohort.per_student(student, (held["type"] == kind).to_numpy(bool))
        gaps += rate_gaps(f"share_{kind}", shown, slots, cohort, least)
        metrics[f"share_{kind}"] = _ratio(shown, slots)
        words[f"share_{kind}"] = f"share of {kind} slots"
    gain = cohort.per_student(student, held["expected_gain"].to_numpy(np.float64))
    gaps += rate_gaps(
        "expected_gain", gain, slots, cohort, least, proportion=False, relative=True
    )
    metrics["expected_gain"] = _ratio(gain, slots)
    words["expected_gain"] = "predicted gain (relative)"
    return _audit(gaps, metrics, words, len(held), cohort, settings)


def audit_intervention(
    scores: pd.DataFrame, protected: pd.DataFrame, settings: FairnessSettings
) -> dict[str, Any]:
    """TPR and FPR of the flag; selection rate and AUC beside them.

    Args:
        scores: one row per student × week: ``student_id``, ``split``, ``label``,
            ``flagged``, ``risk``.
        protected: one row per student.
        settings: limits.
    """
    held, student, cohort = _scored(scores, protected)
    label = held["label"].to_numpy(bool)
    risk = held["risk"].to_numpy(np.float64)
    flagged = held["flagged"].to_numpy(bool)
    totals = {
        "rows": cohort.per_student(student, np.ones(len(held))),
        "flagged": cohort.per_student(student, flagged),
        "positives": cohort.per_student(student, label),
        "flagged_positives": cohort.per_student(student, flagged & label),
    }
    negatives = totals["rows"] - totals["positives"]
    false = totals["flagged"] - totals["flagged_positives"]
    least = settings.minimum_students
    gaps = [
        *rate_gaps("tpr", totals["flagged_positives"], totals["positives"], cohort, least),
        *rate_gaps("fpr", false, negatives, cohort, least),
    ]
    metrics = {
        "selection_rate": _ratio(totals["flagged"], totals["rows"]),
        "tpr": _ratio(totals["flagged_positives"], totals["positives"]),
        "fpr": _ratio(false, negatives),
        "auc": _auc(label, risk, student),
    }
    words = {"tpr": "TPR", "fpr": "FPR", "selection_rate": "selection rate", "auc": "AUC"}
    audit = _audit(gaps, metrics, words, len(held), cohort, settings)
    parity = parity_differences(totals, cohort, settings)
    tests = abroca_tests(label, risk, student, cohort, settings)
    return {**audit, "reported": {"parity": parity, "abroca": tests}}


Audit = Callable[[pd.DataFrame, pd.DataFrame, FairnessSettings], dict[str, Any]]
AUDITS: dict[str, Audit] = {
    "mastery_predictor": audit_mastery,
    "difficulty_estimator": audit_difficulty,
    "content_recommender": audit_recommender,
    "intervention_trigger": audit_intervention,
}
"""The audit of each registered model."""


def audit_models(
    scores: Mapping[str, pd.DataFrame], protected: pd.DataFrame, settings: FairnessSettings
) -> dict[str, dict[str, Any]]:
    """The audit of every model that has scores, by registered name; JSON-ready."""
    return {name: AUDITS[name](table, protected, settings) for name, table in scores.items()}
