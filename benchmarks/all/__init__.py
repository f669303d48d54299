"""All benchmarks, one after the other, and the page that holds them to their goals.

    python -m benchmarks all                       # what `make bench` runs
    python -m benchmarks all --quick               # a first look: one seed, no slow peers
    python -m benchmarks all --only paths policy   # these alone; --again even where measured

Each command of `commands.yml` is a process of its own, since memory peaks are per process. Its
JSON goes to data/benchmarks/NAME.json; data/benchmarks/index.html holds it beside the goals of
`goals.yml`. A run that was stopped goes on where it stood: what was measured by the same code
and command is not measured again.
"""

import argparse
from pathlib import Path

from rich.console import Console

from benchmarks.all import runs
from benchmarks.all.page import page
from benchmarks.all.tables import read_benchmarks, read_goals
from learnloop.errors import DataError

FOLDER = Path(__file__).parents[2] / "data/benchmarks"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which, how thoroughly and where to."""
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these alone")
    parser.add_argument("--again", action="store_true", help="also what is measured already")
    parser.add_argument(
        "--quick", action="store_true", help="a first look, in a folder and page of its own"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of results and page")


def run(options: argparse.Namespace) -> int:
    """Measures what is not measured yet and writes the page.

    Returns:
        1 where a command failed, else 0; a goal that is missed is no failure.

    Raises:
        DataError: `--only` names what there is not, or there can be no such folder.
    """
    benchmarks, goals = read_benchmarks(), read_goals()
    chosen = options.only or list(benchmarks)
    if unknown := [name for name in chosen if name not in benchmarks]:
        raise DataError(
            f"there is no benchmark {unknown[0]!r}.", remedy=f"Known: {', '.join(benchmarks)}."
        )
    folder = options.folder / "quick" if options.quick else options.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"'{folder}' cannot be made: {error.strerror}.", remedy="Give another --folder."
        ) from error
    console = Console(highlight=False, stderr=True)
    plan = {name: benchmarks[name] for name in benchmarks if name in chosen}
    modes = {"quick": options.quick, "again": options.again}
    target = folder / "index.html"
    try:
        went = list(
            runs.run_all(plan, folder, runs.here, console, program=runs.PROGRAM, **modes)
        )
    except KeyboardInterrupt:
        console.print("Stopped. The same command goes on with what is not measured yet.")
        return 130
    finally:
        found = page(benchmarks, goals, folder, runs.here(), options.quick)
        target.write_text(found, encoding="utf-8")
        console.print(f"The page: {target}", soft_wrap=True)
    return int(not all(went))
