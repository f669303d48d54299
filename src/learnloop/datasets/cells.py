"""Reads the cells of a column as their kind, and says which of them it could not read."""

import numpy as np
import pandas as pd

from learnloop.datasets.school_format import Kind

_WORDS = {"true": 1.0, "false": 0.0}
_ZONE = r"(?:[Zz]|[+-]\d{2}:?\d{2})$"


def read_cells(column: pd.Series, kind: Kind) -> tuple[pd.Series, pd.Series]:
    """The values of a column, null where a cell is empty or cannot be read.

    Args:
        column: text with null for empty, as from CSV, or values already typed, as from
            Parquet.
        kind: what the cells are.

    Returns:
        The values (text: object; list: lists; time: datetime64[us, UTC]; numbers and
        answers: float64; yes_no: object of bool) and which cells could not be read.
    """
    if kind == "text":
        return column.astype(object).map(_text), _none(column)
    if kind == "list":
        return column.map(_list), _none(column)
    if kind == "time":
        return _times(column)
    numbers = _numbers(column, words=kind in ("answer", "yes_no"))
    bad = column.notna() & numbers.isna()
    if kind == "integer":
        bad |= numbers.notna() & np.isfinite(numbers) & (numbers % 1 != 0)
    if kind == "yes_no":
        bad |= numbers.notna() & ~numbers.isin([0.0, 1.0])
        return numbers.astype(object).map({0.0: False, 1.0: True}.get), bad
    return numbers.mask(bad), bad


def _none(column: pd.Series) -> pd.Series:
    return pd.Series(False, index=column.index)


def _text(cell: object) -> str | None:
    return None if cell is None or cell is pd.NA or cell != cell else str(cell)


def _list(cell: object) -> list[str]:
    if isinstance(cell, str):
        return [part.strip() for part in cell.split(";") if part.strip()]
    return [str(part) for part in cell] if isinstance(cell, list | np.ndarray) else []


def _times(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").dt.as_unit("us"), _none(column)
    text = column.where(column.notna()).astype("string")
    # Without a zone nobody can say when it was.
    zoned = text.where(text.str.contains(_ZONE).fillna(False).astype(bool))
    times = pd.to_datetime(zoned, format="ISO8601", utc=True, errors="coerce")
    return times.dt.as_unit("us"), column.notna() & times.isna()


def _numbers(column: pd.Series, words: bool) -> pd.Series:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    text = column.map(lambda cell: None if cell is None else str(cell).strip().lower())
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    return numbers.fillna(text.map(_WORDS).astype("float64")) if words else numbers
