"""Drift: do features and predictions of this term's week look like last term's?

A model has drifted when more than a stated share of its columns is over their limits. An
array is one column, however long: sixty skills must not outvote the other features. The same
rule decides within it: it has drifted when more than that share of its places is over their
limits. A column of which other students than before have no value has drifted as well.
"""

import fnmatch
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from learnloop.errors import DataError
from learnloop.governance.drift_evidently import (
    CATEGORICAL_DISTANCE,
    NUMERIC_DISTANCE,
    draw_page,
    measure_distances,
)

MISSING = " missing"
REMEDY = "Supply the events of an earlier term and mark its students with cohort 'reference'."


class Limit(BaseModel):
    """When a distance counts as drift: ``max(practical, noise * sqrt(1/n + 1/m))``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    practical: float = Field(gt=0)
    """A distance that is too small to matter however sure it is."""
    noise: float = Field(gt=0)
    """What two undrifted terms of n and m students reach by chance, times sqrt(1/n + 1/m)."""

    def at(self, reference: int, current: int) -> float:
        """The limit for so many students with a value.

        Example:
            >>> round(Limit(practical=0.1, noise=3).at(1000, 1000), 3)
            0.134
        """
        return max(self.practical, self.noise * math.sqrt(1 / reference + 1 / current))


class DriftSettings(BaseModel):
    """What is compared, and from where on it is drift."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    week: int = Field(ge=1)
    """Week of the term whose end is compared."""
    share_limit: float = Field(default=0.10, ge=0, lt=1)
    """More than this share of columns over their limit is drift."""
    numeric: Limit
    """Normalised Wasserstein distance."""
    categorical: Limit
    """Jensen–Shannon distance."""
    minimum_students: int = Field(default=100, ge=2)
    """Least number of students in either term."""
    models: dict[str, list[str]]
    """Columns (or patterns such as ``forum_*``) of each model's input and predictions."""


def columns_of(patterns: list[str], columns: list[str]) -> list[str]:
    """The columns that match any of the patterns, in the order of the table.

    Raises:
        DataError: a pattern matches no column.
    """
    for pattern in patterns:
        if not fnmatch.filter(columns, pattern):
            raise DataError(
                f"no column matches '{pattern}'",
                file="drift_columns",
                remedy=f"Name columns among: {', '.join(columns)}.",
            )
    return [name for name in columns if any(fnmatch.fnmatch(name, p) for p in patterns)]


def _mark_missing(columns: pd.DataFrame) -> pd.DataFrame:
    """Beside each column with nulls, whether it is null; words and flags as objects."""
    marked = columns.copy()
    for name in columns.columns:
        if columns[name].isna().any():
            marked[name + MISSING] = np.where(columns[name].isna(), "yes", "no")
        if not pd.api.types.is_numeric_dtype(columns[name]) or columns[name].dtype == bool:
            marked[name] = columns[name].astype(object).mask(columns[name].isna())
    return marked


@dataclass(frozen=True)
class Distance:
    """How far apart the two terms are in one column, or in one place of an array."""

    name: str
    numeric: bool
    score: float
    reference: int
    """Students of the earlier term with a value."""
    current: int

    def limit(self, settings: DriftSettings) -> float:
        """From where on it is drift."""
        limits = settings.numeric if self.numeric else settings.categorical
        return limits.at(self.reference, self.current)

    def judged(self, settings: DriftSettings) -> dict[str, Any]:
        """With its limit, as the report shows it."""
        limit = self.limit(settings)
        nulls = " of having no value" if self.name.endswith(MISSING) else ""
        return {
            "name": self.name,
            "kind": "numeric" if self.numeric else "categorical",
            "distance": NUMERIC_DISTANCE if self.numeric else CATEGORICAL_DISTANCE + nulls,
            "score": self.score,
            "limit": limit,
            "drifted": self.score > limit,
        }


def _ratio(column: dict[str, Any]) -> float:
    return float(column["score"] / column["limit"])


def _combine(measured: list[dict[str, Any]], share_limit: float) -> list[dict[str, Any]]:
    """One entry per column: values with their nulls, and the places of an array, as one."""
    by_column: dict[str, list[dict[str, Any]]] = {}
    for entry in measured:
        by_column.setdefault(entry["name"].removesuffix(MISSING), []).append(entry)
    places: dict[str, list[dict[str, Any]]] = {}
    for name, entries in by_column.items():
        places.setdefault(name.partition("[")[0], []).append(max(entries, key=_ratio))
    combined = []
    for name, entries in places.items():
        ranked = sorted(entries, key=_ratio, reverse=True)
        # Over its limit exactly when more than `share_limit` of the places are.
        deciding = ranked[int(share_limit * len(ranked))]
        over = sum(entry["drifted"] for entry in entries)
        combined.append(
            deciding | {"name": name, "places": len(entries), "drifted_places": over}
        )
    return combined


