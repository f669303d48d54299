"""The small interface that all four models share, whatever library is inside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from learnloop.errors import ModelError

MOST_QUOTED = 60
"""Characters of what is wrong that a message repeats."""


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


def refuse(values: pd.Series, wrong: ArrayLike, wanted: str) -> None:
    """Checks that no row of a column of examples is `wrong`.

    Args:
        values: the column; its name and index say where.
        wrong: (n,) of bool.
        wanted: what belongs there, in words that follow "must be".

    Raises:
        ModelError: one is; the first is named.
    """
    places = np.flatnonzero(np.asarray(wrong, dtype=bool))
    if len(places):
        raise refusal(values, int(places[0]), values.iloc[places[0]], wanted)


def refusal(
    values: pd.Series, place: int, found: object, wanted: str, entry: int = -1
) -> ModelError:
    """What is wrong with a row of a column of examples.

    Of a list only its length or the one wrong entry is quoted: what a student did and knows
    belongs in no message.

    Args:
        values: the column; its name and index say where.
        place: of the row, from 0.
        found: what is there.
        wanted: what belongs there, in words that follow "must be".
        entry: of the list, from 0, where `found` is one of its entries.
    """
    listed = isinstance(found, list | tuple | np.ndarray)
    said = f"a list of {len(found)}" if listed else repr(found)  # type: ignore[arg-type]
    said = said if len(said) <= MOST_QUOTED else f"{said[:MOST_QUOTED]} …"
    where = values.name if entry < 0 else f"entry {entry + 1} of {values.name}"
    return ModelError(
        f"Row {values.index[place]} of the examples: {where} is {said}; it must be {wanted}."
    )


def numbers(values: ArrayLike) -> NDArray[np.float64]:
    """As numbers; NaN where there is none."""
    found = pd.to_numeric(pd.Series(values), errors="coerce")
    return np.asarray(found.to_numpy(float, na_value=np.nan))


def refuse_missing(ids: pd.Series) -> None:
    """Checks that a column of examples names something in each row.

    Raises:
        ModelError: a row is null or empty, or holds what can be no id, as a list.
    """
    wrong = (ids.isna() | (ids == "")).to_numpy(dtype=bool)
    if pd.api.types.infer_dtype(ids, skipna=True) == "mixed":
        wrong |= ~ids.map(pd.api.types.is_hashable).to_numpy(dtype=bool)
    refuse(ids, wrong, "an id")


def moments(times: pd.Series) -> pd.Series:
    """Times as UTC to the microsecond; null stays null.

    Raises:
        ModelError: one is no time, or has no time zone.
    """
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        given = times.astype(object)
        wrong = [
            not missing and not _has_zone(time)
            for time, missing in zip(given, given.isna(), strict=True)
        ]
        refuse(times, wrong, "a time with a time zone, or null where it may be unknown")
        times = pd.to_datetime(given, utc=True, format="mixed", errors="coerce")
        far = times.isna() & given.notna()
        refuse(given, far, "a time from 1678 to 2261, or null where it may be unknown")
    return times.astype("datetime64[us, UTC]")


def _has_zone(time: object) -> bool:
    try:
        return pd.Timestamp(time).tzinfo is not None  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


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
