"""A file of a run that cannot be read is named, whichever benchmark reads it."""

from pathlib import Path

import pytest

from benchmarks.__main__ import main

FIRST = {
    "forgetting": "03_primary/attempts.parquet",
    "intervention": "07_model_output/intervention_scores.parquet",
    "diagnosis": "03_primary/attempts.parquet",
}
"""The file that each command reads first."""


@pytest.mark.parametrize("text", [b"", b"no parquet", b"PAR1 torn PAR1"])
@pytest.mark.parametrize("command", FIRST)
def test_a_broken_file_of_a_run_is_named(tmp_path: Path, command: str, text: bytes) -> None:
    path = tmp_path / FIRST[command]
    path.parent.mkdir()
    path.write_bytes(text)
    with pytest.raises(SystemExit) as stopped:
        main([command, "--run", str(tmp_path)])
    told = str(stopped.value)
    assert told == f"Error: {path}: this is no whole parquet file. Run `kedro run` first."
