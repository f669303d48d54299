"""A run goes on where it stopped, whatever failed and whatever is missing."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import main
from benchmarks.all import runs
from benchmarks.all.runs import Here, read, run_all
from benchmarks.all.tables import Benchmark

NOW = Here("abc1234", False, "code-1", peers=False, data=False, machine="a machine")
SAYS = """
import json, pathlib, sys
with pathlib.Path(sys.argv[0]).with_suffix(".log").open("a") as log:
    print(*sys.argv[1:], file=log)
if sys.argv[1] == "broken":
    sys.exit("Error: no luck today.")
print("no json" if sys.argv[1] == "odd" else json.dumps({"scores": {}, "said": sys.argv[1:]}))
"""


class Runner:
    """Runs a table of commands with a program that only says how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "program.py"
        self.program.write_text(SAYS)
        self.said = ""

    def run(
        self, *commands: str, look: Callable[[], Here] = lambda: NOW, **options: bool
    ) -> list[bool]:
        plan = {
            command.split()[0]: Benchmark(
                title="t", about="a", command=command, full="--full", quick="--quick", minutes=1
            )
            for command in commands
        }
        told = io.StringIO()
        console = Console(file=told, width=200)
        program = (sys.executable, str(self.program))
        went = run_all(plan, self.folder, look, console, program=program, **options)
        found = list(went)
        self.said = told.getvalue()
        return found

    def called(self) -> list[str]:
        log = self.program.with_suffix(".log")
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_each_command_leaves_what_it_said_and_how_it_was_run(runner):
    assert runner.run("one --seeds 2", "two") == [True, True]
    record = read(runner.folder, "one")
    assert record.result["said"] == ["one", "--seeds", "2", "--full"]
    assert (record.command, record.here) == ("one --seeds 2 --full", NOW)
    assert record.at.startswith("20")
    assert record.seconds > 0


def test_what_is_measured_is_taken_up_and_said_to_be(runner):
    runner.run("one")
    assert runner.run("one", "two") == [True, True]
    assert runner.called() == ["one --full", "two --full"]
    assert "one  taken up" in runner.said


@pytest.mark.parametrize(
    ("now", "command", "options"),
    [
        (replace(NOW, code="code-2"), "one", {}),
        (replace(NOW, peers=True), "one", {}),
        (replace(NOW, data=True), "one", {}),
        (NOW, "one --more", {}),
        (NOW, "one", {"quick": True}),
        (NOW, "one", {"again": True}),
    ],
    ids=[
        "other code",
        "the peers came",
        "the data came",
        "other command",
        "quick",
        "again",
    ],
)
def test_other_circumstances_are_measured_anew(runner, now, command, options):
    runner.run("one")
    runner.run(command, look=lambda: now, **options)
    assert len(runner.called()) == 2


def test_what_was_measured_while_the_code_changed_is_measured_anew(runner):
    codes = iter(["code-1", "code-2"])
    runner.run("one", look=lambda: replace(NOW, code=next(codes)))
    runner.run("one", look=lambda: replace(NOW, code="code-2"))
    assert len(runner.called()) == 2


@pytest.mark.parametrize("text", ["", "{}", '{"here": {"commit": "1"}}', "[]"])
def test_a_file_of_another_form_counts_as_not_measured(runner, text):
    (runner.folder / "one.json").write_text(text)
    assert runner.run("one") == [True]
    assert runner.called() == ["one --full"]


def test_one_that_fails_stops_no_other_and_is_tried_again(runner):
    assert runner.run("broken", "odd", "two") == [False, False, True]
    assert "failed: Error: no luck today. (broken.log)" in runner.said
    assert read(runner.folder, "broken").problem in runner.said
    assert "no JSON" in read(runner.folder, "odd").problem
    runner.run("broken", "two")
    assert runner.called().count("broken --full") == 2
    assert runner.called().count("two --full") == 1


def test_without_the_data_a_command_is_left_out_and_its_old_result_stays(
    runner, tmp_path, monkeypatch
):
    command = "one --train $LEARNLOOP_DATA/answers.csv"
    (tmp_path / "answers.csv").write_text("")
    monkeypatch.setenv("LEARNLOOP_DATA", str(tmp_path))
    runner.run(command)
    before = read(runner.folder, "one")
    assert before.result["said"][2] == str(tmp_path / "answers.csv")
    assert "$LEARNLOOP_DATA" in before.command
    (tmp_path / "answers.csv").unlink()
    assert runner.run(command) == [True]
    assert "answers.csv does not exist" in runner.said
    monkeypatch.delenv("LEARNLOOP_DATA")
    assert runner.run(command, again=True) == [True]
    assert "one  left out: LEARNLOOP_DATA is not set" in runner.said
    assert read(runner.folder, "one") == before
    assert len(runner.called()) == 1


def test_a_changed_source_is_other_code_and_a_document_is_not(tmp_path, monkeypatch):
    for name in ("src/a.py", "docs/a.md"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("one\n")
    monkeypatch.setattr(runs, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    runs._git("init", "-q")
    runs._git("add", ".")
    runs._git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first")
    first = runs.here()
    assert not first.dirty
    (tmp_path / "docs/a.md").write_text("two\n")
    assert runs.here() == first
    (tmp_path / "src/a.py").write_text("two\n")
    second = runs.here()
    assert second.dirty
    assert second.code != first.code
    (tmp_path / "src/b.py").write_text("new\n")
    assert runs.here().code != second.code


def test_the_command_writes_the_page_and_fails_with_what_failed(tmp_path, monkeypatch, capsys):
    program = tmp_path / "program.py"
    program.write_text("import sys; sys.exit('Error: no luck today.')")
    monkeypatch.setattr(runs, "PROGRAM", (sys.executable, str(program)))
    with pytest.raises(SystemExit) as stopped:
        main(["all", "--only", "paths", "--folder", str(tmp_path)])
    assert stopped.value.code == 1
    assert "no luck today" in (tmp_path / "index.html").read_text("utf-8")
    assert json.loads((tmp_path / "paths.json").read_text())["result"] is None


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in ("file", "file/below"):
        with pytest.raises(SystemExit, match=rf"^Error: '.*{folder}' cannot be made: .* Give"):
            main(["all", "--only", "paths", "--folder", str(tmp_path / folder)])


def test_to_end_it_ends_what_it_runs(tmp_path):
    alive, program, start = (tmp_path / name for name in ("alive", "program.py", "start.py"))
    os.mkfifo(alive)
    program.write_text(
        f"import time\nwith open({str(alive)!r}, 'w') as told:\n"
        "    time.sleep(20)\n    print('not ended', file=told)\n"
    )
    start.write_text(
        "import runpy, sys\nfrom benchmarks.all import runs\n"
        f"runs.PROGRAM = (sys.executable, {str(program)!r})\n"
        "runpy.run_module('benchmarks', run_name='__main__')\n"
    )
    words = ["all", "--only", "paths", "--folder", str(tmp_path)]
    paths = os.pathsep.join([str(runs.ROOT), *sys.path])
    with subprocess.Popen(  # noqa: S603
        [sys.executable, str(start), *words],
        env=os.environ | {"PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # Opens when the program runs, and is at its end when nobody can write any more.
        with alive.open() as told:
            process.terminate()
            assert told.read() == ""
        assert "Stopped." in process.stderr.read()
    assert process.returncode == 130


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(SystemExit, match=r"no benchmark 'pathes'.*paths, recommend-scale"):
        main(["all", "--only", "pathes", "--folder", str(tmp_path)])
