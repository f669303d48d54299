"""Nodes of the features pipeline."""

import ibis.expr.types as ir
import pandas as pd

from learnloop.features import batch, replay
from learnloop.splits import Split


def compute_student_hourly(
    events: ir.Table,
    students: pd.DataFrame,
    content_items: pd.DataFrame,
    prerequisites: pd.DataFrame,
    snapshots: pd.DataFrame,
) -> pd.DataFrame:
    """The aggregates of each student as of the whole hour before each snapshot."""
    return batch.student_hourly(events, students, content_items, prerequisites, snapshots)


def replay_student_realtime(events: ir.Table, snapshots: pd.DataFrame) -> pd.DataFrame:
    """The recurrences of each student at each snapshot."""
    return replay.student_realtime(events, snapshots)


def compute_content_hourly(
    events: ir.Table, student_splits: pd.DataFrame, every_hours: int
) -> pd.DataFrame:
    """How training students answered each item, on a regular grid of times."""
    learners = student_splits.loc[student_splits["split"] == Split.TRAIN.value, "student_id"]
    return batch.content_hourly(events, learners, every_hours)
