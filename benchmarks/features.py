"""How fast the features are computed, and in how much memory.

Simulates campuses of 1,000 and 20,000 students, then computes all features of the log
at twelve weekly snapshots of each student, in a process of its own so that the
simulator's memory does not count. Beside it the plain way: a pandas loop over students
and snapshots, for five of the features and some of the students.

    python benchmarks/features.py            # prints JSON
    python benchmarks/features.py 500        # other numbers of students
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from learnloop.features import batch, replay
from learnloop.simulation import Campus, CampusSettings

WEEKS = 12
LOOP_STUDENTS = 100


def write_campus(students: int, folder: Path) -> None:
    """Simulates the log and writes what the features read."""
    settings = CampusSettings(students=students, audit_students=0, reference_students=0)
    campus = Campus(settings)
    (folder / "events").mkdir()
    for part, block in enumerate(campus.blocks(progress=None)):
        plain = pa.schema(
            [
                (field.name, field.type.value_type)
                if pa.types.is_dictionary(field.type)
                else (field.name, field.type)
                for field in block.events.schema
            ]
        )
        pq.write_table(block.events.cast(plain), folder / "events" / f"{part:05d}.parquet")
    campus.roster.students[["student_id", "timezone", "enrolled_at"]].to_parquet(
        folder / "students.parquet"
    )
    campus.curriculum.items[["content_id", "author_difficulty"]].to_parquet(
        folder / "items.parquet"
    )
    campus.curriculum.prerequisites.to_parquet(folder / "prerequisites.parquet")


def timed(step: Callable[[], pd.DataFrame]) -> tuple[pd.DataFrame, float]:
    """What `step` returns, and the seconds it took."""
    started = time.perf_counter()
    table = step()
    return table, time.perf_counter() - started


def measure(folder: Path) -> dict[str, Any]:
    """Computes the features of the campus in `folder`."""
    students = pd.read_parquet(folder / "students.parquet")
    items = pd.read_parquet(folder / "items.parquet")
    needs = pd.read_parquet(folder / "prerequisites.parquet")
    weeks = pd.DataFrame({"week": range(1, WEEKS + 1)})
    snapshots = students.merge(weeks, how="cross")
    snapshots["as_of"] = (
        snapshots["enrolled_at"] + pd.to_timedelta(7 * snapshots["week"], unit="D")
    ).astype("datetime64[us, UTC]")
    connection = ibis.duckdb.connect()
    events = connection.read_parquet(folder / "events" / "*.parquet")
    count = int(events.count().execute())
    hourly, hourly_s = timed(
        lambda: batch.student_hourly(events, students, items, needs, snapshots)
    )
    _, replay_s = timed(lambda: replay.student_realtime(events, snapshots))
    _, content_s = timed(lambda: batch.content_hourly(events, students["student_id"]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    total_s = hourly_s + replay_s + content_s
    loop_rate = events_per_second_of_loop(events, snapshots)
    connection.disconnect()
    return {
        "students": len(students),
        "events": count,
        "snapshots": len(hourly),
        "seconds": {
            "student_hourly": round(hourly_s, 1),
            "student_realtime": round(replay_s, 1),
            "content_hourly": round(content_s, 1),
        },
        "events_per_second": round(count / total_s),
        "peak_gb": round(peak, 2),
        "pandas_loop_events_per_second": round(loop_rate),
        "times_the_loop": round(count / total_s / loop_rate, 1),
    }


def events_per_second_of_loop(events: ibis.Table, snapshots: pd.DataFrame) -> float:
    """Five of the features by a loop over students and snapshots in pandas."""
    some = snapshots["student_id"].unique()[:LOOP_STUDENTS]
    log = events.filter(events.student_id.isin(list(some))).to_pandas()
    asked = snapshots[snapshots["student_id"].isin(some)]
    started = time.perf_counter()
    for student_id, own in log.groupby("student_id"):
        for as_of in asked.loc[asked["student_id"] == student_id, "as_of"]:
            before = own[own["occurred_at"] < as_of]
            week = before[before["occurred_at"] >= as_of - pd.Timedelta(days=7)]
            month = before[before["occurred_at"] >= as_of - pd.Timedelta(days=28)]
            week["duration_s"].clip(upper=3600).mean()
            (month["verb"] == "posted").sum() + 0.5 * (month["verb"] == "replied").sum()
            (month["verb"] == "collaborated").sum()
            month["device"].value_counts().head(1)
            (week["verb"] == "answered").sum()
    return len(log) / (time.perf_counter() - started)


def main() -> None:
    """Prints a list of measurements, one per number of students."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("students", type=int, nargs="*", default=[1_000, 20_000])
    parser.add_argument("--folder", type=Path, help="measure the campus in this folder")
    arguments = parser.parse_args()
    if arguments.folder:
        print(json.dumps(measure(arguments.folder)))
        return
    results = []
    for students in arguments.students:
        with tempfile.TemporaryDirectory() as name:
            write_campus(students, Path(name))
            answer = subprocess.run(  # noqa: S603
                [sys.executable, __file__, "--folder", name],
                check=True,
                capture_output=True,
                text=True,
            )
            results.append(json.loads(answer.stdout))
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
