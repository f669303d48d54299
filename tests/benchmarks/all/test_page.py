"""The page shows each figure beside its goal and its peers, and what was not measured."""

import base64
import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.all.page import page, shown
from benchmarks.all.runs import Here, Record
from benchmarks.all.tables import Benchmark, Goal

NOW = Here("abc1234", False, "code-1", True, True, "a machine")
AUC = {"auc": {"value": 0.8123, "low": 0.8011, "high": 0.8234}}
RESULT = {
    "scores": AUC,
    "baselines": {"old_way": {"auc": {"value": 0.75, "low": 0.74, "high": 0.76}}},
    "cpu_seconds": 12.5,
    "peak_mb": 640.0,
    "rows": 12345,
    "notes": ["Rows & columns."],
    "cost_of": {"old_way": {"cpu_seconds": [10.0, 20.0]}},
}
BENCHMARKS = {
    name: Benchmark(
        title=name.title(),
        about="About it.",
        command=f"{name} --train $LEARNLOOP_DATA/a.csv" if name == "away" else name,
        minutes=1,
        scores={"auc": "AUC"},
        cpu="cost_of/{}/cpu_seconds",
    )
    for name in ("whole", "broken", "away")
}
GOALS = {
    "Part": [
        Goal(name="Good", of="whole", figure="scores/auc", at_least=0.8, source="theirs .75"),
        Goal(name="Better", of="whole", figure="scores/auc", at_least=0.82),
        Goal(name="Cheap", of="whole", figure="cpu_seconds", at_most=20),
        Goal(name="Absent", of="whole", figure="scores/none", at_least=0.1),
        Goal(name="Failed", of="broken", figure="scores/auc", at_least=0.1),
        Goal(name="Coming", of="nowhere", figure="p99", at_most=2),
        Goal(name="Told", of="whole", figure="peak_mb"),
    ]
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LEARNLOOP_DATA", raising=False)
    at = "2026-01-02T03:04:05+00:00"
    old = Here("0ld0000", True, "code-0", False, True, "a machine")
    for name, record in {
        "whole": Record("whole --seeds 5", old, at, 90.0, result=RESULT),
        "broken": Record("broken", NOW, at, 1.0, problem="failed: <no> luck (broken.log)"),
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(asdict(record)))
    return tmp_path


def text(folder: Path, quick: bool = False) -> str:
    return re.sub(r"\s+", " ", page(BENCHMARKS, GOALS, folder, NOW, quick))


def test_each_goal_has_its_verdict(folder):
    plain = re.sub(r"<[^>]+>", "|", text(folder))
    found = {
        name: re.search(rf"\|{name}\|[|\s]*([^|]*?)\s*\|", plain)[1]
        for name in ("Good", "Better", "Cheap", "Absent", "Failed", "Coming", "Told")
    }
    assert found == {
        "Good": "✓ Met",
        "Better": "✕ Missed",
        "Cheap": "✓ Met",
        "Absent": "? Not measured",
        "Failed": "? Not measured",
        "Coming": "? Not measured",
        "Told": "reported",
    }
    counts = dict(re.findall(r"goals ([a-z ]+)\|\|(\d+)", plain))
    assert counts == {"met": "2", "missed": "1", "not measured": "3"}


def test_ours_stands_beside_the_peers_with_intervals_and_cost(folder):
    said = text(folder)
    assert "<strong>0.812</strong> [0.801, 0.823]" in said
    row = said.split("old way</th>")[1].split("</tr>")[0]
    assert "<strong>0.750</strong> [0.740, 0.760]" in row
    assert '<td class="n">15</td>' in row
    for fact in ("<dd>12.5</dd>", "<dd>640 MB</dd>", "<dd>12,345</dd>", "<dd>1.5 min</dd>"):
        assert fact in said


def test_it_says_how_when_and_on_what_code_it_was_run(folder):
    said = text(folder)
    assert "python -m benchmarks whole --seeds 5" in said
    assert "2026-01-02 03:04 UTC, commit 0ld0000 + changes" in said
    assert 'Measured by other code than this: <a href="#whole">whole</a>.' in said
    assert "Rows &amp; columns." in said


def test_it_names_what_failed_and_what_was_left_out(folder):
    said = text(folder)
    assert 'Failed</span> <a href="#broken">broken</a>.' in said
    assert "failed: &lt;no&gt; luck (broken.log)" in said
    assert "LEARNLOOP_DATA is not set" in said


def test_charts_say_in_words_what_they_show(folder):
    alts = re.findall(r'<img src="data:image/svg[^"]+" alt="([^"]+)"', text(folder))
    assert alts == [
        "AUC: Learnloop 0.812 from 0.801 to 0.823; old way 0.750 from 0.740 to 0.760; "
        "goal 0.800; goal 0.820.",
        "CPU-seconds: Learnloop 12.5; old way 15; goal 20.",
    ]


def test_it_needs_no_other_file_to_be_seen(folder):
    said = text(folder)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', said)
    assert "<script" not in said
    picture = re.search(r"data:image/svg\+xml;base64,([^\"]+)", said)[1]
    assert b"old way" in base64.b64decode(picture)


def test_a_first_look_says_that_it_is_one(folder):
    assert "A first look" in text(folder, quick=True)
    assert "A first look" not in text(folder)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.8346, "0.835"),
        (1.226, "1.226"),
        (2.82, "2.82"),
        (17.0, "17"),
        (26.5, "26.5"),
        (47946.4, "47,946"),
        (-0.0123, "−0.012"),
    ],
)
def test_numbers_have_the_digits_that_tell(value, words):
    assert shown(value) == words
