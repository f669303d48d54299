"""Runs each command as a process of its own and keeps what it said, so that a run resumes."""

import hashlib
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from string import Template
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import peers
from benchmarks.all.tables import Benchmark

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "benchmarks")
SOURCES = ("src", "benchmarks", "conf", "requirements.lock", ":!benchmarks/all")
"""What a measurement follows from; not this page, nor any document."""
DATA = "LEARNLOOP_DATA"


@dataclass(frozen=True)
class Here:
    """What measures."""

    commit: str
    dirty: bool
    """Whether sources differ from the commit."""
    code: str
    """A hash of the sources."""
    peers: bool
    """Whether `make peers` was run."""
    data: bool
    """Whether there is a folder of public data."""
    machine: str


@dataclass(frozen=True)
class Record:
    """One command that was run."""

    command: str
    here: Here
    at: str
    """When it began, UTC."""
    seconds: float
    result: dict[str, Any] | None = None
    """What it printed; ``None`` where it failed."""
    problem: str = ""
    """Why there is no result."""


def here() -> Here:
    """The code as it is now; without git it is unknown and all results are of it."""
    files = _git("ls-files", "--stage", "--", *SOURCES)
    changes = _git("diff", "--", *SOURCES)
    new = _git("ls-files", "--others", "--exclude-standard", "--", *SOURCES).split()
    changes += "".join(path + _git("hash-object", path) for path in new)
    return Here(
        commit=_git("rev-parse", "--short", "HEAD").strip() or "unknown",
        dirty=bool(_git("status", "--porcelain", "--", *SOURCES)),
        code=hashlib.sha256((files + changes).encode()).hexdigest()[:16],
        peers=peers.PYTHON.exists(),
        data=bool(os.environ.get(DATA)),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    )


def read(folder: Path, name: str) -> Record | None:
    """The last record of `name`; ``None`` where there is none, or one of another form."""
    try:
        said = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return Record(**{**said, "here": Here(**said["here"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def run_all(
    plan: Mapping[str, Benchmark],
    folder: Path,
    look: Callable[[], Here],
    console: Console,
    *,
    program: Sequence[str],
    quick: bool = False,
    again: bool = False,
) -> Iterator[bool]:
    """One after the other; after each whether it went well. What lacks data is left out.

    Args:
        plan: what to run, by name.
        folder: of the results.
        look: says what measures; sources may change while a command runs.
        console: for people.
        program: that the commands' words are handed to.
        quick: the shorter form of each.
        again: also what has a result of this code.
    """
    width = max(map(len, plan), default=0)
    for name, benchmark in plan.items():
        line = benchmark.line(quick)
        known, now = read(folder, name), look()
        if problem := missing(line):
            words = f"left out: {problem}"
        elif known and not again and _is_same(known, line, now):
            words = f"taken up: measured on {known.at[:10]} by the same code"
        else:
            bar = _bar(name, 0 if quick else benchmark.minutes, console)
            known = _measure(name, line, folder, now, bar, program)
            if look().code != now.code:
                # Nobody knows which of the two was measured: the next run measures anew.
                known = replace(known, here=replace(now, dirty=True, code="changed meanwhile"))
            part = folder / f"{name}.part"
            part.write_text(json.dumps(asdict(known), indent=1, ensure_ascii=False), "utf-8")
            part.replace(folder / f"{name}.json")
            words = known.problem or f"{known.seconds / 60:.1f} min"
        console.print(f"{name:<{width}}  {words}", markup=False, soft_wrap=True)
        yield bool(problem) or (known is not None and known.result is not None)


def missing(line: str) -> str:
    """Which data of a command is not here, and what to do; empty where all is."""
    if f"${DATA}" not in line:
        return ""
    if not os.environ.get(DATA):
        return f"{DATA} is not set; it names the folder of public data (README, Public data)."
    gone = [
        word for word in _words(line) if os.environ[DATA] in word and not Path(word).exists()
    ]
    return f"{gone[0]} does not exist (README, Public data)." if gone else ""


def _is_same(known: Record, line: str, now: Here) -> bool:
    """Whether measuring anew would find the same; peers and data may have come since."""
    return (
        known.result is not None
        and (known.command, known.here.code) == (line, now.code)
        and (known.here.peers or not now.peers)
        and (known.here.data or not now.data)
    )


def _words(line: str) -> list[str]:
    return [Template(word).safe_substitute(os.environ) for word in shlex.split(line)]


def _measure(
    name: str, line: str, folder: Path, now: Here, bar: Progress, program: Sequence[str]
) -> Record:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    started = time.monotonic()
    log = folder / f"{name}.log"
    with tempfile.TemporaryFile("w+") as printed, log.open("w") as told, bar:
        status = _wait([*program, *_words(line)], printed, told, bar)
        printed.seek(0)
        text = printed.read()
    done = partial(Record, line, now, at, time.monotonic() - started)
    if status != 0:
        last = log.read_text("utf-8", errors="replace").strip().rpartition("\n")[2]
        return done(problem=f"failed: {last[:300] or 'it said nothing'} ({log.name})")
    try:
        return done(result=json.loads(text))
    except ValueError:
        return done(problem=f"failed: what it printed is no JSON object ({log.name})")


def _bar(name: str, minutes: float, console: Console) -> Progress:
    """A bar of the expected minutes; without any, one that only moves."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    expected = TextColumn(f"of about {minutes:g} min" if minutes else "")
    bar = Progress(
        *columns, expected, console=console, transient=True, disable=not console.is_terminal
    )
    bar.add_task(name, total=60 * minutes or None)
    return bar


def _wait(command: list[str], printed: IO[str], told: IO[str], bar: Progress) -> int:
    """Runs `command` to its end."""
    with subprocess.Popen(command, cwd=ROOT, stdout=printed, stderr=told) as process:  # noqa: S603
        try:
            while process.poll() is None:
                time.sleep(0.1)
                for task in bar.tasks:
                    if task.total is not None:
                        # Never full before the end.
                        bar.update(task.id, completed=min(task.elapsed or 0, 0.99 * task.total))
        finally:
            process.terminate()
        return process.returncode


def _git(*arguments: str) -> str:
    """What git says; nothing where there is none."""
    command = ["git", *arguments]
    try:
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout
