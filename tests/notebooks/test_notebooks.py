"""Every notebook runs from top to bottom on what a real run left, and shows its pictures."""

import gc
import re
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from ..conftest import ROOT, SmallRun, copy_of_project  # noqa: TID252

FOLDER = ROOT / "notebooks"
PICTURES = {
    "01_explore_a_campus": 4,
    "02_mastery_against_the_truth": 5,
    "03_read_a_fairness_audit": 5,
    "04_read_a_drift_report": 4,
    "05_what_makes_an_item_hard": 5,
    "06_a_fairness_what_if": 4,
    "07_a_policy_in_the_classroom": 3,
}


class ThisPython(KernelSpecManager):
    """Whatever kernel a notebook names, it is the interpreter that runs the tests."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=start, display_name=kernel_name, language="python")


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def execute(name: str, project: Path) -> list[Any]:
    """All outputs, errors included, of the notebook run in the project's `notebooks/`."""
    folder = project / "notebooks"
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    notebook = read(name)
    kernel = AsyncKernelManager(kernel_spec_manager=ThisPython())
    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=600,
        startup_timeout=300,
        allow_errors=True,
        resources=place,
    )
    with warnings.catch_warnings():
        # nbclient 0.11 leaves the closing of its sockets to the garbage collector.
        warnings.filterwarnings("ignore", "Unclosed socket", ResourceWarning)
        client.execute()
        del client, kernel
        gc.collect()
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_every_notebook_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(PICTURES)


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_a_notebook_shows_its_pictures_and_nothing_else_but_a_table(
    name: str, small_run: SmallRun
) -> None:
    assert small_run.done.returncode == 0, small_run.done.stderr
    outputs = execute(name, small_run.project)
    kinds = [output.output_type for output in outputs]
    assert set(kinds) <= {"display_data", "execute_result"}, outputs
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == PICTURES[name]


@pytest.mark.slow
def test_without_a_run_there_is_a_sentence_and_no_stack_trace(tmp_path: Path) -> None:
    outputs = execute("02_mastery_against_the_truth", copy_of_project(tmp_path))
    errors = [output for output in outputs if output.output_type == "error"]
    assert errors[0].traceback == [
        "There is no mastery_model to look at yet: run `make run` first."
    ]


@pytest.mark.parametrize("name", PICTURES)
def test_all_that_is_loaded_is_asked_for_first(name: str) -> None:
    code = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "code")
    loaded = {n for n in re.findall(r'catalog\.load\("(.+?)"\)', code) if ":" not in n}
    asked = re.search(r"open_catalog\(([^)]+)\)", code)
    assert loaded == set(re.findall(r'"(.+?)"', asked[1]) if asked else ())


@pytest.mark.parametrize("name", PICTURES)
def test_a_committed_notebook_holds_no_outputs_and_no_path_of_a_machine(name: str) -> None:
    cells = read(name).cells
    assert [c.outputs for c in cells if c.cell_type == "code" and c.outputs] == []
    assert {c.execution_count for c in cells if c.cell_type == "code"} == {None}
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"""["' (=](/[a-z]+/|~/|[A-Z]:\\)""", text)
