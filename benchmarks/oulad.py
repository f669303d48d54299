"""What three choices of the enrolment trigger are worth on the Open University's students.

Fits it in folds on the students of 2013 (those who test it in 2014B are not looked at): as it
is, without highest education, and with effects of a single module held back no more than those
that all share; the last once more with a whole module in each fold. Prints the AUC out of fold
and the gap in the share flagged between the most and the least flagged fifth of deprivation.

    LEARNLOOP_DATA=~/data python benchmarks/oulad.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from learnloop.datasets.oulad import read_oulad
from learnloop.evaluation import auc
from learnloop.intervene import TriggerSettings, enrolment_trigger
from learnloop.intervene.enrolment_evaluation import out_of_fold_scores
from learnloop.intervene.enrolments import examples_at
from learnloop.splits import Split

CONF = Path(__file__).parents[1] / "conf/oulad/parameters.yml"


def variants(examples: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, float]]:
    """Name, examples and freedom of a module's own effects; alternatives stand together."""
    held_back = enrolment_trigger.MODULE_FREEDOM
    by_module = examples.assign(fold=examples["module"].astype("category").cat.codes)
    yield "as it is", examples, held_back
    yield "without education", examples.assign(education=np.nan), held_back
    yield "modules as free", examples, 1.0
    yield "whole modules out", by_module, held_back
    yield "whole modules out, as free", by_module, 1.0


def main() -> None:
    """Prints the table."""
    said = yaml.safe_load(CONF.read_text(encoding="utf-8"))["oulad"]
    settings = TriggerSettings.model_validate(said["trigger"])
    data = read_oulad(Path(os.environ["LEARNLOOP_DATA"]) / "oulad")
    tables = (data.enrolments, data.assessments, data.submissions)
    days = [examples_at(*tables, day, said["test_presentation"]) for day in said["days"]]
    examples = pd.concat(days, ignore_index=True)
    examples = examples[examples["split"] == Split.TRAIN]
    fifths = data.protected.set_index("student_id")["deprivation"]
    table = Table("fitted", "day", "AUC out of fold", "gap in flagged")
    for name, rows, freedom in variants(examples):
        enrolment_trigger.MODULE_FREEDOM = freedom
        shown = track(sorted(set(rows["fold"])), name, transient=True)
        for day, scores in out_of_fold_scores(rows, settings, shown).groupby("day"):
            flagged = scores.groupby(scores["student_id"].map(fifths))["flagged"].mean()
            gap = np.ptp(flagged.drop("unknown"))
            table.add_row(name, str(day), f"{auc(scores.label, scores.risk):.4f}", f"{gap:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
