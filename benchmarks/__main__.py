"""Measures the models beside what others reach on the same rows, on one thread.

    python -m benchmarks mastery --train train.tsv --test test.tsv --seeds 5

Each command prints one JSON object; progress goes to the other channel. `--help` after a
command lists its options.
"""

import argparse
import importlib
import os
import signal
import sys

COMMANDS = {
    "mastery": "what a student answers next: ASSISTments 2009 or pyKT's files",
    "latency": "one more answer: all of a student's masteries anew, however long the history",
    "forgetting": "recall by days since practice, beside half-life regression",
    "difficulty": "how hard items are: held-out answers, or known difficulties found again",
    "assessment": "adaptive tests: questions until the standard error is .3",
    "paths": "learning paths: valid, shortest, and how fast planned anew",
    "recommend": "what a student chooses next: enrolments in order; or the speed at scale",
    "intervention": "who fails or withdraws on OULAD; --anomalies: planted ones",
    "diagnosis": "which missing prerequisite explains the errors, beside the term played again",
    "policy": "does it teach? the teaching policy beside rules and oracles, in the classroom",
}
"""Each is a module of this package with `add_options(parser)` and `run(options) -> Result`."""
ALL = {"all": "all of these with their peers, and a page that holds them to their goals"}
"""Likewise, but `run` gives the exit status."""
STOPPED = 130
"""Exit status after Ctrl-C or SIGTERM."""


def main(arguments: list[str] | None = None) -> None:
    """Runs one command.

    Raises:
        SystemExit: an option, or the data it names, is not what it should be.
    """
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[threads] = "1"
    table = "\n".join(f"  {name:<14}{words}" for name, words in (COMMANDS | ALL).items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=f"commands:\n{table}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS | ALL, metavar="command")
    parser.add_argument("options", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)

    from learnloop.errors import LearnloopError

    module = importlib.import_module(f"benchmarks.{chosen.command}")
    command = argparse.ArgumentParser(
        prog=f"python -m benchmarks {chosen.command}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_options(command)
    try:
        found = module.run(command.parse_args(chosen.options))
    except LearnloopError as wrong:
        sys.exit(f"Error: {wrong}")
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    if chosen.command in ALL:
        sys.exit(found)
    print(found.as_json())


if __name__ == "__main__":
    # As Ctrl-C: whoever waits for a process of its own ends it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
