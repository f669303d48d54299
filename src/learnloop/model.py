"""The small interface that all four models share, whatever library is inside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Protocol, Self

import pandas as pd

from learnloop.errors import ModelError


def require(examples: pd.DataFrame, columns: Sequence[str]) -> None:
    """Checks that `examples` has `columns`.

    Raises:
        ModelError: one is missing.
    """
    missing = [column for column in columns if column not in examples.columns]
    if missing:
        raise ModelError(
            f"The examples need the columns {', '.join(columns)}; "
            f"missing: {', '.join(missing)}."
        )


class Model(Protocol):
    """A model that can be fitted, asked, questioned and put on disk.

    The tables are the models' own; each module documents its columns, and the
    contract tests hold every model to the rules below.
    """

    name: ClassVar[str]
    """Registered name, for instance ``mastery_predictor``."""

    contract: ClassVar[int]
    """Major version: raised by hand when the columns of `predict` change."""

    def fit(self, examples: pd.DataFrame) -> Self:
        """Learns from `examples` and returns itself; never mutates `examples`.

        Raises:
            ModelError: `examples` is empty or cannot identify the model.
        """
        ...

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """One row per row of `examples`, same index; nothing in it is null."""
        ...

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Why `predict` says so: columns ``row``, ``reason``, ``contribution``.

        `row` is the index label in `examples`; `reason` a short English phrase;
        `contribution` signed, in the unit that the model's module states, sorted
        by absolute size within a row.
        """
        ...

    def save(self, folder: Path) -> None:
        """Writes all that `load` needs into `folder`, which is made if missing."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads back what `save` wrote; predictions are equal bit for bit.

        Raises:
            ModelError: `folder` does not hold a model of this class.
        """
        ...
