"""Our model and its peers on the same rows, with intervals over students."""

import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from benchmarks.mastery.peers import PEERS
from benchmarks.mastery.reading import Run
from benchmarks.result import Cost, Result, Scores, measured
from learnloop.datasets.assistments import PublicAnswers
from learnloop.difficulty import DifficultySettings
from learnloop.evaluation import (
    Estimate,
    bootstrap,
    expected_calibration_error,
    ranked_auc,
)
from learnloop.mastery import ItemBank, MasteryPredictor, MasterySettings
from learnloop.mastery.crossfit import FitItems
from pipelines.difficulty.nodes import fit_difficulty
from pipelines.mastery.nodes import item_bank, item_fit

CONF = Path(__file__).parents[2] / "conf/base"
DRAWS = 300
"""The ends of a 95 % interval then move by a tenth of its width from seed to seed."""
NOTES = [
    "One row per answered question; students of train and test are disjoint; every answer is "
    "predicted; auc_student_first is over each student's very first answer alone.",
    "The model is fitted as `kedro run` fits the registered one, with the parameters of "
    "conf/base; 15 % of the training students say when to stop.",
    "Values are means over runs (seeds or folds); intervals are of students drawn with "
    "replacement; cost is the mean of a run, difficulty, traits and network together.",
]


def settings_of(seed: int) -> tuple[DifficultySettings, MasterySettings]:
    """The parameters of conf/base, with another seed."""
    said = {
        name: yaml.safe_load((CONF / f"parameters_{name}.yml").read_text(encoding="utf-8"))
        for name in ("difficulty", "mastery")
    }
    return (
        DifficultySettings.model_validate(said["difficulty"]["difficulty"]),
        MasterySettings.model_validate(said["mastery"]["mastery"] | {"seed": seed}),
    )


def bank_and_fit(run: Run) -> tuple[ItemBank, FitItems, MasterySettings]:
    """What the pipeline hands the mastery model: items, their refit, and the settings."""
    difficulty, settings = settings_of(run.seed)
    data = run.data
    model, items = fit_difficulty(data.attempts, data.content_items, difficulty)
    bank = item_bank(data.attempts, data.content_items, data.skills, items)
    return bank, item_fit(model, data.content_items, settings), settings


def scored(run: Run) -> tuple[pd.DataFrame, Cost]:
    """The test answers with `probability`, and what fit and prediction cost."""
    attempts = run.data.attempts
    with measured() as cost:
        bank, refit, settings = bank_and_fit(run)
        model = MasteryPredictor(bank, settings).fit(attempts, refit)
        test = attempts[attempts["split"] == "test"].reset_index(drop=True)
        probability = model.predict(test)["probability"]
    return test.assign(ours=probability), cost


def compared(runs: Iterable[Run], *, peers: bool) -> Result:
    """All runs, in each ours first; a peer is fitted once on the same data."""
    tables: list[pd.DataFrame] = []
    costs: list[Cost] = []
    spent: dict[str, list[float]] = {name: [] for name in PEERS} if peers else {}
    rows, data, said_by_peers = 0, None, {}
    for run in runs:
        table, cost = scored(run)
        _tell(f"{run.name}: {cost.cpu_seconds:.0f} CPU-seconds")
        if run.data is not data:
            data, rows = run.data, rows + len(table)
            said_by_peers = {name: _asked(name, run, spent) for name in spent}
        copied = table["student_id"].isin(run.copies["student_id"])
        tables.append(table.assign(run=run.name, copied=copied, **said_by_peers))
        costs.append(cost)
        leak, copies = run.data.leak, run.copies
    names = list(spent)
    answers = pd.concat(tables, ignore_index=True)
    twice = copies["cohort"].value_counts().reindex(["learn", "test"], fill_value=0)
    copied_rows = int(answers.loc[answers["run"] == answers["run"].iloc[0], "copied"].sum())
    copied = (
        f"{twice['learn']} training and {twice['test']} test students stand in the files "
        f"before under another id; {copied_rows} of the scored rows are theirs."
    )
    said = f"{leak.rows_read} rows read, {leak.collapsed} repeated one for another skill and "
    counted = f"{said}were collapsed; {leak.repeats_kept} equal the one before and are real."
    return Result(
        scores=scores_of(answers, "ours"),
        baselines={name: scores_of(answers, name) for name in names},
        cost=Cost(statistics.mean(cost.cpu_seconds for cost in costs), costs[0].peak_mb),
        rows=rows,
        notes=[*NOTES, counted, copied, *_few(answers, data), *_one_sided(answers)],
        details={
            "leak": leak.as_dict(),
            "copies": {**twice.to_dict(), "rows": copied_rows},
            "runs": {
                name: {
                    "auc": ranked_auc(rows["correct"], _ranks(rows, "ours")),
                    "ece": expected_calibration_error(rows["correct"], rows["ours"]),
                    "cpu_seconds": cost.cpu_seconds,
                }
                for (name, rows), cost in zip(
                    answers.groupby("run", sort=False), costs, strict=True
                )
            },
            "auc_above": {name: paired(answers, name).as_dict() for name in names},
            "cost_of_baselines": {
                name: {"cpu_seconds": statistics.mean(seconds)}
                for name, seconds in spent.items()
            },
        },
    )


