"""How fast the campus is and how much memory it takes, Parquet files included.

Each size runs in a process of its own, so that peak memory is its own too. Prints one
JSON object per size.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def measure(students: int) -> dict[str, Any]:
    """Simulates and writes a term of `students` learners; figures of this process."""
    from learnloop.simulation import Campus, CampusSettings
    from learnloop.simulation.streams import split_blocks
    from pipelines.event_parts import EventPartsDataset

    base = _peak_mb()
    campus = Campus(CampusSettings(students=students, audit_students=0, reference_students=0))
    rows = 0

    def counted(tables: Any) -> Any:
        nonlocal rows
        for table in tables:
            rows += table.num_rows
            yield table

    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        streams = split_blocks(campus.blocks())
        EventPartsDataset(filepath=f"{folder}/events").save(counted(streams.events))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = sum(part.stat().st_size for part in Path(folder).rglob("*.parquet"))
    return {
        "students": students,
        "events": rows,
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "events_per_s": round(rows / wall),
        "events_per_cpu_s": round(rows / cpu),
        "parquet_mb": round(size / 1e6, 1),
        "peak_mb": round(_peak_mb()),
        "peak_mb_of_imports": round(base),
    }


def _peak_mb() -> float:
    # Linux counts kilobytes, macOS bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Runs each size, on one core."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "students", nargs="*", type=int, default=[1_000, 20_000], help="sizes to run"
    )
    parser.add_argument("--here", action="store_true", help="run the sizes in this process")
    options = parser.parse_args()
    for students in options.students:
        if options.here:
            print(json.dumps(measure(students)))
            continue
        one_core = {"OMP_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1"}
        subprocess.run(  # noqa: S603 - this very file
            [sys.executable, __file__, "--here", str(students)],
            check=True,
            env={**os.environ, **one_core},
        )


if __name__ == "__main__":
    main()
