"""What a student answers next, by the registered mastery model and by its peers.

    python -m benchmarks mastery --train train.tsv --test test.tsv --seeds 5
    python -m benchmarks mastery --train train_valid.csv       # pyKT's folds, each tests once

Files are those of ASSISTments 2009 in the preparation of Gervet et al. (tab-separated:
user_id item_id timestamp correct skill_id) or pyKT's (comma-separated: fold, uid, concepts,
responses); the header says which. Every answer of a test student is predicted from the
student's earlier ones. `auc` and `ece` are of the files as they are; where students stand in
them twice under two ids, `auc_without_copies` is over the other test students alone, and
`--drop-copies` leaves the copies out of the training too.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.mastery.ablations import ablations
from benchmarks.mastery.compare import compared
from benchmarks.mastery.reading import runs_of
from benchmarks.result import Result, positive


def add_options(parser: argparse.ArgumentParser) -> None:
    """The files, and how often to fit."""
    parser.add_argument("--train", type=Path, required=True, help="answers to learn from")
    parser.add_argument(
        "--test",
        type=Path,
        help="answers of other students; without it each fold of --train tests once",
    )
    parser.add_argument(
        "--seeds", type=positive, default=5, help="fits of our model (default 5)"
    )
    parser.add_argument(
        "--drop-copies",
        action="store_true",
        help="leave out, of both files, who stands in them before under another id",
    )
    parser.add_argument(
        "--ablations",
        action="store_true",
        help="also what each part is worth, on validation students of --train",
    )
    parser.add_argument("--no-peers", action="store_true", help="leave Best-LR and DKT out")


def run(options: argparse.Namespace) -> Result:
    """Fits and scores ours and the peers on every run of the files.

    Raises:
        DataError: a file is not what it should be.
    """
    files = (options.train, options.test, options.seeds)
    result = compared(
        runs_of(*files, drop_copies=options.drop_copies), peers=not options.no_peers
    )
    if not options.ablations:
        return result
    first = next(runs_of(*files, drop_copies=options.drop_copies))
    return replace(result, details={**result.details, "without": ablations(first)})
