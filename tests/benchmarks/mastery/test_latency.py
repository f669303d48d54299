"""The latency benchmark: what it times is there, and in bounds that no machine breaks."""

import json
from pathlib import Path

import pytest

import benchmarks.latency
from benchmarks.__main__ import main

from .test_benchmark import tab_file


def test_answers_after_a_long_history_are_timed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("LONG", 200), ("TIMED", 20), ("REPLAYED", 50)):
        monkeypatch.setattr(benchmarks.latency, name, value)
    train = tab_file(tmp_path / "a.tsv", range(9))
    test = tab_file(tmp_path / "b.tsv", range(20, 24))
    main(["latency", "--train", str(train), "--test", str(test), "--students", "2"])
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 40
    scores = {name: score["value"] for name, score in said["scores"].items()}
    for name in ("answer_ms", "answer_cpu_ms", "bytes_ms"):
        assert 0 < scores[f"{name}_p50"] <= scores[f"{name}_p99"]
    # 20 bytes a practised skill and 2 D (D + 3) for 20 traits, as the layout says, and a head
    assert 2 * 20 * 23 + 2 * 20 < scores["state_bytes"] < 2 * 20 * 23 + 2 * 20 + 100
