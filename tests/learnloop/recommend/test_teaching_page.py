"""The page about teaching policies shows an example that runs."""

import re
from pathlib import Path

import numpy as np

from learnloop.recommend.teaching_belief import BeliefSettings
from learnloop.simulation import rates

PAGE = Path(__file__).parents[3] / "docs" / "teaching-policy.md"


def test_the_example_teaches(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102
    said = capsys.readouterr().out
    assert float(said.rsplit(" ", 1)[1]) > 0.5


def test_the_page_tells_which_priors_stand_on_the_simulated_campus():
    row = re.compile(r"^ *\| `(\w+)` \| ([-\d.]+) \| `(\w+)` \| ([-\d.]+) \|$", re.MULTILINE)
    rows = row.findall(PAGE.read_text("utf-8"))
    assert [prior for prior, *_ in rows] == [
        "ability",
        "question_gain",
        "study_gain",
        "half_life_days",
        "ceiling",
    ]
    for prior, value, constant, truth in rows:
        own = getattr(BeliefSettings(), prior)
        assert np.ravel(own)[0] == float(value)
        assert getattr(rates, constant) == float(truth)
