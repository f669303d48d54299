"""A copy of the project in which tests may run pipelines and leave files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Kedro = Callable[..., subprocess.CompletedProcess[str]]


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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An own copy of the project."""
    return copy_of_project(tmp_path)


@pytest.fixture
def kedro(project: Path) -> Kedro:
    """Runs Kedro in that copy."""
    return kedro_in(project)
