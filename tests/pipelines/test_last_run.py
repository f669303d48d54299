"""When `make run` may skip what an earlier run has made, and when it must not."""

from pathlib import Path
from typing import Any

import pytest
from kedro.pipeline import Node, Pipeline

from pipelines.last_run import NARROWED_BY, LastRun, is_last_run


def passed_on(value: int) -> int:
    return value


def step(name: str, before: str, after: str, tag: str) -> Node:
    return Node(passed_on, before, after, name=name, tags=tag)


WHOLE = Pipeline(
    [
        step("read_source", "nothing", "raw", "source"),
        step("summarise_release", "raw", "summary", "release"),
    ]
)
RELEASE = WHOLE.only_nodes_with_tags("release")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/code.py").write_text("answer = 42")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/parameters.yml").write_text("students: 1000")
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6")
    return tmp_path


def run(project: Path, pipeline: Pipeline = WHOLE, **changed: Any) -> None:
    """What Kedro tells the hook about a run that ends well."""
    parameters = {
        **dict.fromkeys(NARROWED_BY),
        "project_path": project.as_posix(),
        "env": "local",
        **changed,
    }
    hook = LastRun()
    hook.before_pipeline_run(run_params=parameters, pipeline=pipeline)
    hook.after_pipeline_run(run_params=parameters, pipeline=pipeline)


def test_nothing_is_skipped_before_the_first_run(project: Path) -> None:
    assert not is_last_run(project)


def test_a_whole_plain_run_need_not_be_repeated(project: Path) -> None:
    run(project)
    assert is_last_run(project)


@pytest.mark.parametrize("file", ["src/code.py", "conf/parameters.yml", "requirements.lock"])
def test_a_changed_file_asks_for_a_new_run(project: Path, file: str) -> None:
    run(project)
    (project / file).write_text("changed")
    assert not is_last_run(project)


@pytest.mark.parametrize(
    "asked",
    [
        {"runtime_params": {"campus": {"students": 200}}},
        {"env": "school"},
        {"to_outputs": ["raw"]},
        {"only_missing_outputs": True},
    ],
)
def test_a_run_that_leaves_other_data_asks_for_a_new_run(
    project: Path, asked: dict[str, Any]
) -> None:
    run(project)
    run(project, **asked)
    assert not is_last_run(project)


def test_a_file_that_changes_while_it_runs_asks_for_a_new_run(project: Path) -> None:
    hook = LastRun()
    parameters = {**dict.fromkeys(NARROWED_BY), "project_path": str(project), "env": None}
    hook.before_pipeline_run(run_params=parameters, pipeline=WHOLE)
    (project / "src/code.py").write_text("answer = 43")
    hook.after_pipeline_run(run_params=parameters, pipeline=WHOLE)
    assert not is_last_run(project)


def test_a_run_of_one_pipeline_asks_for_a_new_run(project: Path) -> None:
    run(project)
    run(project, WHOLE.only_nodes_with_tags("source"))
    assert not is_last_run(project)


def test_a_release_alone_changes_nothing(project: Path) -> None:
    run(project)
    run(project, RELEASE)
    assert is_last_run(project)


def test_a_run_that_breaks_off_asks_for_a_new_run(project: Path) -> None:
    run(project)
    LastRun().before_pipeline_run(
        run_params={"project_path": project.as_posix()}, pipeline=WHOLE
    )
    assert not is_last_run(project)
