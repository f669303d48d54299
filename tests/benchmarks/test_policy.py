"""What the benchmark of the teaching policy says beside its figures."""

import json

import numpy as np

from benchmarks import policy
from benchmarks.__main__ import main


def test_a_run_says_why_its_figures_flatter(monkeypatch, capsys):
    def taught(rooms, seeds, make, groups=None, *, told=True):
        shape = (len(seeds), len(policy.FAMILIES))
        if groups is not None:
            groups.extend({"gender": "any"} for _ in range(shape[0] * shape[1]))
        return np.random.default_rng(0).random(shape)

    monkeypatch.setattr(policy, "_room", lambda *_: None)
    monkeypatch.setattr(policy, "_popularity", dict)
    monkeypatch.setattr(policy, "_taught", taught)
    monkeypatch.setattr(policy, "_taught_by_oracle", taught)
    main(["policy", "--seeds", "3"])
    said = " ".join(json.loads(capsys.readouterr().out)["notes"])
    for words in (
        "START_LEVEL",
        "families lie inside the hypotheses",
        "lessons were the same while tuning",
        "overstate",
        "after the policy is frozen",
    ):
        assert words in said
