"""The tuning pipelines on a small class: what they look at, find and write."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader

from learnloop.difficulty import DifficultySettings, EstimatorSettings
from learnloop.errors import DataError, LearnloopError
from learnloop.splits import Split
from learnloop.tuning.space import require_sound
from pipelines.pipeline_registry import register_pipelines
from pipelines.resolvers import RESOLVERS
from pipelines.tuning import nodes
from pipelines.tuning.judging import BY_NAME, ROOMS, Judge, of_splits
from pipelines.tuning.settings import TuningParameters

ROOT = Path(__file__).parents[3]
ROOM = BY_NAME["difficulty"]
CODE = {"git_sha": "abc", "code": dict.fromkeys(["difficulty", "mastery"], "1")}
PARAMETERS = """\
difficulty:
  estimator:
    # Why.
    form: 1pl
    shrink: true
    nodes: 41
    max_iterations: 300
    tolerance: 0.001
  evaluation:
    draws: 20
    seed: 0
"""
SETTINGS = DifficultySettings.model_validate(
    {
        "estimator": {"form": "1pl", "max_iterations": 300},
        "evaluation": {"draws": 20},
    }
)


def answers(students: int = 150) -> pd.DataFrame:
    """Twenty items, half of which tell students apart well and half hardly at all."""
    rng = np.random.default_rng(8)
    splits = ["train"] * 5 + ["validation", "test", "test", "audit", "reference"]
    rows = []
    for number in range(students):
        ability = rng.normal()
        for item in range(20):
            chance = 1 / (1 + np.exp(-(3.0 if item % 2 else 0.1) * (ability - item / 10 + 1)))
            rows.append((f"s{number:03d}", f"i{item:02d}", rng.random() < chance, item))
    table = pd.DataFrame(rows, columns=["student_id", "content_id", "correct", "position"])
    return table.assign(
        skill_id="a", split=[splits[int(name[1:]) % 10] for name in table["student_id"]]
    )


CONTENT = pd.DataFrame(
    {
        "content_id": [f"i{item:02d}" for item in range(20)],
        "type": "assessment",
        "author_difficulty": 3,
    }
)


def parameters(folder: Path, **other: Any) -> TuningParameters:
    """To search the form and the nodes, and a file that holds what they are now."""
    file = folder / "conf/base/parameters_difficulty.yml"
    if not file.exists():
        file.parent.mkdir(parents=True)
        file.write_text(PARAMETERS)
    given = {
        "trials": 4,
        "workers": 1,
        "folds": 3,
        "p_value": 0.15,
        "least_gain": 0.001,
        "draws": 50,
        "seed": 0,
        "studies": folder / "var",
        "write_to": folder / "conf/base",
        "space": {
            "difficulty": {
                "estimator.form": {"choices": ["1pl", "2pl"]},
                "estimator.nodes": {"low": 21, "high": 61},
            }
        },
    }
    return TuningParameters.model_validate(given | other)


def search(tuning: TuningParameters, attempts: pd.DataFrame) -> dict[str, Any]:
    return nodes.search(ROOM, SETTINGS, tuning, CODE, attempts, CONTENT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tuning")


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """A search of four trials."""
    return search(parameters(folder), answers())


def test_a_search_begins_with_the_present_and_finds_what_is_better(
    found: dict[str, Any],
) -> None:
    assert found["trials"][0]["tried"] == {"estimator.form": "1pl", "estimator.nodes": 41}
    assert found["best"]["estimator.form"] == "2pl"
    json.dumps(found)


def test_trials_look_at_training_students_alone(found: dict[str, Any], tmp_path: Path) -> None:
    """Were another looked at, their other answers would change a score or the study's name."""
    attempts = answers()
    away = attempts["split"] != "train"
    attempts.loc[away, "correct"] = ~attempts.loc[away, "correct"]
    assert _without_times(search(parameters(tmp_path), attempts)) == _without_times(found)


def test_two_workers_find_what_one_finds(found: dict[str, Any], tmp_path: Path) -> None:
    assert _without_times(search(parameters(tmp_path, workers=2), answers())) == _without_times(
        found
    )


def _without_times(found: dict[str, Any]) -> dict[str, Any]:
    trials = [{**trial, "seconds": 0} for trial in found["trials"]]
    return {**found, "trials": trials}


