"""What MLflow runs to serve one of the four models: executed by MLflow, imported by nobody.

MLflow's models-from-code stores this file beside the model's own folder, so that
nothing is pickled; `registry` is the module that hands it over.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel


class RegisteredModel(PythonModel):  # type: ignore[misc, unused-ignore]
    """Any of the four models behind MLflow's `predict`."""

    def load_context(self, context: Any) -> None:
        """Reads the model with its own `load`."""
        module, _, name = context.model_config["model_class"].rpartition(".")
        folder = Path(context.artifacts["model"])
        self.model = getattr(import_module(module), name).load(folder)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> Any:  # noqa: ARG002
        """The model's own `predict`."""
        return self.model.predict(model_input)


set_model(RegisteredModel())
