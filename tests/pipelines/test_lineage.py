"""Whether `dvc.yaml` says what the pipelines do, and what `dvc repro` does to what lives on."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import grimp
import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog
from ruamel.yaml import YAML

from pipelines.lineage import stages
from pipelines.pipeline_registry import ORDER, register_pipelines
from pipelines.settings import CONFIG_LOADER_ARGS
from pipelines.stamp import BY_NAME

from .conftest import ROOT, copy_of_project

PIPELINES = register_pipelines()
NAMES = (*ORDER, "metrics")
COMMITTED: dict[str, Any] = YAML(typ="safe").load(ROOT / "dvc.yaml")
STAGES = COMMITTED["stages"]


def paths(stage: str, kind: str) -> set[str]:
    """Files and folders of a stage, without what is said about them."""
    said = STAGES[stage].get(kind, [])
    return {path for entry in said for path in ([entry] if isinstance(entry, str) else entry)}


def files_of(datasets: set[str]) -> dict[str, str]:
    """Where datasets are on disk, relative to the project, as Kedro's own catalog has it."""
    loader = OmegaConfigLoader(str(ROOT / "conf"), env="base", **CONFIG_LOADER_ARGS)
    catalog = DataCatalog.from_config(loader["catalog"])
    said = {name: catalog.get(name)._describe().get("filepath") for name in datasets}
    return {name: str(path) for name, path in said.items() if path is not None}


def test_the_committed_stages_are_those_of_the_pipelines() -> None:
    assert stages(ROOT) == STAGES, "say `kedro lineage`"


def test_the_committed_lock_and_metrics_are_of_these_stages() -> None:
    locked = YAML(typ="safe").load(ROOT / "dvc.lock")["stages"]
    assert locked.keys() == COMMITTED["stages"].keys()
    for name, stage in COMMITTED["stages"].items():
        assert [dep["path"] for dep in locked[name]["deps"]] == stage["deps"]
        metrics = [path for metric in stage.get("metrics", []) for path in metric]
        assert all((ROOT / path).exists() for path in metrics)


def test_nothing_that_lives_on_is_an_out() -> None:
    outs = {
        path for name in NAMES for kind in ("outs", "metrics") for path in paths(name, kind)
    }
    assert outs
    assert all(path.startswith("data/") for path in outs)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_pipeline_leaves_is_an_out_of_its_stage_alone(name: str) -> None:
    written = set(files_of(PIPELINES[name].all_outputs()).values())
    assert written
    assert written <= paths(name, "outs") | paths(name, "metrics")
    for other in set(NAMES) - {name}:
        assert not written & (paths(other, "outs") | paths(other, "metrics"))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_pipeline_reads_is_a_dependency(name: str) -> None:
    inputs = {n for n in PIPELINES[name].inputs() if not n.startswith("param")}
    assert set(files_of(inputs).values()) <= paths(name, "deps")


@pytest.mark.parametrize("name", NAMES)
def test_what_defines_a_dataset_of_a_stage_is_a_parameter_of_it(name: str) -> None:
    said = {file: keys for entry in STAGES[name]["params"] for file, keys in entry.items()}
    for dataset in PIPELINES[name].datasets():
        for file in sorted((ROOT / "conf/base").glob("catalog*.yml")):
            for key in YAML(typ="safe").load(file):
                if re.fullmatch(re.sub(r"\{\w+\}", ".+", key), dataset):
                    assert key in said[f"conf/base/{file.name}"], dataset


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("learnloop", "pipelines", cache_dir=None)


@pytest.mark.parametrize("name", NAMES)
def test_every_module_that_a_stage_runs_or_is_stamped_with_is_a_dependency(
    name: str, imports: grimp.ImportGraph
) -> None:
    deps = {Path(path) for path in paths(name, "deps")}
    own = {f"pipelines.{name}.{part}" for part in ("nodes", "pipeline")}
    used = own.union(*(imports.find_upstream_modules(module) for module in own))
    for package in BY_NAME[name].code if name in BY_NAME else ():
        used |= {package, *imports.find_descendants(package)}
    for module in used:
        file = Path("src", *module.split(".")).with_suffix(".py")
        if (ROOT / file).is_file():
            assert deps & {file, *file.parents}, module


