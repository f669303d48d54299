"""Drift between two presentations: the same modules on the same day of the course."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from learnloop.errors import DataError
from learnloop.governance.drift import DriftSettings, measure_drift

REMEDY = "Name presentations with more students in oulad.drift.comparisons."


class Comparison(BaseModel):
    """An earlier presentation and the one that is held against it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: str
    current: str

    def named(self, day: int) -> str:
        """For instance ``2013B-to-2014B-day-28``."""
        return f"{self.reference}-to-{self.current}-day-{day}"


def compare_presentations(
    examples: pd.DataFrame,
    comparisons: Sequence[Comparison],
    columns: Sequence[str],
    settings: DriftSettings,
) -> dict[str, dict[str, Any]]:
    """Verdicts as of `measure_drift`, for each comparison and day, with ``shared_students``.

    Only modules that both presentations have are compared, for students of other modules
    have other work to do. A student who is in several modules counts once, by the first; one
    who is in both presentations counts in both, and `shared_students` says how many are.

    Args:
        examples: `EnrolmentExamples` with ``predicted_risk`` by fits that saw no student.
        comparisons: in the order of the report.
        columns: what is compared.
        settings: the limits; `week` and `models` are not used.

    Raises:
        DataError: a presentation that is to be compared is not there.
    """
    report: dict[str, dict[str, Any]] = {}
    for comparison in comparisons:
        for day in sorted(set(examples["day"])):
            students = _windows(examples[examples["day"] == day], comparison)
            name = comparison.named(day)
            asked = settings.model_copy(
                update={"week": day // 7, "models": {name: list(columns)}}
            )
            found, _ = measure_drift(
                students[["student_id", "window", *columns]],
                asked,
                with_page=False,
                remedy=REMEDY,
            )
            shared = int(students["student_id"].duplicated().sum())
            report[name] = found[name] | {"shared_students": shared}
    return report


def _windows(examples: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    windows = {comparison.reference: "reference", comparison.current: "current"}
    rows = examples.assign(window=examples["presentation"].map(windows))
    rows = rows[rows["window"].notna()].sort_values(["window", "student_id", "module"])
    for presentation, window in windows.items():
        if window not in set(rows["window"]):
            raise DataError(
                f"there is no presentation '{presentation}' to compare.",
                file="oulad_examples",
                column="presentation",
                remedy="Name others as oulad.drift.comparisons.",
            )
    taught = rows.groupby("module")["window"].transform("nunique")
    return rows[taught == len(windows)].drop_duplicates(["window", "student_id"])
