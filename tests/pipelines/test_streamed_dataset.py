"""Chunks go into one file and come back as one table."""

from pathlib import Path

import pyarrow as pa
import pytest
from kedro.io import DatasetError

from learnloop.simulation.event_table import TIME
from learnloop.simulation.truth import TRUTH_MASTERY
from pipelines.streamed_dataset import StreamedDataset


@pytest.fixture
def dataset(tmp_path: Path) -> StreamedDataset:
    return StreamedDataset(
        filepath=str(tmp_path / "truth" / "mastery.parquet"),
        columns="learnloop.simulation.truth.TRUTH_MASTERY",
    )


def chunk(*student_ids: str) -> pa.Table:
    """Rows whose ids are a dictionary, as the campus writes them."""
    return pa.table(
        {
            "student_id": pa.array(student_ids).dictionary_encode(),
            "as_of": pa.array([0] * len(student_ids)).cast(TIME),
            "skill_id": pa.array(["slope"] * len(student_ids)).dictionary_encode(),
            "mastery": [0.5] * len(student_ids),
        }
    )


def test_chunks_come_back_in_order_as_plain_columns(dataset):
    dataset.save(iter([chunk("a", "b"), chunk("c")]))
    table = dataset.load()
    assert table["student_id"].tolist() == ["a", "b", "c"]
    assert table["student_id"].dtype == object


def test_saving_again_replaces_what_was_there(dataset):
    dataset.save([chunk("a")])
    dataset.save([chunk("b")])
    assert dataset.load()["student_id"].tolist() == ["b"]


def test_no_chunks_leave_an_empty_table_with_its_columns(dataset):
    dataset.save([])
    table = dataset.load()
    assert table.empty
    assert list(table) == TRUTH_MASTERY.names


def test_other_columns_are_refused(dataset):
    with pytest.raises(DatasetError, match="has columns"):
        dataset.save([chunk("a").drop_columns("mastery")])


def test_loading_before_saving_says_what_to_run(dataset):
    with pytest.raises(DatasetError, match="run the source pipeline first"):
        dataset.load()
