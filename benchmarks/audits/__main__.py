"""Measures the audits' false alarms and power, and draws the page of it.

    python -m benchmarks.audits fairness --seeds 20    # no bias, and biases of three strengths
    python -m benchmarks.audits drift --seeds 20       # no drift, and drifts of three strengths
    python -m benchmarks.audits page                   # docs/audits.md from the results

Every measured campus is a line of `docs/audits/results/<name>.jsonl`; a run that was stopped
goes on where it stood. `--help` after a name lists its options.
"""

import argparse
import importlib

COMMANDS = {
    "fairness": "no bias, and biases of three strengths in each protected attribute",
    "drift": "no drift, and three kinds of it",
    "page": "draw docs/audits.md from the results",
}
"""Each is a module of this package with `add_options(parser)` and `run(options)`."""


def main(arguments: list[str] | None = None) -> None:
    """Runs one command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.audits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in COMMANDS.items():
        command = commands.add_parser(name, help=words)
        module = importlib.import_module(f"benchmarks.audits.{name}")
        module.add_options(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    options.run(options)


if __name__ == "__main__":
    main()
