"""Who will fail or withdraw, of the students still registered on a day of the course.

    python -m benchmarks intervention --train oulad --test oulad --day 28 --seeds 5
    python -m benchmarks intervention --train oulad --test-presentation 2014B --day 28
    python -m benchmarks intervention --anomalies --seeds 20
    kedro run && python -m benchmarks intervention --run data   # lead time on the campus

A folder holds the files of the Open University Learning Analytics data. Where `--test` is left
out or is the folder of `--train`, every student is scored by a fit to the other four fifths of
the students, with other folds for each seed. With `--test-presentation` the fit sees the
presentations before it, and with two folders those of the first; never a student who is tested.
"""

import argparse
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from benchmarks.intervention.anomalies import measure_anomalies
from benchmarks.intervention.baselines import BASELINES
from benchmarks.intervention.judging import (
    auc_by_presentation,
    estimates,
    gaps,
    largest_gaps,
    measures,
)
from benchmarks.intervention.lead import measure_lead
from benchmarks.intervention.protocol import cases_of, score
from benchmarks.result import Result, measured, positive
from learnloop.datasets.oulad import read_oulad
from learnloop.datasets.oulad_files import read_table
from learnloop.errors import DataError
from learnloop.intervene import EnrolmentTrigger, TriggerSettings

CONF = Path(__file__).parents[2] / "conf/oulad/parameters.yml"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--train", type=Path, help="folder of OULAD files")
    parser.add_argument("--test", type=Path, help="another folder; the same one: five folds")
    parser.add_argument("--day", type=int, default=28, help="day of the course, from 0")
    parser.add_argument("--test-presentation", help="such as 2014B; fit to those before it")
    parser.add_argument(
        "--seeds", type=positive, default=5, help="how many divisions into folds"
    )
    parser.add_argument(
        "--anomalies", action="store_true", help="planted anomalies instead, in no one's data"
    )
    parser.add_argument(
        "--run", type=Path, help="lead time instead, of the data/ of a kedro run on the campus"
    )


def run(options: argparse.Namespace) -> Result:
    """The trigger beside its baselines.

    Raises:
        DataError: an option or a file is not what it should be.
    """
    if options.anomalies:
        return measure_anomalies(options.seeds)
    if options.run:
        return measure_lead(options.run)
    if options.train is None:
        raise DataError("--train is not given.", remedy="Name a folder of OULAD files.")
    return _measure(options)


def _require_running(day: int, folder: Path) -> None:
    """On that day all courses have begun and none is over.

    Raises:
        DataError: they have not, or one is; names the range.
    """
    last = int(read_table(folder, "courses.csv")["module_presentation_length"].min()) - 1
    if not 0 <= day <= last:
        raise DataError(
            f"day {day} is not within every course of '{folder}'.",
            remedy=f"Give a --day from 0 to {last}: the shortest course has {last + 1} days.",
        )


def _measure(options: argparse.Namespace) -> Result:
    said = YAML(typ="safe").load(CONF)["oulad"]["trigger"]
    settings = TriggerSettings.model_validate(said)
    train = read_oulad(options.train)
    apart = options.test is not None and options.test.resolve() != options.train.resolve()
    test = read_oulad(options.test) if apart else None
    for folder in {options.train, options.test or options.train}:
        _require_running(options.day, folder)
    protocol, cases = cases_of(
        train, test, options.day, options.test_presentation, options.seeds
    )

    def ours(learned: pd.DataFrame, asked: pd.DataFrame, _: int) -> pd.DataFrame:
        return EnrolmentTrigger(settings).fit(learned.assign(split="train")).predict(asked)

    with measured() as cost:
        first = score(cases[0], ours)
    found = [first, *(score(case, ours) for case in cases[1:])]
    baselines, spent = {}, {}
    for name, predict in BASELINES.items():
        with measured() as taken:
            scored = [score(case, predict) for case in cases]
        baselines[name] = estimates(scored)
        spent[name] = {"cpu_seconds": taken.cpu_seconds / len(cases)}
    found_gaps = gaps(first, (test or train).protected)
    return Result(
        scores=estimates(found),
        baselines=baselines,
        cost=cost,
        rows=len(first),
        notes=[
            protocol,
            f"Only students still registered on day {options.day}; no click after the start; "
            "neither a protected attribute nor the region.",
            "recall@10%: share of those who fail or withdraw among the tenth of the rows with "
            "the highest risk.",
            "Intervals by bootstrap over students, of the mean over seeds. The trigger draws "
            "nothing at random: a seed divides the students into folds anew, and draws for the "
            "booster; where there are no folds, all seeds of the trigger are one.",
            "Gaps: a group less the rest of the students, of those whom the trigger flags "
            f"itself ({settings.alert_budget:.0%}) and of the highest tenth.",
        ],
        details={
            "per_seed": [measures(rows) for rows in found],
            "cost_of_baselines": spent,
            "auc_by_presentation": auc_by_presentation(first),
            "gaps": found_gaps,
            "largest_gaps": largest_gaps(found_gaps),
        },
    )
