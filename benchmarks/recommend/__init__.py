"""What students choose next, beside EASE, transitions, ALS and BPR; and how fast it is.

    python -m benchmarks recommend --train cnpc_train_valid.jsonl --seeds 5
    python -m benchmarks recommend --scale

A file has one {"user": …, "item": …} a line, in time order within a user. Without `--test`
the last fifth of each user's lines is held out: rounded down, one at least.
"""

import argparse
from pathlib import Path

from benchmarks.result import Result, positive


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--train`, `--test`, `--seeds`, or `--scale`."""
    parser.add_argument("--train", type=Path, help="enrolments, JSON lines")
    parser.add_argument("--test", type=Path, help="what the same users chose after")
    parser.add_argument("--seeds", type=positive, default=5, help="fits of our own model")
    parser.add_argument(
        "--scale",
        action="store_true",
        help="time 100,000 students × 10,000 items instead of scoring a file",
    )


def run(options: argparse.Namespace) -> Result:
    """Scores lists of ten, or times them.

    Raises:
        DataError: a file is not as it should be, or neither file nor `--scale` was given.
    """
    if options.scale:
        from benchmarks.recommend import scale

        return scale.measure()
    from benchmarks.recommend import enrolments
    from learnloop.errors import DataError

    if options.train is None:
        raise DataError("nothing to measure.", remedy="Give --train FILE, or --scale.")
    return enrolments.compare(options.train, options.test, options.seeds)
