from pathlib import Path

import pytest

from benchmarks.audits import results


def test_what_is_done_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "new" / "some.jsonl"
    assert results.done(path, "seed") == set()
    results.append(path, {"seed": 1, "kind": "none", "value": 0.5})
    results.append(path, {"seed": 1, "kind": "labels"})
    assert results.done(path, "seed", "kind") == {(1, "none"), (1, "labels")}
    assert results.read(path)[0]["value"] == 0.5


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    results.append(path, {"seed": 1})
    with path.open("a") as file:
        file.write('{"seed": 2, "ver')
    assert results.done(path, "seed") == {(1,)}
    results.append(path, {"seed": 2})
    assert results.done(path, "seed") == {(1,), (2,)}


def test_progress_says_how_long_still(capsys: pytest.CaptureFixture[str]) -> None:
    progress = results.Progress(2)
    progress.step("first")
    progress.step("second")
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("1/2  first  left ")
    assert told[1] == "2/2  second  left 0:00:00"