@pytest.mark.parametrize(
    ("name", "file", "needed"),
    [
        ("source", "learnloop/simulation/curriculum.csv", True),
        ("source", "learnloop/simulation/__init__.py", True),
        ("source", "learnloop/datasets/oulad.py", False),
        ("audit", "learnloop/governance/templates/fairness.html", True),
        ("audit", "learnloop/governance/templates/base.html", True),
        ("audit", "learnloop/governance/templates/tuning.html", False),
        ("release", "learnloop/governance/templates/verdict.html", True),
        # MLflow is handed this file by its name.
        ("release", "learnloop/governance/registered_model.py", True),
        ("release", "learnloop/governance/templates/oulad.html", False),
        # Part of what the stamp of the difficulty hashes, whoever imports it.
        ("difficulty", "pipelines/ingest/nodes.py", True),
    ],
)
def test_a_stage_follows_from_the_files_that_it_uses(
    name: str, file: str, needed: bool
) -> None:
    place = Path("src", file)
    assert (ROOT / place).is_file()
    deps = {Path(path) for path in paths(name, "deps")}
    assert bool(deps & {place, *place.parents}) == needed


def test_a_seed_that_others_refer_to_is_a_parameter_of_theirs() -> None:
    assert {"conf/base/parameters.yml": ["seed"]} in STAGES["audit"]["params"]


# From here on DVC itself, in a small campus of its own.

SIZES = {"students": 60, "audit_students": 40, "reference_students": 30}
FIRST_VERSIONS = [
    ("content_recommender", "3.0.0"),
    ("difficulty_estimator", "1.0.0"),
    ("intervention_trigger", "1.0.0"),
    ("mastery_predictor", "2.0.0"),
]
OF_INTERVENTION = ["intervention", "audit", "drift", "release", "metrics"]


def run_in(folder: Path, *command: str | Path) -> str:
    """What a command in the project prints; it must end well."""
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "DO_NOT_TRACK": "1",
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Lineage:
    """A committed copy of the project with a campus of a hundred students."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_of_project(folder)
        for name in (
            ".dvc/config",
            ".dvcignore",
            ".gitignore",
            "dvc.yaml",
            "requirements.lock",
        ):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        for name, size in SIZES.items():
            self.set("source", f"  {name}: ", size)
        self("git", "init", "--quiet")
        self.commit()

    def __call__(self, *command: str) -> str:
        return run_in(self.folder, *command)

    def set(self, room: str, key: str, value: object) -> None:
        """Changes a parameter, written as `key` says."""
        file = self.folder / f"conf/base/parameters_{room}.yml"
        changed, lines = re.subn(rf"(?m)^{key}.*", f"{key}{value}", file.read_text())
        assert lines == 1
        file.write_text(changed)

    def commit(self) -> None:
        """As a person would who keeps `dvc.lock` and the metrics in git."""
        self("git", "add", "--all")
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        self("git", *who, "commit", "--quiet", "--message", "state")

    def repro(self, *options: str) -> list[str]:
        """Stages that ran, in order."""
        said = self("dvc", "repro", *options)
        return [line.split("'")[1] for line in said.splitlines() if line.startswith("Running")]

    def versions(self) -> list[tuple[str, str]]:
        """Registered models and their semantic versions, as MLflow's database has them."""
        with closing(sqlite3.connect(self.folder / "var/mlflow/mlflow.db")) as database:
            found = database.execute(
                "select name, value from model_version_tags where key = 'semver'"
            )
            return sorted(found)

    def go_back(self) -> None:
        """To the commit before, as in a fresh clone with the cache: DVC's files are gone."""
        self("git", "checkout", "--quiet", "--force", "HEAD~1")
        for folder in (self.folder / "data").iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)


