"""A catalog entry for the feature store, so that nodes are handed one."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from learnloop.features.store import FeatureStore


class FeatureStoreDataset(AbstractDataset[None, FeatureStore]):
    """The feature store whose ``feature_store.yaml`` is in a folder.

    Example:
        feature_store:
          type: pipelines.feature_store.dataset.FeatureStoreDataset
          filepath: feature_repo
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Args:
        filepath: the folder.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._folder = Path(filepath)
        self.metadata = metadata

    def load(self) -> FeatureStore:
        """Opens the store; Feast itself is loaded at its first use."""
        return FeatureStore(self._folder)

    def save(self, data: None) -> NoReturn:  # noqa: ARG002  Kedro's signature
        """Refuses: rows are written by `FeatureStore.push` and `materialize`.

        Raises:
            DatasetError: always.
        """
        raise DatasetError("The feature store is written by its own methods.")

    def _exists(self) -> bool:
        return (self._folder / "feature_store.yaml").is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder)}
