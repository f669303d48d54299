"""What the trigger is worth: on students it never saw, beside last week's activity."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from learnloop.evaluation import auc, bootstrap, expected_calibration_error, mean
from learnloop.intervene.lead_time import measure_lead_time


def caught_at_budget(
    label: ArrayLike, score: ArrayLike, weight: ArrayLike, budget: float
) -> tuple[float, float]:
    """Recall and precision when the highest scores are flagged, up to the budget.

    Rows with equal scores at the edge are taken in proportion, as a fair draw would.

    Args:
        label: 1 for who struggles.
        score: higher is more at risk.
        weight: of each row.
        budget: share of the rows that may be flagged.

    Example:
        >>> caught_at_budget([1, 1, 0, 0], [4, 1, 3, 2], [1, 1, 1, 1], 0.25)
        (0.5, 1.0)
    """
    y, s, w = (np.asarray(column, dtype=np.float64) for column in (label, score, weight))
    if not (w * y).sum() > 0:
        return float("nan"), float("nan")
    room = budget * w.sum()
    _, place = np.unique(-s, return_inverse=True)
    rows, hits = np.bincount(place, w), np.bincount(place, w * y)
    before = np.cumsum(rows) - rows
    taken = np.clip(room - before, 0, rows) / np.where(rows > 0, rows, 1.0)
    caught = float((taken * hits).sum())
    return caught / float((w * y).sum()), float(caught / room)


def evaluate_trigger(
    scores: pd.DataFrame, truth: pd.DataFrame, alert_budget: float
) -> dict[str, Any]:
    """Scores with intervals on the test students, and lead time where truth is known.

    Args:
        scores: `InterventionScores`.
        truth: ``student_id, struggling_from, lost_at``; empty where nobody knows it.
            All unseen students count, the audit cohort too; see `measure_lead_time`.
        alert_budget: share of the rows that may be flagged.

    Returns:
        The metrics JSON that all models share; `headline` is the AUC.
    """
    test, audit = (scores[scores["split"] == split] for split in ("test", "audit"))
    shares = {"alert_share": estimate(test, mean, "flagged")}
    if not audit.empty:
        shares["alert_share_audit"] = estimate(audit, mean, "flagged")
    return {
        "headline": "auc",
        "rows": len(test),
        "students": int(test["student_id"].nunique()),
        "scores": {
            **ranking(test, "risk", alert_budget),
            **shares,
        },
        "baselines": {"last_week_activity": ranking(test, "baseline_risk", alert_budget)},
        "truth": measure_lead_time(scores, truth),
        "notes": [
            "Rows are student-weeks of students who were active in the week before.",
            "Recall and precision at the budget flag the highest "
            f"{alert_budget:.0%} of the test rows; alert_share is what the threshold, set "
            "on training and validation students out of fold, flags of the test rows, "
            "alert_share_audit of the audit rows.",
            "A flag is in time between the start of the last spell of struggling and the "
            "loss. Last week's activity and random flags are given the same share of "
            "never-lost students flagged as the trigger.",
        ],
    }


def ranking(test: pd.DataFrame, score: str, budget: float) -> dict[str, dict[str, float]]:
    """AUC, ECE, and recall and precision at the budget, with 95 % intervals by student.

    Args:
        test: ``student_id``, ``label`` and the score, a probability.
        score: its column.
        budget: share of the rows that may be flagged.
    """
    return {
        "auc": estimate(test, auc, "label", score),
        "ece": estimate(test, expected_calibration_error, "label", score),
        "recall_at_budget": estimate(
            test, lambda y, s, w: caught_at_budget(y, s, w, budget)[0], "label", score
        ),
        "precision_at_budget": estimate(
            test, lambda y, s, w: caught_at_budget(y, s, w, budget)[1], "label", score
        ),
    }


def estimate(rows: pd.DataFrame, statistic: Any, *columns: str) -> dict[str, float]:
    """The statistic of some columns of `rows` with its 95 % interval by student."""
    arrays = [rows[column].to_numpy(dtype=np.float64) for column in columns]
    return bootstrap(statistic, *arrays, students=rows["student_id"].to_numpy()).as_dict()
