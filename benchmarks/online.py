"""How long the online store takes to write its views and to answer for one student.

Fills a store of its own with 11,000 students and items, then asks for one key at a time
as a page would. Prints JSON; milliseconds are of whole `FeatureStore.online` calls.

    python benchmarks/online.py
"""

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnloop.features.definitions import SERVICES, VIEWS, Dtype, columns_of_view
from learnloop.features.store import FeatureStore

KEYS = [f"k{number:05d}" for number in range(11_000)]
ASKED = 1_000
SKILLS = 66
NOW = pd.Timestamp("2026-01-12", tz="UTC").as_unit("us")


def history(view: str, entity: str) -> pd.DataFrame:
    """A row of every key, with a value in every column."""
    table: dict[str, Any] = {entity: KEYS, "event_timestamp": NOW}
    for column in columns_of_view(view):
        table[column.name] = {
            Dtype.INT: 1,
            Dtype.FLOAT: 0.5,
            Dtype.STRING: (column.categories or ("v1",))[0],
            Dtype.FLOATS: [np.linspace(0, 1, SKILLS)] * len(KEYS),
        }[column.dtype]
    return pd.DataFrame(table)


def measure(folder: Path) -> dict[str, Any]:
    """Writes and reads a store in `folder`."""
    shutil.copytree(Path(__file__).parents[1] / "feature_repo", folder / "feature_repo")
    store = FeatureStore(folder / "feature_repo")
    store.apply()
    written = {}
    for view in VIEWS:
        history(view.name, view.entity).to_parquet(store.source(view.name))
        started = time.perf_counter()
        store.replace(view.name, NOW, NOW)
        written[view.name] = round(time.perf_counter() - started, 2)
    read = {}
    for service in SERVICES:
        store.online(KEYS[:1], service)
        times = []
        for key in KEYS[:ASKED]:
            started = time.perf_counter()
            store.online([key], service)
            times.append(1_000 * (time.perf_counter() - started))
        p50, p99 = np.quantile(times, [0.5, 0.99])
        read[service] = {"p50": round(float(p50), 2), "p99": round(float(p99), 2)}
    return {"keys": len(KEYS), "seconds_to_replace": written, "ms_for_one_key": read}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(Path(name)), indent=2))
