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
          offline: data/04_feature
          online: var/feast
    """

    def __init__(
        self,
        *,
        filepath: str,
        offline: str,
        online: str,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Args:
        filepath: the folder.
        offline: folder of the views' Parquet files; may be relative to `filepath`'s parent.
        online: folder of the registry and the online store; likewise.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._folder, self._offline, self._online = Path(filepath), Path(offline), Path(online)
        self.metadata = metadata

    def load(self) -> FeatureStore:
        """Opens the store; Feast itself is loaded at its first use."""
        return FeatureStore(self._folder, self._offline, self._online)

    def save(self, data: None) -> NoReturn:  # noqa: ARG002  Kedro's signature
        """Refuses: rows are written by `FeatureStore.push`, `materialize` and `replace`.

        Raises:
            DatasetError: always.
        """
        raise DatasetError("The feature store is written by its own methods.")

    def _exists(self) -> bool:
        return (self._folder / "feature_store.yaml").is_file()

    def _describe(self) -> dict[str, Any]:
        folders = {"filepath": self._folder, "offline": self._offline, "online": self._online}
        return {name: str(folder) for name, folder in folders.items()}