def _verdict(
    columns: list[dict[str, Any]], sizes: tuple[int, int], settings: DriftSettings
) -> dict[str, Any]:
    drifted = [column for column in columns if column["drifted"]]
    share = len(drifted) / len(columns)
    furthest = max(columns, key=_ratio)
    reason = (
        f"{len(drifted)} of {len(columns)} columns are over their limit; the furthest is "
        f"{furthest['name']}: {furthest['score']:.3f} with a limit of {furthest['limit']:.3f}."
    )
    return {
        "verdict": "fail" if share > settings.share_limit else "pass",
        "value": share,
        "limit": settings.share_limit,
        "reason": reason,
        "week": settings.week,
        "reference_students": sizes[0],
        "current_students": sizes[1],
        "columns": columns,
    }


def _undecided(sizes: tuple[int, int], settings: DriftSettings, remedy: str) -> dict[str, Any]:
    return {
        "verdict": "not_enough_data",
        "value": None,
        "limit": settings.share_limit,
        "reason": (
            f"Week {settings.week} has {sizes[0]} students of an earlier term and "
            f"{sizes[1]} of this one that no model learned from; at least "
            f"{settings.minimum_students} of each are needed. {remedy}"
        ),
        "week": settings.week,
        "reference_students": sizes[0],
        "current_students": sizes[1],
        "columns": [],
    }


def _split_terms(students: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The columns of the earlier term's students and of this one's."""
    features = _mark_missing(students.drop(columns=["student_id", "window"]))
    now = (students["window"] == "current").to_numpy(bool)
    return features.loc[~now], features.loc[now]


def term_distances(students: pd.DataFrame) -> list[Distance]:
    """How far apart two terms are in every column that has values in both.

    Args:
        students: as `measure_drift` takes them.
    """
    return _distances(*_split_terms(students))


def _distances(reference: pd.DataFrame, current: pd.DataFrame) -> list[Distance]:
    counts = {
        name: (int(reference[name].notna().sum()), int(current[name].notna().sum()))
        for name in reference.columns
    }
    names = [name for name, students in counts.items() if min(students) > 0]
    scores = measure_distances(reference[names], current[names])
    return [
        Distance(
            name, pd.api.types.is_numeric_dtype(reference[name]), scores[name], *counts[name]
        )
        for name in names
    ]


def judge_drift(
    distances: Sequence[Distance], sizes: tuple[int, int], settings: DriftSettings
) -> dict[str, dict[str, Any]]:
    """The verdict on each model of terms with so many students; see `measure_drift`.

    Raises:
        DataError: a pattern of the settings matches no column.
    """
    measured = [distance.judged(settings) for distance in distances]
    columns = {entry["name"]: entry for entry in _combine(measured, settings.share_limit)}
    return {
        model: _verdict(
            [columns[name] for name in columns_of(patterns, list(columns))], sizes, settings
        )
        for model, patterns in settings.models.items()
    }


def measure_drift(
    students: pd.DataFrame,
    settings: DriftSettings,
    *,
    with_page: bool = True,
    remedy: str = REMEDY,
) -> tuple[dict[str, dict[str, Any]], str]:
    """Whether the input and the predictions of each model have drifted.

    Args:
        students: one row per student: ``student_id``, ``window`` (``reference`` or
            ``current``), features and predictions, without arrays.
        settings: what is compared and the limits.
        with_page: whether Evidently draws its page, which takes longer than the distances.
        remedy: what to do where students are too few, for the reason.

    Returns:
        Per registered model ``verdict`` (``fail`` is drift), ``value`` (share of drifted
        columns), ``limit``, ``reason``, ``week``, ``reference_students``,
        ``current_students`` and ``columns`` with ``name``, ``kind``, ``distance``, ``score``,
        ``limit``, ``drifted``, ``places`` (1 but for arrays) and ``drifted_places``; and
        Evidently's page, empty without a reference or `with_page`. An array shows the place
        that decides.

    Raises:
        DataError: a pattern of the settings matches no column.
    """
    reference, current = _split_terms(students)
    sizes = len(reference), len(current)
    if min(sizes) < settings.minimum_students:
        return {name: _undecided(sizes, settings, remedy) for name in settings.models}, ""
    distances = _distances(reference, current)
    limits = {distance.name: distance.limit(settings) for distance in distances}
    page = draw_page(reference, current, limits) if with_page else ""
    return judge_drift(distances, sizes, settings), page
