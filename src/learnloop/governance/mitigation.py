"""What mitigation did: gaps, rates and scores of two flags on the same unseen students."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from learnloop.errors import ModelError
from learnloop.evaluation import (
    Estimate,
    bootstrap,
    expected_calibration_error,
    ranked_auc,
)
from learnloop.governance.fairness import AUDITED, audit_intervention
from learnloop.governance.fairness_gaps import Cohort, Floats, Mask
from learnloop.governance.fairness_verdict import FairnessSettings

_RATES = ("tpr", "fpr")


def compare_mitigation(
    plain: pd.DataFrame,
    mitigated: Mapping[str, pd.DataFrame],
    protected: pd.DataFrame,
    settings: FairnessSettings,
) -> dict[str, dict[str, Any]]:
    """By attribute the audits of both flags, and what lies between them.

    Args:
        plain: scores without mitigation: ``student_id, split, label, risk, flagged``.
        mitigated: by the attribute that was mitigated the scores with it, of the same rows
            in the same order.
        protected: one row per student.
        settings: of the audits.

    Returns:
        JSON-ready: ``attribute``, ``students``, ``rows``; ``before`` and ``after``
        (verdict, reason, gaps of all attributes, figures of the attribute's groups);
        ``changes`` of those of the attribute's gaps that the audit knows, and ``auc``, with
        95 % intervals, those of differences paired by student; ``ece`` and the share
        ``flagged``.

    Raises:
        ModelError: two tables are not about the same rows.
    """
    before = _audited_rows(plain)
    audit = audit_intervention(before, protected, settings)
    found = {}
    for attribute, scores in mitigated.items():
        after = _audited_rows(scores)
        same = ["student_id", "label"]
        if not before[same].equals(after[same]):
            raise ModelError(
                "The scores with and without mitigation are not of the same rows. Fit and "
                "score both models again."
            )
        told = [
            (gap["group"], gap["metric"])
            for gap in audit["gaps"]
            if gap["attribute"] == attribute and gap["gap"] is not None
        ]
        found[attribute] = {
            "attribute": attribute,
            "students": int(before["student_id"].nunique()),
            "rows": len(before),
            "before": _of_attribute(audit, attribute),
            "after": _of_attribute(audit_intervention(after, protected, settings), attribute),
            "changes": _changes(before, after, protected, attribute, told),
            **_scores(before, after),
        }
    return found


def _audited_rows(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.loc[scores["split"].isin(AUDITED)].reset_index(drop=True)


def _of_attribute(audit: Mapping[str, Any], attribute: str) -> dict[str, Any]:
    kept = ("verdict", "reason", "limit", "half_width_limit", "confidence", "gaps")
    groups = audit["attributes"].get(attribute, {})
    return {name: audit[name] for name in kept} | {"groups": groups}


def _scores(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, Any]:
    label = before["label"].to_numpy(np.float64)
    students = before["student_id"].to_numpy()
    risks = [table["risk"].to_numpy(np.float64) for table in (before, after)]
    ranks = [np.unique(risk, return_inverse=True)[1] for risk in risks]

    def difference(y: Floats, one: Floats, other: Floats, weight: Floats) -> float:
        return ranked_auc(y, other, weight) - ranked_auc(y, one, weight)

    areas = [bootstrap(ranked_auc, label, rank, students=students) for rank in ranks]
    return {
        "auc": {
            "before": areas[0].as_dict(),
            "after": areas[1].as_dict(),
            "difference": bootstrap(difference, label, *ranks, students=students).as_dict(),
        },
        "ece": _pair(*(expected_calibration_error(label, risk) for risk in risks)),
        "flagged": _pair(*(float(table["flagged"].mean()) for table in (before, after))),
    }


def _pair(before: float, after: float) -> dict[str, float]:
    return {"before": before, "after": after}


def _changes(
    before: pd.DataFrame,
    after: pd.DataFrame,
    protected: pd.DataFrame,
    attribute: str,
    told: Collection[tuple[str, str]],
) -> list[dict[str, Any]]:
    """Gap after minus gap before, of each group and rate in `told`."""
    cohort = Cohort.of(before["student_id"], protected[["student_id", attribute]])
    student = cohort.place(before["student_id"])
    known = student >= 0
    label = before.loc[known, "label"].to_numpy(bool)
    flags = [table.loc[known, "flagged"].to_numpy(bool) for table in (before, after)]
    changes = []
    for rate, rows in zip(_RATES, (label, ~label), strict=True):
        of = cohort.per_student(student[known], rows)
        hits = [cohort.per_student(student[known], rows & flag) for flag in flags]
        gained = hits[1] - hits[0]
        for _, group, inside in cohort.groups():
            if (group, rate) in told:
                change = _change(gained, of, inside, cohort)
                changes.append({"group": group, "metric": rate, **change.as_dict()})
    return changes


def _change(gained: Floats, of: Floats, inside: Mask, cohort: Cohort) -> Estimate:
    """Rate gained by the group minus that gained by the rest."""

    def moved(more: Floats, rows: Floats, member: Mask, weight: Floats) -> float:
        sides = [
            (weight * more)[side].sum() / total
            if (total := (weight * rows)[side].sum()) > 0
            else float("nan")
            for side in (member, ~member)
        ]
        return float(sides[0] - sides[1])

    return bootstrap(moved, gained, of, inside, students=cohort.students.to_numpy())
