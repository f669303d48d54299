"""Processes answer in order, are replaced when they die, and die with who began them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from learnloop.errors import LearnloopError
from learnloop.tuning.workers import Workers

WORK = '''
import os, signal, time
from pathlib import Path

def square(number, wait=0.0):
    time.sleep(wait)
    return number * number

def die_once(number, mark):
    """Kills its own process the first time that it is asked for 2."""
    if number == 2 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number

def own_number():
    return os.getpid()

def die(number):
    os.kill(os.getpid(), signal.SIGKILL)

def threads():
    return os.environ["OMP_NUM_THREADS"]

def sign_and_wait(folder):
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)
'''


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that other processes find, for they import what they run."""
    (tmp_path / "toy_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "toy_work", raising=False)
    return tmp_path


def test_answers_come_in_the_order_of_the_questions() -> None:
    from toy_work import square

    with Workers(square, 2) as workers:
        assert list(workers.answers([(3, 0.3), (1,), (2,)])) == [9, 1, 4]
        assert next(workers.answers([(5,), (6, 0.1), (7,)])) == 25
        assert list(workers.answers([(8,)])) == [64]


def test_a_process_that_dies_is_replaced_and_asked_again(tmp_path: Path) -> None:
    from toy_work import die_once

    mark = str(tmp_path / "died")
    with Workers(die_once, 2) as workers:
        found = list(workers.answers([(number, mark) for number in range(5)]))
    assert found == [0, 1, 4, 9, 16]
    assert Path(mark).exists()


def test_a_process_that_dies_between_two_questions_is_replaced() -> None:
    from toy_work import own_number

    with Workers(own_number, 1) as workers:
        first = next(workers.answers([()]))
        os.kill(first, signal.SIGKILL)
        time.sleep(0.5)
        assert next(workers.answers([()])) != first


def test_a_question_that_kills_every_process_is_given_up() -> None:
    from toy_work import die

    with Workers(die, 1) as workers, pytest.raises(LearnloopError, match="died 3 times"):
        list(workers.answers([(1,)]))


def test_processes_use_one_thread_and_leave_the_environment_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from toy_work import threads

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with Workers(threads, 1) as workers:
        assert list(workers.answers([()])) == ["1"]
    assert "OMP_NUM_THREADS" not in os.environ


PARENT = """
import sys
sys.path.insert(0, {folder!r})
from toy_work import sign_and_wait
from learnloop.tuning.workers import Workers

if __name__ == "__main__":
    with Workers(sign_and_wait, 1) as workers:
        list(workers.answers([({folder!r},)]))
"""


def test_processes_end_with_a_parent_that_is_killed(work: Path) -> None:
    script = work / "parent.py"
    script.write_text(PARENT.format(folder=str(work)))
    parent = subprocess.Popen([sys.executable, script])  # noqa: S603
    began = time.monotonic()
    while not (signed := [f for f in work.iterdir() if f.name.isdigit()]):
        assert time.monotonic() - began < 60, "no worker began"
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    worker = int(signed[0].name)
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() - began < 60, "the worker outlives its parent"
        time.sleep(0.05)
