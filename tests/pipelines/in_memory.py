"""Runs a pipeline whose datasets stay in memory, for tests that look at what it made."""

from collections.abc import Mapping
from typing import Any

from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner


class Kept(MemoryDataset):
    """Keeps what was saved after its last use."""

    def _release(self) -> None:
        pass


def run_in_memory(
    pipeline: Pipeline, given: Mapping[str, Any], others: Mapping[str, Any]
) -> dict[str, Any]:
    """All that was given and made; `others` are datasets that are not in memory."""
    memory = {
        name: Kept(*([given[name]] if name in given else []), copy_mode="assign")
        for name in pipeline.datasets() - set(others)
    }
    catalog = DataCatalog({**memory, **others})
    SequentialRunner().run(pipeline, catalog)
    return {name: catalog.load(name) for name in pipeline.datasets()}
