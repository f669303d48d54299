"""Catalog entries for models: a folder that the model itself writes, or several in one."""

import shutil
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError
from kedro.utils import load_obj

from learnloop.model import Model


class ModelDataset(AbstractDataset[Model, Model]):
    """Saves a model with its own `save` and reads it back with its own `load`.

    Example:
        mastery_model:
          type: pipelines.model_dataset.ModelDataset
          filepath: data/06_models/mastery_predictor
          model: learnloop.mastery.MasteryPredictor
    """

    def __init__(
        self, *, filepath: str, model: str, metadata: dict[str, Any] | None = None
    ) -> None:
        """Args:
        filepath: the folder.
        model: import path of the model's class.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._folder = Path(filepath)
        self._model = model
        self.metadata = metadata

    def load(self) -> Model:
        """Reads the model back."""
        loaded: Model = load_obj(self._model).load(self._folder)
        return loaded

    def save(self, data: Model) -> None:
        """Replaces what the folder held."""
        if data.name != load_obj(self._model).name:
            raise DatasetError(f"{self._folder} holds a {self._model}, not a {data.name}")
        shutil.rmtree(self._folder, ignore_errors=True)
        data.save(self._folder)

    def _exists(self) -> bool:
        return self._folder.is_dir() and any(self._folder.iterdir())

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder), "model": self._model}


class ModelsDataset(AbstractDataset[dict[str, Model], dict[str, Model]]):
    """Several models of one class by name, each as `ModelDataset` in a folder of its name."""

    def __init__(
        self, *, filepath: str, model: str, metadata: dict[str, Any] | None = None
    ) -> None:
        """Args:
        filepath: the folder of all.
        model: import path of the models' class.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._folder = Path(filepath)
        self._model = model
        self.metadata = metadata

    def load(self) -> dict[str, Model]:
        """Reads all that are there back, in the order of their names."""
        return {
            folder.name: self._one(folder.name).load()
            for folder in sorted(self._folder.iterdir())
        }

    def save(self, data: dict[str, Model]) -> None:
        """Replaces what the folder held."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for name, model in data.items():
            self._one(name).save(model)

    def _one(self, name: str) -> ModelDataset:
        return ModelDataset(filepath=str(self._folder / name), model=self._model)

    def _exists(self) -> bool:
        return self._folder.is_dir() and any(self._folder.iterdir())

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder), "model": self._model}
