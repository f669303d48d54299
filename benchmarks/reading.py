"""What several benchmarks read alike."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from learnloop.errors import DataError


def run_table(path: Path) -> pd.DataFrame:
    """A table that a `kedro run` left.

    Raises:
        DataError: there is no such file, or it is no whole parquet file.
    """
    remedy = "Run `kedro run` first."
    if not path.is_file():
        raise DataError(f"there is no file '{path}'.", remedy=remedy)
    try:
        return pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            "this is no whole parquet file.", file=str(path), remedy=remedy
        ) from error
