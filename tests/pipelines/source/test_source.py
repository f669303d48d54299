"""The source node, and its two sources."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pydantic import ValidationError

from learnloop.simulation import CampusSettings
from pipelines.source.nodes import RAW_TABLES, read_source
from pipelines.source.pipeline import create_pipeline
from pipelines.source.settings import SourceSettings

CAMPUS = CampusSettings(
    students=6, audit_students=4, reference_students=2, weeks=2, block_students=4
)


def read(**source: object) -> dict[str, Any]:
    return read_source(SourceSettings.model_validate(source), CAMPUS)


def test_the_campus_gives_every_raw_table():
    tables = read(kind="campus")
    assert tuple(tables) == RAW_TABLES
    assert len(tables["raw_students"]) == len(tables["raw_protected"]) == 12
    events = pa.concat_tables(tables["raw_events"], promote_options="permissive")
    assert set(events["student_id"].to_pylist()) <= set(tables["raw_students"]["student_id"])
    assert sum(part.num_rows for part in tables["truth_students"]) == 12
    # Six learners at weeks 0, 1 and 2.
    learnt = sum(part.num_rows for part in tables["truth_mastery"])
    assert learnt == 6 * 3 * len(tables["raw_skills"])


def test_the_log_is_simulated_only_as_it_is_read():
    events = read(kind="campus")["raw_events"]
    assert isinstance(events, Iterator)
    assert next(events).num_rows > 0


def test_a_schools_folder_gives_every_raw_table_and_an_empty_truth(tmp_path: Path):
    from learnloop.datasets.school import write_example

    write_example(tmp_path / "school")
    tables = read(kind="school", dir=str(tmp_path / "school"))
    assert tuple(tables) == RAW_TABLES
    assert len(pd.concat(list(tables["raw_events"]))) > 0
    assert len(tables["raw_students"]) > 0
    assert list(tables["truth_mastery"]) == list(tables["truth_students"]) == []
    assert tables["truth_items"].empty


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "campsu"},
        {"kind": "school"},
        {"kind": "campus", "dir": "x"},
        {"kind": "school", "dir": "x", "folder": "y"},
    ],
)
def test_a_wrong_source_fails_when_it_is_read(wrong: dict[str, str]):
    with pytest.raises(ValidationError):
        SourceSettings.model_validate(wrong)


def test_the_pipeline_writes_what_the_node_returns():
    assert create_pipeline().outputs() == set(RAW_TABLES)
