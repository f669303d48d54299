"""Types and null rules for what a store gives back, which knows neither.

A training set is a large table; an answer while serving is mostly one row, which the ways
of a table would make ten times as slow.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.features.definitions import Column, Dtype, NullRule

_NUMBERS: dict[Dtype, Any] = {Dtype.INT: "int64", Dtype.FLOAT: "float64"}


def typed_table(found: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """A copy of a table with the types and null rules of `columns` applied."""
    typed = found.copy()
    for column in columns:
        values = typed[column.name]
        if column.when_none is NullRule.ZERO:
            values = values.astype("float64").fillna(0)
        if column.dtype in _NUMBERS:
            values = values.astype(_NUMBERS[column.dtype])
        else:
            values = values.astype(object).mask(values.isna(), None)
        typed[column.name] = values
    return typed


def typed_columns(
    values: Mapping[str, Sequence[Any]], columns: Sequence[Column]
) -> dict[str, NDArray[Any]]:
    """The values of each of `columns`, ``None`` for none, typed as `typed_table` would."""
    return {column.name: _typed(values[column.name], column) for column in columns}


def _typed(values: Sequence[Any], column: Column) -> NDArray[Any]:
    if column.dtype not in _NUMBERS:
        # An array of the whole would be two-dimensional where each value is a list.
        return np.fromiter(values, dtype=object, count=len(values))
    numbers = np.array(values, dtype="float64")
    if column.when_none is NullRule.ZERO:
        numbers = np.nan_to_num(numbers, nan=0.0)
    return numbers.astype(_NUMBERS[column.dtype])
