"""What the summary says of the rows that reach the online store."""

from pathlib import Path
from typing import Any, cast

import pandas as pd

from learnloop.features.definitions import VIEWS
from learnloop.features.store import FeatureStore
from pipelines.feature_store.dataset import FeatureStoreDataset
from pipelines.feature_store.nodes import materialize_online


class Replaced:
    """Stands for a store that finds two keys in the window, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, pd.Timestamp, pd.Timestamp]] = []

    def replace(self, view: str, since: pd.Timestamp, until: pd.Timestamp) -> int:
        self.asked.append((view, since, until))
        return 2


def test_every_view_is_replaced_and_keys_that_are_too_old_are_counted() -> None:
    views: dict[str, Any] = {
        view.name: {"keys": 5, "last": "2026-01-19T00:00:00+00:00"} for view in VIEWS
    }
    views["content_hourly"]["last"] = "2026-01-20T00:00:00+00:00"
    store = Replaced()
    summary = materialize_online(cast(FeatureStore, store), views, 8)
    last = pd.Timestamp("2026-01-20T00:00:00Z")
    since = pd.Timestamp("2026-01-12T00:00:00Z")
    assert store.asked == [(view.name, since, last) for view in VIEWS]
    assert summary["views"] == views
    written = {
        name: (one["written"], one["dropped"]) for name, one in summary["online"].items()
    }
    assert written == {view.name: (2, 3) for view in VIEWS}


def test_the_store_of_an_environment_has_its_own_folders(tmp_path: Path) -> None:
    dataset = FeatureStoreDataset(
        filepath=str(tmp_path / "feature_repo"), offline="data/x/04_feature", online="var/x"
    )
    source = dataset.load().source("student_hourly")
    assert source == tmp_path / "data" / "x" / "04_feature" / "student_hourly.parquet"
