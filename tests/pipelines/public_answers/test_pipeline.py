"""Public answers from file to registry and comparison, on a class that fits on a page."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.pipeline import Pipeline

from learnloop.datasets.assistments import PublicAnswersSettings
from learnloop.datasets.public import PublicData
from learnloop.difficulty import DifficultySettings
from learnloop.errors import ModelError
from learnloop.governance.registry import Registry
from learnloop.mastery import MasterySettings
from pipelines.pipeline_registry import register_pipelines
from pipelines.public_answers.pipeline import create_pipeline
from pipelines.release.datasets import KnownVersions, RegisteredDataset

from ..in_memory import run_in_memory  # noqa: TID252

NAMES = {"difficulty": "difficulty_estimator", "mastery": "mastery_predictor"}
ABOUT = PublicData(
    name="A class",
    source="drawn for a test",
    terms="none",
    test_students="the students of one fold.",
    registry="var/mlflow",
    published={"mastery_predictor": {"DKT": 0.75}},
    published_on="another class.",
)


def write_class(folder: Path) -> None:
    """120 students of five folds, 20 answers each to five skills of growing difficulty."""
    rng = np.random.default_rng(3)
    lines = ["fold,uid,concepts,responses"]
    for student in range(120):
        skills = rng.integers(5, size=20)
        chance = 1 / (1 + np.exp(skills - 2 - rng.normal(scale=1.5)))
        solved = (rng.random(20) < chance).astype(int)
        lists = [",".join(map(str, values)) for values in (skills, solved)]
        lines.append(f'{student % 5},{student},"{lists[0]}","{lists[1]}"')
    (folder / "assistments2015").mkdir(parents=True)
    (folder / "assistments2015/train_valid.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_class(folder)
    return folder


Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def run(data: Path, var: Path) -> Run:
    """Runs the pipeline with a real registry; returns what it made."""

    def run(epochs: int = 2) -> dict[str, Any]:
        made = {
            "params:public_answers": PublicAnswersSettings(
                folder=str(data), dataset="assistments2015", test_fold=1
            ),
            "params:public_data": ABOUT,
            "params:difficulty": DifficultySettings.model_validate(
                {"evaluation": {"draws": 20}}
            ),
            "params:mastery": MasterySettings.model_validate(
                {"epochs": epochs, "bootstrap_draws": 20, "difficulty_folds": 2}
            ),
            "code_state": {"git_sha": "abc"},
        }
        folder = str(var)
        pipeline = create_pipeline()
        registry: dict[str, Any] = {}
        for room in NAMES:
            registry[f"{room}_known_versions"] = KnownVersions(folder=folder, room=room)
            registry[f"{room}_registered"] = RegisteredDataset(folder=folder, room=room)
        return run_in_memory(pipeline, made, registry)

    return run


@pytest.fixture(scope="module")
def first(run: Run) -> dict[str, Any]:
    return run()


def aliases(var: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    registry = Registry(var)
    return {
        name: {version.semver: version.aliases for version in registry.versions(name)}
        for name in NAMES.values()
    }


def test_models_are_registered_as_challengers_and_never_twice(
    first: dict[str, Any], run: Run, var: Path
) -> None:
    once = {
        "difficulty_estimator": {"1.0.0": ("challenger",)},
        "mastery_predictor": {"2.0.0": ("challenger",)},
    }
    assert aliases(var) == once
    run()
    assert aliases(var) == once
    run(epochs=1)
    assert aliases(var) == {
        "difficulty_estimator": {"1.0.0": ("challenger",)},
        "mastery_predictor": {"2.0.0": (), "2.1.0": ("challenger",)},
    }
    assert all(Registry(var).champion(name) is None for name in NAMES.values())


def test_the_registered_model_is_the_one_that_was_scored(
    first: dict[str, Any], var: Path
) -> None:
    version = Registry(var).versions("mastery_predictor")[0]
    asked = first["attempts"]
    loaded = type(first["mastery_model"]).load(version.folder)
    pd.testing.assert_frame_equal(loaded.predict(asked), first["mastery_model"].predict(asked))


def test_the_test_fold_is_never_learned_from(first: dict[str, Any]) -> None:
    splits = first["student_splits"]
    tested = set(splits.loc[splits["split"] == "test", "student_id"])
    assert tested == {str(student) for student in range(120) if student % 5 == 1}
    assert set(first["mastery_scores"]["student_id"]) == tested
    assert set(first["difficulty_scores"]["student_id"]) == tested


def test_the_comparison_puts_ours_beside_the_published(first: dict[str, Any]) -> None:
    compared = first["public_comparison"]
    ours = compared["models"]["mastery_predictor"]
    assert ours["auc"] == first["mastery_metrics"]["scores"]["auc"]
    assert ours["auc"]["low"] <= ours["auc"]["value"] <= ours["auc"]["high"]
    assert ours["published"] == {"DKT": 0.75}
    assert (ours["rows"], ours["students"]) == (480, 24)
    assert (ours["version"], ours["aliases"]) == ("2.0.0", ["challenger"])
    assert (compared["leak"]["rows_read"], compared["leak"]["collapsed"]) == (2400, 0)
    assert compared["test_fold"] == 1


def test_the_card_says_that_it_is_public_and_how_to_load_it(first: dict[str, Any]) -> None:
    card = first["mastery_card"]
    assert card.startswith("# mastery_predictor 2.0.0 on A class\n")
    assert "never a champion" in card
    assert "students by split: 24 test" in card
    assert "| DKT | 0.75 |" in card
    assert "models:/mastery_predictor/1" in card


def test_a_model_that_was_not_stamped_is_not_registered(first: dict[str, Any]) -> None:
    register = next(n for n in create_pipeline().nodes if n.name == "register_difficulty")
    inputs = {name: first[name] for name in register.inputs}
    forged = {**first["difficulty_fingerprint"], "digest": "another"}
    with pytest.raises(ModelError, match="not the one that was stamped"):
        register.run({**inputs, "difficulty_fingerprint": forged})


def test_nothing_of_it_is_part_of_a_plain_run() -> None:
    plain: Pipeline = register_pipelines()["all"]
    assert "read_answers" not in {node.name for node in plain.nodes}


@pytest.mark.slow
def test_kedro_run_in_its_environment_ends_with_the_table(
    kedro: Callable[..., subprocess.CompletedProcess[str]],
    project: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LEARNLOOP_DATA", str(data))
    done = kedro("run", "--env", "assistments2015", "--params", "public_answers.test_fold=2")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    ours = next(line for line in lines if "mastery_predictor 2.0.0" in line)
    assert "this run" in ours
    assert any("AKT" in line and "0.7281" in line and "known" in line for line in lines)
    reports = project / "data/assistments2015/08_reporting"
    assert json.loads((reports / "comparison.json").read_text())["test_fold"] == 2
    assert json.loads((reports / "leak.json").read_text())["rows_read"] == 2400
    assert not (project / "var/mlflow").exists()
    registry = Registry(project / "var/assistments2015/mlflow")
    assert {v.aliases for name in NAMES.values() for v in registry.versions(name)} == {
        ("challenger",)
    }
