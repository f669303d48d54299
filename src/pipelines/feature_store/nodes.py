"""Nodes of the feature_store pipeline."""

import logging
import time
from typing import Any

import pandas as pd

from learnloop.features.definitions import VIEWS, columns_of_view, view_named
from learnloop.features.store import FeatureStore

log = logging.getLogger(__name__)


def date_item_difficulty(
    item_difficulty: pd.DataFrame, content_hourly: pd.DataFrame
) -> pd.DataFrame:
    """View `content_difficulty`: item parameters at the end of the log they come from.

    They are dated no earlier, because they hold all training answers up to then.
    """
    names = ["content_id", *(column.name for column in columns_of_view("content_difficulty"))]
    dated = item_difficulty[names].sort_values("content_id", ignore_index=True)
    dated.insert(1, "event_timestamp", content_hourly["event_timestamp"].max())
    return dated


def apply_definitions(
    feature_store: FeatureStore,
    student_hourly: pd.DataFrame,
    student_realtime: pd.DataFrame,
    student_mastery: pd.DataFrame,
    content_hourly: pd.DataFrame,
    content_difficulty: pd.DataFrame,
) -> dict[str, Any]:
    """Registers entities, views and services, now that every view has its history.

    Returns:
        Per view: its rows, its keys, and the span of its times.
    """
    feature_store.apply()
    history = {
        "student_hourly": student_hourly,
        "student_realtime": student_realtime,
        "student_mastery": student_mastery,
        "content_hourly": content_hourly,
        "content_difficulty": content_difficulty,
    }
    return {
        name: {
            "rows": len(rows),
            "keys": int(rows[view_named(name).entity].nunique()),
            "first": rows["event_timestamp"].min().isoformat(),
            "last": rows["event_timestamp"].max().isoformat(),
        }
        for name, rows in history.items()
    }


def join_recommender_features(
    feature_store: FeatureStore,
    snapshots: pd.DataFrame,
    feature_views: dict[str, Any],  # noqa: ARG001  its existence says that views are applied
) -> pd.DataFrame:
    """What `content_recommender` would have been told at each snapshot."""
    return feature_store.training_set(
        snapshots[["student_id", "as_of", "split"]], "content_recommender"
    )


def join_intervention_features(
    feature_store: FeatureStore,
    snapshots: pd.DataFrame,
    feature_views: dict[str, Any],  # noqa: ARG001  its existence says that views are applied
) -> pd.DataFrame:
    """What `intervention_trigger` would have been told at each snapshot."""
    return feature_store.training_set(
        snapshots[["student_id", "as_of", "week", "split"]], "intervention_trigger"
    )


def materialize_online(
    feature_store: FeatureStore, feature_views: dict[str, Any], online_days: int
) -> dict[str, Any]:
    """Brings the latest row of every active student and item to the online store.

    Whatever else the store held, of withdrawn students or of another log, is gone.

    Returns:
        `views`, as `apply_definitions` counted them, and `online`: per view the rows
        written, the keys dropped as their latest row is too old, and the seconds it took.
    """
    last = max(pd.Timestamp(view["last"]) for view in feature_views.values())
    since = last - pd.Timedelta(days=online_days)
    online = {}
    for view in VIEWS:
        started = time.monotonic()
        rows = feature_store.replace(view.name, since, last)
        online[view.name] = {
            "written": rows,
            "dropped": feature_views[view.name]["keys"] - rows,
            "seconds": round(time.monotonic() - started, 1),
        }
        log.info("%s: %d rows to the online store", view.name, rows)
    return {"views": feature_views, "online": online}
