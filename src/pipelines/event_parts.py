"""A catalog entry for logs too large for memory: a folder of Parquet parts."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset, DatasetError
from kedro_datasets.ibis import FileDataset

from learnloop.errors import DataError


class EventPartsDataset(AbstractDataset[Iterable[Any], ibis.Table]):
    """Writes chunks as they come, one part each, and reads all parts as one lazy table.

    The table has two columns more than the parts: `filename` and `file_row_number`
    (0-based). It lives on the connection that `ibis.FileDataset` uses by default, so
    that both can meet in one expression.

    Example:
        raw_events:
          type: pipelines.event_parts.EventPartsDataset
          filepath: data/01_raw/events
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Args:
        filepath: the folder.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._folder = Path(filepath)
        self.metadata = metadata

    def load(self) -> ibis.Table:
        """Opens the parts in the order in which they were written."""
        if not self._exists():
            raise DatasetError(f"{self._folder} holds no parts: run the source pipeline first.")
        parts = FileDataset(
            filepath=f"{self._folder}/*.parquet",
            load_args={"union_by_name": True, "filename": True, "file_row_number": True},
        )
        return parts.load()

    def save(self, data: Iterable[Any]) -> None:
        """Replaces what the folder held by one part per chunk; empty chunks are skipped.

        The old parts stay until all new ones are written: a log is never half a log.

        Args:
            data: chunks, each a DataFrame, an Arrow table or a record batch.

        Raises:
            DataError: there is not one event.
        """
        coming = self._folder.with_name(f"{self._folder.name}.coming")
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(parents=True)
        written = 0
        for chunk in data:
            table = _as_table(chunk)
            if table.num_rows:
                pq.write_table(table, coming / f"part-{written:05d}.parquet")
                written += 1
        if not written:
            raise DataError("there is not one event.", file="events")
        shutil.rmtree(self._folder, ignore_errors=True)
        coming.rename(self._folder)

    def _exists(self) -> bool:
        return any(self._folder.glob("*.parquet"))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder)}


def _as_table(chunk: Any) -> pa.Table:
    if isinstance(chunk, pd.DataFrame):
        return pa.Table.from_pandas(chunk, preserve_index=False)
    if isinstance(chunk, pa.RecordBatch):
        return pa.Table.from_batches([chunk])
    return chunk
