"""Enrolments of others: what may be asked, and what is refused by its line."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.recommend.rivals import REFERENCE


def enrolments(path: Path, users: range, items: range, each: int) -> Path:
    rng = np.random.default_rng(users.start)
    lines = [
        json.dumps({"user": user, "item": int(item)})
        for user in users
        for item in rng.permutation(items)[:each]
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def measured(train: Path, test: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["recommend", "--train", str(train), "--test", str(test), "--seeds", "1"])
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_who_is_new_is_shown_what_is_chosen_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = enrolments(tmp_path / "train.jsonl", range(30), range(20), 6)
    # Everybody begins with item 50, which is therefore first in a list by popularity.
    first = "".join(f'{{"user": {user}, "item": 50}}\n' for user in range(30))
    train.write_text(first + train.read_text("utf-8"), encoding="utf-8")
    test = tmp_path / "test.jsonl"
    new = "".join(f'{{"user": {user}, "item": 50}}\n' for user in (100, 101, 102))
    test.write_text(new, encoding="utf-8")
    said = measured(train, test, capsys)
    assert said["users"] == 3
    assert any(note.startswith("3 of the 3 users") for note in said["notes"])
    for scores in (said["scores"], *said["baselines"].values()):
        assert scores["ndcg@10"]["value"] == 1


def test_where_the_reference_finds_nothing_there_is_no_ratio(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = enrolments(tmp_path / "train.jsonl", range(30), range(20), 6)
    test = enrolments(tmp_path / "test.jsonl", range(10), range(100, 110), 2)
    said = measured(train, test, capsys)
    assert said[f"ndcg@10_over_{REFERENCE}"]["value"] is None
    assert any("no ratio" in note for note in said["notes"])
    assert not any("not in train.jsonl" in note for note in said["notes"])


@pytest.mark.parametrize(
    "line",
    [
        b'{"user": null, "item": 1}',
        b'{"user": NaN, "item": 1}',
        b'{"user": 1, "item": 1e999}',
        b'{"user": true, "item": 1}',
        b'{"user": "", "item": 1}',
        b'{"user": [1], "item": 1}',
        b'{"item": 1}',
        b"[1, 2]",
        b"\xff\xfe\x00\x89",
    ],
)
def test_a_line_that_names_nobody_or_nothing_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'{"user": 1, "item": 1}\n' + line + b"\n")
    with pytest.raises(SystemExit, match=r"Error: .*train\.jsonl, row 2: .* no.* an enrolment"):
        main(["recommend", "--train", str(path)])
