from typing import Any

import ibis
import pandas as pd

from pipelines.ingest.nodes import hash_data

TABLES = ("content_items", "skills", "prerequisites", "students", "classes", "eligibility")


def hashes(**changes: pd.DataFrame) -> dict[str, Any]:
    times = pd.to_datetime(["2025-09-01", "2025-09-03"], utc=True).astype("datetime64[us, UTC]")
    events = pd.DataFrame({"student_id": ["s1", "s2"], "occurred_at": times})
    given = {name: pd.DataFrame({"id": ["a"]}) for name in TABLES} | changes
    splits = pd.DataFrame({"student_id": ["s1", "s2"], "split": ["test", "train"]})
    return hash_data(events=ibis.memtable(events), student_splits=splits, **given)


def test_the_extent_of_the_log_is_told() -> None:
    found = hashes()
    assert found["events"] == 2
    assert found["last_event"] == "2025-09-03T00:00:00+00:00"
    assert found["students"] == {"test": 1, "train": 1}


def test_each_table_has_a_hash_of_its_own() -> None:
    before = hashes()["tables"]
    after = hashes(classes=pd.DataFrame({"id": ["b"]}))["tables"]
    assert {name for name in before if before[name] != after[name]} == {"classes"}
    assert set(before) == {"events", "student_splits", *TABLES}