def _asked(name: str, run: Run, spent: dict[str, list[float]]) -> np.ndarray:
    """A peer's probabilities for the run's test answers; adds what they cost to `spent`."""
    with measured() as cost:
        found = PEERS[name](run.data.attempts)
    spent[name].append(cost.cpu_seconds)
    _tell(f"{name}: {cost.cpu_seconds:.0f} CPU-seconds")
    return found


def _few(answers: pd.DataFrame, data: PublicAnswers | None) -> list[str]:
    """What rests on a single student."""
    said = []
    if data is not None and (data.student_splits["split"] != "test").sum() == 1:
        said.append("One training student: what the models learned is of this student alone.")
    if len(answers["student_id"].unique()) == 1:
        said.append("One test student: the intervals over students say nothing.")
    return said


def _one_sided(answers: pd.DataFrame) -> list[str]:
    """Why an AUC is null: it compares right answers with wrong ones."""
    parts = {"auc": answers, "auc_student_first": _first(answers)}
    if answers["copied"].any():
        parts["auc_without_copies"] = answers[~answers["copied"]]
    said = []
    for name, rows in parts.items():
        for run in answers["run"].unique():
            correct = rows.loc[rows["run"] == run, "correct"]
            if correct.nunique() < 2:
                kind = f"all {len(correct)} are {'right' if correct.any() else 'wrong'}"
                what = kind if len(correct) else "there is none"
                said.append(f"{name} is null: of the answers that it is over, {what} ({run}).")
                break
    return said


def _first(answers: pd.DataFrame) -> pd.DataFrame:
    """Each student's very first answer."""
    return answers[~answers.duplicated(["run", "student_id"])]


def scores_of(answers: pd.DataFrame, column: str) -> Scores:
    """`auc`, `ece`, `auc_student_first`, over each student's very first answer alone, and
    `auc_without_copies`, where there are copied students."""
    scores = {
        "auc": _mean_auc(answers, [column]),
        "auc_student_first": _mean_auc(_first(answers), [column]),
        "ece": _over_runs(answers, expected_calibration_error, [answers[column].to_numpy()]),
    }
    if answers["copied"].any():
        scores["auc_without_copies"] = _mean_auc(answers[~answers["copied"]], [column])
    return scores


def paired(answers: pd.DataFrame, peer: str) -> Estimate:
    """How far our AUC is above the peer's, on the same draws of students."""
    return _mean_auc(answers, ["ours", peer])


def _mean_auc(answers: pd.DataFrame, columns: list[str]) -> Estimate:
    """Mean over runs of the AUC of the first column, less that of a second."""

    def lead(correct: Any, *ranked: Any) -> float:
        *ranks, weight = ranked
        aucs = [ranked_auc(correct, rank, weight) for rank in ranks]
        return aucs[0] - sum(aucs[1:])

    ranks = []
    for column in columns:
        rank = np.empty(len(answers), np.int64)
        for places in answers.reset_index(drop=True).groupby("run").groups.values():
            rank[places] = _ranks(answers.iloc[places], column)
        ranks.append(rank)
    return _over_runs(answers, lead, ranks)


def _over_runs(
    answers: pd.DataFrame, statistic: Callable[..., float], columns: list[np.ndarray]
) -> Estimate:
    """The mean over runs of a statistic, students drawn for all runs together."""
    runs, run = np.unique(answers["run"].to_numpy(str), return_inverse=True)
    order = np.argsort(run, kind="stable")
    ends = np.arange(1, len(runs))

    def mean(place: Any, *rest: Any) -> float:
        cuts = np.searchsorted(place, ends)
        parts = [np.split(column, cuts) for column in rest]
        return float(np.mean([statistic(*run_parts) for run_parts in zip(*parts, strict=True)]))

    return bootstrap(
        mean,
        run[order],
        answers["correct"].to_numpy(float)[order],
        *(column[order] for column in columns),
        students=answers["student_id"].to_numpy(str)[order],
        draws=DRAWS,
    )


def _ranks(rows: pd.DataFrame, column: str) -> np.ndarray:
    return np.unique(rows[column].to_numpy(), return_inverse=True)[1]


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
