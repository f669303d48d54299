"""A copy of the project in which tests may run pipelines and leave files."""

from pathlib import Path

import pytest

from ..conftest import ROOT, Kedro, copy_of_project, kedro_in  # noqa: TID252

__all__ = ["ROOT", "Kedro", "copy_of_project", "kedro_in"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An own copy of the project."""
    return copy_of_project(tmp_path)


@pytest.fixture
def kedro(project: Path) -> Kedro:
    """Runs Kedro in that copy."""
    return kedro_in(project)
