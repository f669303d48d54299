"""Whom the training data represents: each group's share and activity beside the school's."""

from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pandera.pandas as pa

from learnloop.events.schema import Verb
from learnloop.governance.fairness_verdict import FairnessSettings, critical_value
from learnloop.splits import Split

TERM = ("learn", "audit", "test")
"""Cohorts of the current term: the school as it is now."""
ACTIVITY = ("events", "answers", "active_days")


class StudentActivity(pa.DataFrameModel):
    """One row per student with an event, over all of the student's term; counts."""

    student_id: str = pa.Field(unique=True)
    events: int = pa.Field(ge=1)
    answers: int = pa.Field(ge=0)
    active_days: int = pa.Field(ge=1)
    """UTC days with an event."""

    class Config:
        strict = True


def student_activity(events: ir.Table) -> pd.DataFrame:
    """How much each student did: `StudentActivity`, sorted by student."""
    table: pd.DataFrame = (
        events.group_by("student_id")
        .aggregate(
            events=events.count(),
            answers=(events.verb == Verb.ANSWERED.value).sum(),
            active_days=events.occurred_at.date().nunique(),
        )
        .order_by("student_id")
        .execute()
    )
    return table.astype(dict.fromkeys(ACTIVITY, "int64"))


def wilson_interval(count: int, total: int, critical: float) -> tuple[float, float]:
    """Interval of a share (Wilson 1927); stays within [0, 1] and works for 0 of n.

    Example:
        >>> [round(bound, 3) for bound in wilson_interval(10, 100, 1.96)]
        [0.055, 0.174]
    """
    share = count / total
    spread = critical**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = critical / (1 + spread) * np.sqrt(share * (1 - share) / total + spread / total / 4)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def _mean(values: pd.Series, critical: float, minimum: int) -> dict[str, float] | None:
    """Mean per student with its interval; ``None`` for fewer than `minimum` students."""
    if len(values) < minimum:
        return None
    mean = float(values.mean())
    half = critical * float(values.std()) / float(np.sqrt(len(values)))
    return {"value": mean, "low": mean - half, "high": mean + half}


def _group(
    trained: pd.DataFrame, school: pd.DataFrame, chosen: str, critical: float, minimum: int
) -> dict[str, Any]:
    own = trained.loc[trained["group"] == chosen]
    in_school = int((school["group"] == chosen).sum())
    share = len(own) / len(trained)
    low, high = wilson_interval(len(own), len(trained), critical)
    expected = in_school / len(school)
    word = "as in the school"
    if not low <= expected <= high:
        word = "fewer than in the school" if high < expected else "more than in the school"
    return {
        "train": {"students": len(own), "share": share, "low": low, "high": high},
        "school": {"students": in_school, "share": expected},
        "represented": word,
        "activity": {name: _mean(own[name], critical, minimum) for name in ACTIVITY},
    }


def describe_representation(
    protected: pd.DataFrame,
    students: pd.DataFrame,
    splits: pd.DataFrame,
    activity: pd.DataFrame,
    settings: FairnessSettings,
) -> dict[str, Any]:
    """Each group's share of the training data beside its share of the school.

    The school is every student of the current term who consented; of the others nothing
    is kept that could be compared.

    Args:
        protected: one row per student.
        students: ``student_id``, ``cohort``.
        splits: ``student_id``, ``split``, consented students only.
        activity: of `student_activity`.
        settings: confidence and least group size.

    Returns:
        ``students`` (``train``, ``school`` and how many of either have no protected
        attributes), ``confidence``, and ``attributes``: attribute → group → share in
        ``train`` with a simultaneous interval, in ``school``, ``represented`` in words, and
        ``activity``: mean per training student, null for small groups.
    """
    term = students.loc[students["cohort"].isin(TERM), ["student_id"]]
    known = term.merge(protected, on="student_id")
    learners = splits.loc[splits["split"] == Split.TRAIN.value, "student_id"]
    trained = known.loc[known["student_id"].isin(learners)].merge(
        activity, on="student_id", how="left"
    )
    trained = trained.fillna(dict.fromkeys(ACTIVITY, 0))
    attributes = [name for name in protected.columns if name != "student_id"]
    groups = {name: sorted(known[name].astype(str).unique()) for name in attributes}
    critical = critical_value(sum(map(len, groups.values())), settings.confidence)
    return {
        "students": {
            "train": len(trained),
            "school": len(known),
            "train_unknown": int(learners.nunique()) - len(trained),
            "school_unknown": len(term) - len(known),
        },
        "confidence": settings.confidence,
        "attributes": {
            name: {
                group: _group(
                    trained.assign(group=trained[name].astype(str)),
                    known.assign(group=known[name].astype(str)),
                    group,
                    critical,
                    settings.minimum_students,
                )
                for group in groups[name]
            }
            for name in attributes
            if len(trained)
        },
    }
