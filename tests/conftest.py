"""Copies of the project in which tests may run pipelines, and one small run for all to read."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Kedro = Callable[..., subprocess.CompletedProcess[str]]

SIZE = "campus.students=200,campus.audit_students=300,campus.reference_students=120"
# So few students decide no gate of the real limits: these let the paths behind them be seen.
LENIENT = ",".join(
    [
        "audit.minimum_students=3,audit.half_width=0.99,audit.limit=0.99",
        *(
            f"release.gates.{room}.ece_limit=0.9"
            for room in ("difficulty", "mastery", "recommender", "intervention")
        ),
    ]
)
SMALL = f"{SIZE},{LENIENT}"


def copy_of_project(folder: Path) -> Path:
    """Sources, configuration and Feast definitions, without any data."""
    for name in ("conf", "feature_repo", "src"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def kedro_in(folder: Path) -> Kedro:
    """A function that runs `kedro ARGS` in `folder` as a user would."""

    def kedro(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            [Path(sys.executable).with_name("kedro"), *arguments],
            cwd=folder,
            env={**os.environ, "COLUMNS": "120", "DO_NOT_TRACK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    return kedro


@dataclass(frozen=True)
class SmallRun:
    """A project, and its first run of everything."""

    project: Path
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """One small, real run; the spine's tests go on from it, others only read what it left."""
    project = copy_of_project(tmp_path_factory.mktemp("small_run"))
    return SmallRun(project, kedro_in(project)("run", "--params", SMALL))
