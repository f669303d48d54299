"""The folder of Parquet parts."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from kedro.io import DatasetError

from pipelines.event_parts import EventPartsDataset

# Ibis 12 asks DuckDB 2 by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def test_chunks_of_any_kind_come_back_as_one_table_in_order(tmp_path: Path) -> None:
    parts = EventPartsDataset(filepath=str(tmp_path / "log"))
    rows = pa.table({"x": [3]})
    parts.save(iter([pd.DataFrame({"x": [1, 2]}), rows, rows.to_batches()[0]]))
    table = parts.load().order_by(["filename", "file_row_number"]).execute()
    assert table["x"].tolist() == [1, 2, 3, 3]
    assert table["file_row_number"].tolist() == [0, 1, 0, 0]


def test_saving_again_leaves_nothing_of_what_was_there(tmp_path: Path) -> None:
    parts = EventPartsDataset(filepath=str(tmp_path / "log"))
    parts.save([pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [2]})])
    parts.save([pd.DataFrame({"x": [3]})])
    assert parts.load().execute()["x"].tolist() == [3]


def test_an_empty_chunk_is_no_part(tmp_path: Path) -> None:
    parts = EventPartsDataset(filepath=str(tmp_path / "log"))
    parts.save([pd.DataFrame({"x": []}), pd.DataFrame({"x": [1]})])
    assert [path.name for path in (tmp_path / "log").iterdir()] == ["part-00000.parquet"]


def test_loading_before_saving_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="run the source pipeline first"):
        EventPartsDataset(filepath=str(tmp_path / "log")).load()


def test_a_save_that_breaks_off_leaves_the_old_log_whole(tmp_path: Path) -> None:
    parts = EventPartsDataset(filepath=str(tmp_path / "log"))
    parts.save([pd.DataFrame({"x": [1]})])

    def broken() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"x": [2]})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parts.save(broken())
    assert parts.load().execute()["x"].tolist() == [1]


def test_a_log_without_an_event_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not one event"):
        EventPartsDataset(filepath=str(tmp_path / "log")).save([pd.DataFrame({"x": []})])
