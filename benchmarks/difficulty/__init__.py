"""How hard items are, and who solves them, from a file of answers or from drawn ones.

    python -m benchmarks difficulty --answers FILE --seeds 5        AUC on held-out answers
    python -m benchmarks difficulty --answers FILE --truth TRUTH    error of the difficulties
    python -m benchmarks difficulty --recovery --seeds 20           the same, drawn 2PL answers
    python -m benchmarks difficulty --answers lsat.csv --published  LSAT's published values

FILE has a row an answer (user_id, item_id, correct, skill_id among its columns, in order
within a student), or a row a student and a column an item (1, 0, empty). TRUTH is a CSV with
item_id and b. `auc` is of the file as it is; where students stand in it twice under two ids,
`auc_without_copies` is over the other students alone, and `--drop-copies` keeps one of each.
"""

import argparse
from pathlib import Path

from benchmarks.result import Result, not_negative, positive
from learnloop.errors import DataError


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--answers", type=Path, help="a file of answers")
    parser.add_argument("--truth", type=Path, help="the true difficulties of its items")
    parser.add_argument("--recovery", action="store_true", help="draw answers, find the items")
    parser.add_argument(
        "--published", action="store_true", help="hold LSAT section 6 to what is published"
    )
    parser.add_argument(
        "--seeds", type=positive, default=5, help="splits, or draws (default 5)"
    )
    parser.add_argument(
        "--drop-copies",
        action="store_true",
        help="of students with the same answers under several ids, keep one",
    )
    parser.add_argument(
        "--peer-seeds",
        type=not_negative,
        default=1,
        help="how many of the seeds the other libraries run on: minutes each (default 1)",
    )


def run(options: argparse.Namespace) -> Result:
    """Measures what the options ask for.

    Raises:
        DataError: a file is not what it should be, or none is named.
    """
    from benchmarks.difficulty import held_out, published, recovery
    from benchmarks.difficulty.files import read_answers, read_truth

    if options.recovery:
        return recovery.study(options.seeds, options.peer_seeds)
    if options.answers is None:
        raise DataError("nothing to measure.", remedy="Name --answers FILE, or --recovery.")
    answers, notes = read_answers(options.answers)
    if options.published:
        return published.compare(answers)
    if options.truth is None:
        seeds = options.seeds, options.peer_seeds
        return held_out.compare(answers, notes, *seeds, drop_copies=options.drop_copies)
    truth = read_truth(options.truth)
    if not answers["content_id"].isin(truth["content_id"]).any():
        wrong = f"it names no item of {options.answers.name}."
        raise DataError(wrong, file=options.truth.name, column="item_id")
    return recovery.against_truth(answers, truth, notes, options.peer_seeds > 0)
