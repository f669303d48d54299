"""The two pipelines fit the catalog and each other."""

import pandas as pd

from learnloop.features.definitions import VIEWS, Dtype, columns_of_view
from pipelines.feature_store.nodes import date_item_difficulty
from pipelines.feature_store.pipeline import create_pipeline as create_store
from pipelines.features.pipeline import create_pipeline as create_features

LOG_TABLES = {
    "events",
    "students",
    "content_items",
    "prerequisites",
    "snapshots",
    "student_splits",
}


def test_features_read_the_log_and_the_roster_alone() -> None:
    free = {name for name in create_features().inputs() if not name.startswith("params:")}
    of_the_stamp = {"data_hashes", "code_state", "parameters"}
    assert free - of_the_stamp == LOG_TABLES


def test_neither_pipeline_reads_truth_or_protected_attributes() -> None:
    read = create_features().all_inputs() | create_store().all_inputs()
    assert not {name for name in read if name.startswith("truth") or "protected" in name}


def test_the_store_waits_for_the_history_of_every_view() -> None:
    nodes = {node.name: node for node in create_store().nodes}
    assert {view.name for view in VIEWS} <= set(nodes["apply_definitions"].inputs)
    for name in (
        "join_recommender_features",
        "join_intervention_features",
        "materialize_online",
    ):
        assert "feature_views" in nodes[name].inputs


def test_item_parameters_are_dated_after_the_last_answer_that_they_hold() -> None:
    items = pd.DataFrame({"content_id": ["b", "a"], "attempts": [3, 0]})
    for column in columns_of_view("content_difficulty"):
        assert column.dtype is Dtype.FLOAT
        items[column.name] = [1.0, 2.0]
    last = pd.Timestamp("2025-11-24", tz="UTC").as_unit("us")
    grid = pd.DataFrame({"event_timestamp": [last - pd.Timedelta(days=7), last]})
    dated = date_item_difficulty(items, grid)
    assert dated["content_id"].tolist() == ["a", "b"]
    assert dated["event_timestamp"].tolist() == [last, last]
    assert "attempts" not in dated
