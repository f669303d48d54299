"""A catalog entry for a table that arrives in chunks and fits into memory when read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset, DatasetError
from kedro.utils import load_obj


class StreamedDataset(AbstractDataset[Iterable[pa.Table], pd.DataFrame]):
    """Writes Arrow tables into one Parquet file as they come; reads them as one DataFrame.

    Example:
        truth_students:
          type: pipelines.streamed_dataset.StreamedDataset
          filepath: data/01_raw/truth/students.parquet
          columns: learnloop.simulation.truth.TRUTH_STUDENTS
    """

    def __init__(
        self, *, filepath: str, columns: str, metadata: dict[str, Any] | None = None
    ) -> None:
        """Args:
        filepath: the Parquet file.
        columns: import path of the Arrow schema; a file without chunks has it too.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._file = Path(filepath)
        self._columns = columns
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Reads the whole table."""
        if not self._exists():
            raise DatasetError(f"{self._file} is not there: run the source pipeline first.")
        table: pd.DataFrame = pq.read_table(self._file).to_pandas()
        return table

    def save(self, data: Iterable[pa.Table]) -> None:
        """Replaces the file; each chunk is cast to the schema.

        Raises:
            DatasetError: a chunk has other columns.
        """
        schema: pa.Schema = load_obj(self._columns)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(self._file, schema) as writer:
            for chunk in data:
                if chunk.column_names != schema.names:
                    raise DatasetError(
                        f"{self._file} has columns {schema.names}, not {chunk.column_names}"
                    )
                writer.write_table(chunk.cast(schema))

    def _exists(self) -> bool:
        return self._file.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file), "columns": self._columns}