@pytest.mark.parametrize(
    "file",
    [
        "learnloop/evaluation.py",
        "learnloop/model.py",
        "learnloop/splits.py",
        "learnloop/tuning/compare.py",
        "pipelines/release/rooms.py",
        "pipelines/tuning/judging.py",
    ],
)
def test_another_judge_is_another_study(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuning = parameters(tmp_path)
    given = (ROOM, {"attempts": answers(10)}, SETTINGS, tuning.space["difficulty"], tuning)
    before, read = nodes.study_name(*given, CODE), Path.read_text

    def changed(path: Path, *args: Any, **named: Any) -> str:
        return read(path, *args, **named) + ("\nx = 1\n" if str(path).endswith(file) else "")

    monkeypatch.setattr(Path, "read_text", changed)
    assert nodes.study_name(*given, CODE) != before


def test_another_space_is_another_study(found: dict[str, Any], folder: Path) -> None:
    space = {"difficulty": {"estimator.nodes": {"low": 21, "high": 61}}}
    other = search(parameters(folder, trials=1, space=space), answers())
    assert other["study"] != found["study"]
    assert len(other["trials"]) == 1


def test_other_data_are_another_study_and_the_first_one_stays(
    found: dict[str, Any], folder: Path
) -> None:
    attempts = answers()
    mine = attempts.index[attempts["split"] == "train"][0]
    attempts.loc[mine, "correct"] = ~attempts.loc[mine, "correct"]
    other = search(parameters(folder, trials=1), attempts)
    assert other["study"] != found["study"]
    assert len(other["trials"]) == 1
    assert search(parameters(folder), answers()) == found


def test_other_code_is_another_study(found: dict[str, Any], folder: Path) -> None:
    code = {**CODE, "code": {**CODE["code"], "difficulty": "2"}}
    tuning = parameters(folder, trials=1)
    other = nodes.search(ROOM, SETTINGS, tuning, code, answers(), CONTENT)
    assert other["study"] != found["study"]


def test_a_clear_gain_is_judged_drawn_and_written(
    found: dict[str, Any], tmp_path: Path
) -> None:
    tuning = parameters(tmp_path)
    file = tuning.write_to / "parameters_difficulty.yml"
    summary = nodes.judge_best(ROOM, SETTINGS, tuning, CODE, found, answers(), CONTENT)
    assert summary["better"]
    assert summary["validation"]["students"] == 15
    assert summary["test"]["students"] == 30
    assert summary["trials"]["planned"] == 4
    assert summary["trials"]["finished"] + summary["trials"]["pruned"] == 4
    page = nodes.draw(summary, found)
    assert "A clear gain" in page
    assert "not committed" not in page
    assert "not committed" in nodes.draw({**summary, "git_sha": "abc+dirty"}, found)
    assert page.count("data:image/svg+xml") == 3

    nodes.write(ROOM, SETTINGS, tuning, summary)
    assert json.loads((file.parent / "tuning/difficulty.json").read_text()) == summary
    loaded = OmegaConfigLoader(
        str(tmp_path / "conf"),
        base_env="base",
        default_run_env="base",
        custom_resolvers=RESOLVERS,
    )["parameters"]
    assert loaded["difficulty"]["estimator"]["form"] == "2pl"
    assert loaded["difficulty"]["estimator"]["nodes"] == found["best"]["estimator.nodes"]
    assert "    # Why.\n" in file.read_text()


def test_no_clear_gain_changes_no_parameter(tmp_path: Path) -> None:
    tuning = parameters(tmp_path)
    file = tuning.write_to / "parameters_difficulty.yml"
    found = {
        "study": "none",
        "trials": [],
        "importance": {},
        "best": {"estimator.form": "1pl", "estimator.nodes": 41},
    }
    summary = nodes.judge_best(ROOM, SETTINGS, tuning, CODE, found, answers(), CONTENT)
    assert not summary["better"]
    assert summary["test"]["gain"]["value"] == 0.0
    nodes.write(ROOM, SETTINGS, tuning, summary)
    assert file.read_text() == PARAMETERS
    assert (file.parent / "tuning/difficulty.json").exists()


def test_parameters_that_the_file_does_not_hold_are_refused_at_once(tmp_path: Path) -> None:
    other = SETTINGS.model_copy(update={"estimator": EstimatorSettings(tolerance=0.1)})
    with pytest.raises(LearnloopError, match="says something else of 'difficulty'"):
        nodes.search(ROOM, other, parameters(tmp_path), CODE, answers(), CONTENT)


def test_an_unknown_parameter_is_named(tmp_path: Path) -> None:
    space = {"difficulty": {"estimator.nods": {"low": 21, "high": 61}}}
    with pytest.raises(LearnloopError, match=r"tuning\.space\.difficulty\.estimator\.nods"):
        search(parameters(tmp_path, space=space), answers())


def test_too_few_students_for_a_fold_are_named(tmp_path: Path) -> None:
    attempts = answers(20)
    attempts["correct"] = attempts["split"] == "train"
    with pytest.raises(DataError, match="cannot be judged by auc"):
        search(parameters(tmp_path, folds=12), attempts)


INTERRUPTED = """
import signal, sys
# A shell lets what it runs in the background ignore this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {folder!r})
from pathlib import Path
import test_tuning as here

if __name__ == "__main__":
    tuning = here.parameters(Path({where!r}), trials=200)
    try:
        here.search(tuning, here.answers())
    except here.LearnloopError as error:
        print(error)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_search_goes_on(
    found: dict[str, Any], tmp_path: Path, how: signal.Signals
) -> None:
    """Ctrl-C reaches the whole group of processes, a kill the first one alone."""
    script = tmp_path / "search.py"
    script.write_text(
        INTERRUPTED.format(folder=str(Path(__file__).parent), where=str(tmp_path))
    )
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-u", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        next(line for line in running.stdout if line.startswith("trial   2"))
        if how is signal.SIGINT:
            os.killpg(running.pid, how)
        else:
            running.send_signal(how)
        told = running.stdout.read()
    if how is signal.SIGINT:
        assert "of 200 trials, which are kept. The same command goes on from there." in told
    again = search(parameters(tmp_path), answers())
    assert again["study"] == found["study"]
    ended = [trial for trial in again["trials"] if trial["state"] != "interrupted"]
    assert len(ended) >= 4
    scores = [(trial["tried"], trial["folds"]) for trial in found["trials"]]
    assert [(trial["tried"], trial["folds"]) for trial in ended][:4] == scores


def test_each_training_student_is_judged_in_one_fold() -> None:
    attempts = answers()
    judge = Judge("difficulty", {"attempts": attempts, "content_items": CONTENT}, 3)
    seen = [set(judge(SETTINGS, fold)["student_id"]) for fold in range(3)]
    assert set.union(*seen) == _students(attempts, "train")
    assert sum(map(len, seen)) == len(_students(attempts, "train"))


@pytest.mark.parametrize("judged", [Split.VALIDATION, Split.TEST])
def test_no_fit_has_seen_whom_it_is_judged_on(judged: Split) -> None:
    """A student's ability follows from earlier answers: only the first one is a pure guess."""
    attempts = answers()
    other = attempts.copy()
    away = attempts["split"] != "train"
    other.loc[away, "correct"] = ~other.loc[away, "correct"]
    first = []
    for table in (attempts, other):
        scores = Judge("difficulty", {"attempts": table, "content_items": CONTENT}, 3)(
            SETTINGS, judged
        )
        first.append(scores.groupby("student_id")["probability"].first())
    assert set(first[0].index) == _students(attempts, judged)
    pd.testing.assert_series_equal(first[0], first[1])


def _students(attempts: pd.DataFrame, split: str) -> set[str]:
    return set(attempts.loc[attempts["split"] == split, "student_id"])


def test_tables_without_a_split_keep_the_students_of_those_with_one() -> None:
    tables = {
        "features": pd.DataFrame({"student_id": ["a", "b"], "split": ["train", "test"]}),
        "labels": pd.DataFrame({"student_id": ["b", "a"], "label": [True, False]}),
        "items": pd.DataFrame({"content_id": ["i"]}),
    }
    kept = of_splits(tables, "train")
    assert list(kept["features"]["student_id"]) == list(kept["labels"]["student_id"]) == ["a"]
    assert len(kept["items"]) == 1


def configuration(env: str) -> OmegaConfigLoader:
    return OmegaConfigLoader(
        str(ROOT / "conf"),
        env=env,
        base_env="base",
        default_run_env="base",
        custom_resolvers=RESOLVERS,
    )


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_spaces_that_are_configured_fit_the_parameters(room: Any) -> None:
    given = configuration("base")["parameters"]
    tuning = TuningParameters.model_validate(given["tuning"])
    settings = room.settings.model_validate(given[room.name])
    require_sound(tuning.space[room.name], settings, "tuning.space")


@pytest.mark.parametrize(
    "env",
    sorted(file.parent.name for file in (ROOT / "conf").glob("*/globals.yml")),
)
def test_every_environment_with_data_of_its_own_keeps_what_tuning_finds(env: str) -> None:
    held = configuration(env)["globals"]
    assert held["conf"] == f"conf/{env}"


def test_a_plain_run_tunes_nothing() -> None:
    pipelines = register_pipelines()
    for room in ROOMS:
        own = pipelines[f"tune_{room.name}"]
        assert not set(own.nodes) & set(pipelines["all"].nodes)
        assert not [name for name in own.inputs() if name.startswith(("truth_", "protected"))]
