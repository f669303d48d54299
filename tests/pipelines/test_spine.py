"""The whole path as a user walks it: `kedro run` in a copy of the project, small but real."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.last_run import MARK, fingerprint

from ..conftest import SMALL, Kedro, SmallRun, copy_of_project, kedro_in  # noqa: TID252

pytestmark = pytest.mark.slow

FIRST_VERSIONS = {
    "content_recommender": "3.0.0",
    "mastery_predictor": "2.0.0",
    "difficulty_estimator": "1.0.0",
    "intervention_trigger": "1.0.0",
}
GATES = {"quality", "calibration", "fairness", "latency", "drift"}


def models_of(project: Path) -> dict[str, str]:
    """A digest of every file of the four fitted models."""
    folder = project / "data/06_models"
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def numbers_in(file: Path) -> list[float]:
    """Every number of a JSON file, in order."""
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", file.read_text())]


def summary_of(project: Path) -> dict[str, Any]:
    """What the last run reported."""
    found: dict[str, Any] = json.loads((project / "data/08_reporting/summary.json").read_text())
    return found


@pytest.fixture(scope="module")
def project(small_run: SmallRun) -> Path:
    """One project for this module: its runs build on each other."""
    return small_run.project


@pytest.fixture(scope="module")
def first(small_run: SmallRun) -> subprocess.CompletedProcess[str]:
    """The first run of everything."""
    return small_run.done


def test_a_run_registers_four_versions_with_a_verdict_of_every_gate(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    assert first.returncode == 0, first.stderr
    models = summary_of(project)["models"]
    assert {name: model["version"] for name, model in models.items()} == FIRST_VERSIONS
    for model in models.values():
        assert set(model["gates"]) == GATES
        for gate in model["gates"].values():
            assert gate["verdict"] in {"pass", "fail", "not_enough_data"}
        assert model["headline"] in model["metrics"]
        assert model["headline"] in model["metrics"]["baseline"]


def test_a_version_is_champion_exactly_if_every_gate_passed(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    for model in summary_of(project)["models"].values():
        passed = all(gate["verdict"] == "pass" for gate in model["gates"].values())
        assert model["alias"] == ("champion" if passed else "challenger")


def test_small_runs_reach_a_champion(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    aliases = {model["alias"] for model in summary_of(project)["models"].values()}
    assert "champion" in aliases


def test_every_report_that_is_named_is_there(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    for path in summary_of(project)["reports"].values():
        assert (project / path).exists(), path


def test_the_terminal_shows_progress_versions_and_what_to_do_next(
    first: subprocess.CompletedProcess[str],
) -> None:
    for word in ("fit_mastery", "join_recommender_features", *FIRST_VERSIONS, "Next:"):
        assert word in first.stdout
    assert "Traceback" not in first.stdout + first.stderr


def test_a_second_run_of_the_same_makes_no_version_and_says_so(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    before = models_of(project)
    second = kedro_in(project)("run", "--params", SMALL)
    assert second.returncode == 0, second.stderr
    assert models_of(project) == before
    summary = summary_of(project)
    assert summary["unchanged"] is True
    assert {n: m["version"] for n, m in summary["models"].items()} == FIRST_VERSIONS
    assert "No new version" in second.stdout


def test_the_audit_cohort_teaches_the_models_nothing(
    first: subprocess.CompletedProcess[str], project: Path, tmp_path: Path
) -> None:
    other = copy_of_project(tmp_path)
    run = kedro_in(other)(
        "run",
        "--params",
        SMALL.replace("audit_students=300", "audit_students=40"),
        "--to-outputs",
        "difficulty_model,mastery_model,recommender_model,intervention_model",
    )
    assert run.returncode == 0, run.stderr
    ours, others = models_of(project), models_of(other)
    # Fitted on masteries, whose last bits follow the size of the batch that they came in.
    arrays = "content_recommender/model.npz"
    written = [
        "intervention_trigger/intervention_trigger.json",
        "content_recommender/model.json",
    ]
    rounded = dict.fromkeys([arrays, *written], "")
    assert rounded.keys() <= ours.keys()
    assert {**others, **rounded} == {**ours, **rounded}
    for name in written:
        assert numbers_in(other / "data/06_models" / name) == pytest.approx(
            numbers_in(project / "data/06_models" / name), rel=1e-4, abs=1e-6
        )
    with (
        np.load(other / "data/06_models" / arrays) as found,
        np.load(project / "data/06_models" / arrays) as expected,
    ):
        for name in expected.files:
            if expected[name].dtype.kind == "f":
                np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-5)
            else:
                np.testing.assert_array_equal(found[name], expected[name])


def test_the_pipelines_can_be_looked_at(project: Path) -> None:
    built = kedro_in(project)("viz", "build")
    assert built.returncode == 0, built.stderr
    graph = json.loads((project / "build/api/main").read_text())
    assert {"fit_mastery", "audit_fairness"} <= {node["name"] for node in graph["nodes"]} | {
        node["full_name"] for node in graph["nodes"] if "full_name" in node
    }


def test_newer_data_make_a_patch_of_the_champion(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    champions = {
        n for n, m in summary_of(project)["models"].items() if m["alias"] == "champion"
    }
    newer = SMALL.replace("campus.students=200", "campus.students=240")
    run = kedro_in(project)("run", "--params", f"{newer},campus.term_start=2025-09-08")
    assert run.returncode == 0, run.stderr
    for name in champions:
        major, minor, _ = FIRST_VERSIONS[name].split(".")
        found = summary_of(project)["models"][name]
        assert found["version"] == f"{major}.{minor}.1"
        assert found["gates"]["quality"]["reason"]


def test_the_example_school_walks_the_whole_path(tmp_path: Path) -> None:
    school = copy_of_project(tmp_path)
    kedro = kedro_in(school)
    assert kedro("example-school", "data/example").returncode == 0
    run = kedro("run", "--env", "school", "--params", "source.dir=data/example")
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    summary = json.loads(
        (school / "data/school/08_reporting/summary.json").read_text(),
        parse_constant=pytest.fail,
    )
    assert set(summary["models"]) == set(FIRST_VERSIONS)
    assert not (school / "var/mlflow").exists()


def test_reuse_runs_the_release_alone(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    (project / MARK).write_text(fingerprint(project))
    run = kedro_in(project)("run", "--reuse")
    assert "only its release is run" in run.stdout
    assert run.returncode == 0, run.stderr
    assert "judge_mastery" in run.stdout
    assert "fit_mastery" not in run.stdout


def test_a_release_of_models_made_otherwise_is_refused(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    run = kedro_in(project)("run", "--pipelines", "release", "--params", "mastery.epochs=3")
    assert run.returncode != 0
    assert "was made from other parameters" in run.stderr
    assert "Traceback" not in run.stderr


def test_every_model_can_be_tuned(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    rooms = ("difficulty", "mastery", "recommender", "intervention")
    run = kedro_in(project)(
        "run",
        "--pipelines",
        ",".join(f"tune_{room}" for room in rooms),
        "--params",
        "tuning.trials=1,tuning.folds=2,tuning.draws=50,tuning.workers=1,"
        "tuning.write_to=conf/tuned",
    )
    assert run.returncode == 0, run.stderr
    for room in rooms:
        found = json.loads((project / f"conf/tuned/tuning/{room}.json").read_text())
        assert found["trials"]["finished"] == 1
        assert found["test"]["gain"]["value"] == 0.0
        assert (project / f"data/08_reporting/tuning/{room}.html").exists()


@pytest.mark.parametrize("misspelt", ["seeed=3", "campus.studnets=200"])
def test_a_misspelt_parameter_is_named_without_a_stack_trace(
    kedro: Kedro, misspelt: str
) -> None:
    run = kedro("run", "--params", misspelt)
    assert run.returncode != 0
    assert misspelt.split("=")[0].split(".")[-1] in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_environment_is_answered_with_those_that_exist(kedro: Kedro) -> None:
    run = kedro("run", "--env", "asistments2015")
    assert run.returncode != 0
    assert "assistments2015, experiment, oulad, school" in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr


def test_an_unknown_pipeline_is_answered_with_those_that_exist(kedro: Kedro) -> None:
    run = kedro("run", "--pipelines", "mastry")
    assert run.returncode != 0
    assert "mastry" in run.stderr
    assert "mastery" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pipelines", "public_answers"), "assistments2015"),
        (("--env", "oulad", "--pipelines", "oulad_mitigation"), "oulad_examples"),
    ],
)
def test_a_pipeline_that_cannot_run_here_says_what_is_missing(
    kedro: Kedro, arguments: tuple[str, ...], said: str
) -> None:
    run = kedro("run", *arguments)
    assert run.returncode != 0
    assert said in run.stderr
    assert "Traceback" not in run.stderr