@pytest.fixture(scope="module")
def lineage(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    """Run by Kedro and taken over by DVC, the outcome committed."""
    made = Lineage(tmp_path_factory.mktemp("lineage"))
    made("kedro", "run")
    made("dvc", "commit", "--force", *ORDER)
    assert made.repro() == ["metrics"]
    made.commit()
    return made


@pytest.mark.slow
def test_every_file_of_a_run_is_known_to_dvc(lineage: Lineage) -> None:
    known = {
        lineage.folder / path
        for n in NAMES
        for k in ("outs", "metrics")
        for path in paths(n, k)
    }
    beside = lineage.folder / "data/08_reporting/data_docs_store"
    for file in (lineage.folder / "data").rglob("*"):
        if file.is_file() and file.name != ".gitkeep":
            assert {file, *file.parents} & {*known, beside}, file


@pytest.mark.slow
def test_there_is_nothing_to_do_twice(lineage: Lineage) -> None:
    assert lineage.repro() == []
    assert not lineage("git", "status", "--porcelain")


@pytest.mark.slow
def test_a_change_reaches_those_who_use_it(lineage: Lineage) -> None:
    def reached(file: str, old: str, new: str) -> set[str]:
        changed = lineage.folder / file
        before = changed.read_text()
        assert before.count(old) == 1
        changed.write_text(before.replace(old, new))
        found = set(json.loads(lineage("dvc", "status", "--json")))
        changed.write_text(before)
        return found

    for nobody in ("datasets/oulad.py", "governance/templates/tuning.html"):
        text = (lineage.folder / "src/learnloop" / nobody).read_text()
        assert reached(f"src/learnloop/{nobody}", text, f"{text}\n") == set()
    drift = ("conf/base/catalog_drift.yml", "/drift.json", "/drift2.json")
    assert reached(*drift) == {"drift", "release", "metrics"}
    stamps = ("conf/base/catalog_release.yml", "/{stage}.json", "/of_{stage}.json")
    without_a_stamp = {"source", "ingest", "assessment", "diagnosis", "metrics"}
    assert reached(*stamps) == set(NAMES) - without_a_stamp


@pytest.mark.slow
def test_run_repro_run_and_no_registered_version_vanishes(lineage: Lineage) -> None:
    assert lineage.versions() == FIRST_VERSIONS

    lineage.set("intervention", "    alert_budget: ", 0.2)
    assert "alert_budget" in lineage("dvc", "params", "diff")
    lineage.commit()
    assert lineage.repro() == OF_INTERVENTION
    assert "metrics_intervention_trigger" in lineage("dvc", "metrics", "diff", "--all")
    second = lineage.versions()
    assert second == sorted([*FIRST_VERSIONS, ("intervention_trigger", "1.1.0")])
    # The lock that DVC writes on the way does not make the commit a dirty one.
    summary = json.loads((lineage.folder / "data/08_reporting/summary.json").read_text())
    committed = lineage("git", "rev-parse", "HEAD").strip()
    assert summary["models"]["intervention_trigger"]["git_sha"] == committed

    # Back to where it was. What tells of the registry and of the online features is made
    # anew, all else comes from the cache.
    lineage.go_back()
    assert lineage.repro() == ["feature_store", "release", "metrics"]
    assert lineage.versions() == second
    assert not lineage("git", "diff", "data")

    assert "No new version" in lineage("kedro", "run", "--pipelines", "release")
    assert lineage.versions() == second


@pytest.mark.slow
def test_an_emptied_registry_is_filled_again(lineage: Lineage) -> None:
    shutil.rmtree(lineage.folder / "var")
    again = ["feature_store", "release"]
    assert lineage.repro("--force", "--single-item", *again) == again
    assert lineage.versions() == FIRST_VERSIONS
    assert (lineage.folder / "var/feast/online.db").exists()
