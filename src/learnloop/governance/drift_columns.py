"""One row per student at one week of the term: what the drift checks compare.

The same week of two terms is compared, because within a term everything moves: counts
grow and engagement fades, and any two of its windows differ without any drift.
"""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from learnloop.splits import Split

CURRENT = (Split.VALIDATION, Split.TEST, Split.AUDIT)
"""This term's students whose answers no model was fitted to.

A student in training is predicted by out-of-fold models, the earlier term's by the final
one: they would differ where nothing has drifted. Validation students only chose penalties,
calibration and when to stop.
"""


class DriftColumns(pa.DataFrameModel):
    """One row per student and one column per feature or prediction besides these."""

    student_id: str = pa.Field(unique=True)
    window: str = pa.Field(isin=["reference", "current"])


def spread_arrays(table: pd.DataFrame) -> pd.DataFrame:
    """Arrays as one column per place: ``name[0]``, ``name[1]`` and so on.

    Example:
        A column ``mastery`` of ``[[.2, .4]]`` becomes ``mastery[0]`` .2 and ``mastery[1]`` .4.
    """
    parts = []
    for name in table.columns:
        column = table[name]
        known = column.dropna()
        if known.empty or not isinstance(known.iloc[0], list | np.ndarray):
            parts.append(column.to_frame())
            continue
        wide = pd.DataFrame(np.vstack(known.to_list()).astype(np.float64), index=known.index)
        wide.columns = pd.Index([f"{name}[{place}]" for place in range(wide.shape[1])])
        parts.append(wide.reindex(table.index))
    return pd.concat(parts, axis=1)


def _as_of(students: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The last row of `table` of each student at or before the student's ``as_of``."""
    right = table.sort_values(["event_timestamp", "student_id"], kind="stable")
    found = pd.merge_asof(
        students[["student_id", "as_of"]].sort_values(["as_of", "student_id"]),
        right,
        left_on="as_of",
        right_on="event_timestamp",
        by="student_id",
    )
    return found.drop(columns=["as_of", "event_timestamp"])


def earlier_answers(students: pd.DataFrame, attempts: pd.DataFrame) -> pd.DataFrame:
    """The answers that each of the students gave before ``as_of``."""
    kept = attempts.merge(students[["student_id", "as_of"]], on="student_id")
    return kept.loc[kept["occurred_at"] < kept["as_of"]]


def answering(students: pd.DataFrame, attempts: pd.DataFrame) -> pd.DataFrame:
    """What the students answered before ``as_of``: the input of mastery and difficulty.

    Returns:
        One row per student: ``answers`` (count), ``share_correct`` in [0, 1], null without
        answers, ``skills_tried`` (count).
    """
    found = (
        earlier_answers(students, attempts)
        .groupby("student_id")
        .agg(
            answers=("correct", "size"),
            share_correct=("correct", "mean"),
            skills_tried=("skill_id", "nunique"),
        )
    )
    found = found.reindex(students["student_id"])
    counts = ["answers", "skills_tried"]
    return found.assign(**found[counts].fillna(0).astype("int64")).reset_index()


def compared_students(snapshots: pd.DataFrame, week: int) -> pd.DataFrame:
    """Both terms' students at the end of `week`, none of them in training.

    Args:
        snapshots: ``student_id``, ``as_of``, ``week``, ``split``.
        week: week of the term, 1 is the first.

    Returns:
        ``student_id``, ``as_of``, ``window`` (``reference`` or ``current``), sorted by student.
    """
    window = snapshots["split"].map(
        {Split.REFERENCE.value: "reference"} | {split.value: "current" for split in CURRENT}
    )
    chosen = snapshots.assign(window=window).loc[
        (snapshots["week"] == week) & window.notna(), ["student_id", "as_of", "window"]
    ]
    return chosen.sort_values("student_id").reset_index(drop=True)


def student_columns(
    snapshots: pd.DataFrame, tables: list[pd.DataFrame], attempts: pd.DataFrame, week: int
) -> pd.DataFrame:
    """Features and predictions of the `compared_students` at the end of `week`.

    Args:
        snapshots: ``student_id``, ``as_of``, ``week``, ``split``.
        tables: features and predictions with ``student_id`` and ``event_timestamp``;
            arrays are spread, versions are left out.
        attempts: one row per answer.
        week: week of the term, 1 is the first.

    Returns:
        One row per student of `DriftColumns`, sorted by student.
    """
    rows = compared_students(snapshots, week)
    found = rows[["student_id", "window"]]
    for table in [*(_as_of(rows, table) for table in tables), answering(rows, attempts)]:
        versions = [name for name in table.columns if name.endswith("_version")]
        found = found.merge(table.drop(columns=versions), on="student_id", how="left")
    return spread_arrays(found)
