"""What is written is what Kedro loads, and all else in the file stays."""

from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader

from learnloop.errors import LearnloopError
from learnloop.tuning.parameters_file import read_section, write_values

BEFORE = """\
# What the model is.
model:
  inner:
    # Long enough, and a comment that goes on and on and on and on and on and on and on and on.
    rate: 0.01
    name: 'quoted'  # kept
    paces: {video: 0.012, text: 0.012}
  # A list.
  grid: [0.1, 1.0]
  # Wide enough.
  units: 8 # once
  # Whether.
  shrink: true

other: 1
"""
AFTER = """\
# What the model is.
model:
  inner:
    # Long enough, and a comment that goes on and on and on and on and on and on and on and on.
    rate: 1.23e-06  # tuned
    name: 'quoted'  # kept
    paces: {video: 0.012, text: 0.012}
  # A list.
  grid: [0.5]  # tuned
  # Wide enough.
  units: 8 # once
  # Whether.
  shrink: false  # tuned

other: 1
"""


def test_values_change_in_place_and_all_else_stays(tmp_path: Path) -> None:
    file = tmp_path / "conf/base/parameters_model.yml"
    file.parent.mkdir(parents=True)
    file.write_text(BEFORE)
    values = {"inner.rate": 0.00000123, "grid": [0.5], "units": 8, "shrink": False}
    write_values(file, "model", values, "tuned")
    assert file.read_text() == AFTER
    (file.parent / "tuning").mkdir()
    (file.parent / "tuning/model.json").write_text('{"model": "a summary, no parameters"}')
    loader = OmegaConfigLoader(str(tmp_path / "conf"), base_env="base", default_run_env="base")
    assert loader["parameters"] == {
        "model": {
            "inner": {
                "rate": 0.00000123,
                "name": "quoted",
                "paces": {"video": 0.012, "text": 0.012},
            },
            "grid": [0.5],
            "units": 8,
            "shrink": False,
        },
        "other": 1,
    }


def test_a_new_file_begins_as_the_one_that_it_overrides(tmp_path: Path) -> None:
    base = tmp_path / "base/parameters_model.yml"
    base.parent.mkdir()
    base.write_text(BEFORE)
    own = tmp_path / "school/parameters_model.yml"
    write_values(own, "model", {"units": 16}, "tuned", base)
    assert own.read_text() == BEFORE.replace("units: 8 # once", "units: 16  # tuned")
    assert base.read_text() == BEFORE


def test_a_second_writing_leaves_one_note(tmp_path: Path) -> None:
    file = tmp_path / "parameters_model.yml"
    file.write_text(BEFORE)
    write_values(file, "model", {"units": 16}, "tuned")
    write_values(file, "model", {"units": 32}, "tuned")
    assert file.read_text() == BEFORE.replace("units: 8 # once", "units: 32  # tuned")


def test_a_missing_section_is_named(tmp_path: Path) -> None:
    file = tmp_path / "parameters_model.yml"
    file.write_text(BEFORE)
    with pytest.raises(LearnloopError, match="has no 'mastery'"):
        read_section(file, "mastery")


def test_a_value_over_several_lines_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "parameters_model.yml"
    text = "model:\n  grid:\n    - 0.1\n    - 1.0\n"
    file.write_text(text)
    with pytest.raises(LearnloopError, match="over several lines"):
        write_values(file, "model", {"grid": [0.5]}, "tuned")
    assert file.read_text() == text
