"""What scores of enrolments are worth, and for whom."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from learnloop.evaluation import Estimate, Statistic, auc, bootstrap, expected_calibration_error
from learnloop.governance.fairness_gaps import Cohort, rate_gaps
from learnloop.intervene.enrolments import CLASS
from learnloop.intervene.evaluation import caught_at_budget

BUDGET = 0.1
"""Share of the rows that an adviser has time for."""
AUDITED = ["gender", "disability", "deprivation"]
WIDTH = 1.96
"""Standard errors to each side of a 95 % interval."""
LEAST_STUDENTS = 50
"""Fewer students say much about few; as of the audits."""


def _caught(label: ArrayLike, risk: ArrayLike, weight: ArrayLike) -> float:
    return caught_at_budget(label, risk, weight, BUDGET)[0]


MEASURES: Mapping[str, Statistic] = {
    "auc": auc,
    "ece": expected_calibration_error,
    "recall@10%": _caught,
}


def measures(rows: pd.DataFrame) -> dict[str, float]:
    """Each of `MEASURES` of ``label`` and ``risk``."""
    one = np.ones(len(rows))
    return {name: of(rows["label"], rows["risk"], one) for name, of in MEASURES.items()}


def estimates(seeds: list[pd.DataFrame]) -> Mapping[str, Estimate]:
    """Mean over seeds of each measure, with its interval over students.

    Args:
        seeds: the scores of each seed; the same rows in the same order.
    """
    first = seeds[0]
    risks = [rows["risk"].to_numpy(dtype=np.float64) for rows in seeds]
    label = first["label"].to_numpy(dtype=np.float64)
    students = first["student_id"].to_numpy()

    def averaged(name: str) -> Estimate:
        def statistic(y: NDArray[Any], *rest: NDArray[Any]) -> float:
            *scored, weight = rest
            return float(np.mean([MEASURES[name](y, risk, weight) for risk in scored]))

        return bootstrap(statistic, label, *risks, students=students)

    return {name: averaged(name) for name in MEASURES}


def auc_by_presentation(rows: pd.DataFrame) -> dict[str, float]:
    """The AUC within each presentation of a module."""
    return {
        " ".join(map(str, name)): auc(own["label"], own["risk"])
        for name, own in rows.groupby(CLASS)
    }


def gaps(rows: pd.DataFrame, protected: pd.DataFrame) -> dict[str, Any]:
    """TPR and FPR of each group less those of the rest, by who is flagged.

    Args:
        rows: with ``label``, ``risk`` and ``flagged``.
        protected: `OuladProtected`.
    """
    highest = rows["risk"] >= rows["risk"].quantile(1 - BUDGET)
    return {
        "flagged": _gaps(rows, rows["flagged"], protected),
        "highest tenth": _gaps(rows, highest, protected),
    }


def largest_gaps(found: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Of each attribute the gap furthest from 0, without its sign, by flag and metric.

    Args:
        found: as from `gaps`.

    Returns:
        By flag, attribute and metric: `value`, `low` and `high` (95 %, of this group alone)
        and the `group`; NaN and no group where all are too small.
    """
    largest: dict[str, Any] = {}
    for flag, several in found.items():
        for gap in several:
            own = largest.setdefault(flag, {}).setdefault(gap["attribute"], {})
            size, error = abs(gap["gap"]), gap["standard_error"]
            known = own.setdefault(gap["metric"], {"value": math.nan})
            if not size <= known["value"]:
                low, high = max(size - WIDTH * error, 0.0), size + WIDTH * error
                told = {"value": size, "low": low, "high": high, "group": gap["group"]}
                own[gap["metric"]] = known if math.isnan(size) else told
    return largest


def _gaps(
    rows: pd.DataFrame, flagged: "pd.Series[bool]", protected: pd.DataFrame
) -> list[dict[str, Any]]:
    cohort = Cohort.of(rows["student_id"], protected[["student_id", *AUDITED]])
    student = cohort.place(rows["student_id"])
    label, flag = rows["label"].to_numpy(bool), flagged.to_numpy(bool)
    found = []
    for metric, among in (("tpr", label), ("fpr", ~label)):
        hits, of = (cohort.per_student(student, mask) for mask in (flag & among, among))
        found += rate_gaps(metric, hits, of, cohort, LEAST_STUDENTS)
    return [
        {
            "attribute": gap.attribute,
            "group": gap.group,
            "metric": gap.metric,
            "gap": gap.gap,
            "standard_error": gap.error,
        }
        for gap in found
    ]
