"""Forgetting: is recall calibrated days after practice? Beside half-life regression.

    kedro run && python -m benchmarks forgetting --run data

Judged are answers a day or more after the student's latest answer on the same skill, where
nothing of the skill was studied in between, of students that no model learned from (`test` and
`audit`), by the probabilities that the registered mastery model gave in the run. Two baselines
that know no time stand beside: who is not better has not shown that time was understood.

Half-life regression (Settles and Meeder 2016, "A trainable spaced repetition model for language
learning", eq. 1 to 4) says p = 2^(-days / h) and log2 h = θ · x, x being √(1 + right),
√(1 + wrong), a constant and one indicator per skill. It is fitted by squared error with an L2
penalty on answers of the same kind of the training students; validation students choose the
penalty. The term of eq. 4 on h itself needs shares of recall, where single answers are right or
wrong: it is left out.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array, hstack

from benchmarks.reading import run_table
from benchmarks.result import Cost, Result, Scores, measured
from learnloop.errors import DataError
from learnloop.evaluation import bootstrap, expected_calibration_error, ranked_auc

Floats = NDArray[np.float64]
DAYS = (1, 2, 4, 7, 14, 30)
"""Where each group of days since practice begins."""
PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
SHORTEST, LONGEST = 15 / (24 * 60), 274.0
"""Half-lives in days, as in the authors' program."""
DRAWS = 200
MODELS = {
    "half-life regression": "half_life",
    "irt": "baseline_irt",
    "skill rate": "baseline_skill_rate",
}
"""Baselines by the column of their probabilities; the last two know no time."""


KEYS = ["student_id", "position"]
COLUMNS = ["probability", *(column for column in MODELS.values() if column != "half_life")]


class Recalls(NamedTuple):
    """Answers a day or more after practice."""

    inputs: csr_array
    """(n, 3 + K) as half-life regression takes them."""
    days: Floats
    """(n,) since the latest answer on the skill."""
    correct: Floats
    """(n,) 0 or 1."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where the run is."""
    parser.add_argument(
        "--run", type=Path, default=Path("data"), help="the data/ of a kedro run (default data)"
    )


def run(options: argparse.Namespace) -> Result:
    """Scores the run's probabilities beside half-life regression.

    Raises:
        DataError: the folder holds no run, or its answers have no times.
    """
    attempts = run_table(options.run / "03_primary/attempts.parquet")
    scores = run_table(options.run / "07_model_output/mastery_scores.parquet")
    if attempts["occurred_at"].isna().any():
        raise DataError("these answers have no times.", file="attempts", column="occurred_at")
    practised = _practised(attempts)
    parts = {name: practised[practised["split"] == name] for name in ("train", "validation")}
    judged = practised.merge(scores[KEYS + COLUMNS], on=KEYS)
    skills = pd.Index(sorted(attempts["skill_id"].astype(str).unique()))
    with measured() as cost:
        theta, penalty = _fitted(*(_recalls(part, skills) for part in parts.values()))
        judged["half_life"] = recall(theta, _recalls(judged, skills))
    return Result(
        scores=_scores(judged, "probability"),
        baselines={name: _scores(judged, column) for name, column in MODELS.items()},
        cost=Cost(),
        rows=len(judged),
        notes=[
            "Answers a day or more after practice of the same skill, nothing of it studied in "
            "between, of students of test and audit; intervals by student. What the model cost "
            "is part of the run.",
            "days_error: mean distance of predicted and observed share correct over groups "
            f"of days since practice, which begin at {', '.join(map(str, DAYS))}.",
            f"Half-life regression has the penalty {penalty:g}, by validation students.",
        ],
        details={
            "by_days": _by_days(judged),
            "cost_of_baselines": {"half-life regression": {"cpu_seconds": cost.cpu_seconds}},
        },
    )


def _practised(attempts: pd.DataFrame) -> pd.DataFrame:
    """The answers a day or more after practice, with `days`, `right` and `wrong` until then."""
    own = attempts.sort_values(["student_id", "position"], ignore_index=True)
    own = own.astype({"student_id": str, "skill_id": str, "correct": float})
    skill = own.groupby(["student_id", "skill_id"])
    right = skill["correct"].cumsum() - own["correct"]
    days = skill["occurred_at"].diff().dt.total_seconds() / 86_400
    table = own[["student_id", "position", "split", "skill_id", "correct"]].assign(
        days=days, right=right, wrong=skill.cumcount() - right
    )
    return table[(days >= DAYS[0]) & (skill["studied"].diff() == 0)]


def _recalls(table: pd.DataFrame, skills: pd.Index) -> Recalls:
    size = len(table)
    skill = skills.get_indexer(pd.Index(table["skill_id"]))
    one_hot = csr_array((np.ones(size), (np.arange(size), skill)), shape=(size, len(skills)))
    counts = np.sqrt(1 + table[["right", "wrong"]].to_numpy(float))
    inputs = csr_array(hstack([csr_array(np.column_stack([counts, np.ones(size)])), one_hot]))
    return Recalls(inputs, table["days"].to_numpy(float), table["correct"].to_numpy(float))


def recall(theta: Floats, asked: Recalls) -> Floats:
    """(n,) chances of half-life regression."""
    return np.clip(np.exp2(-asked.days / _half_life(theta, asked)), 1e-4, 1 - 1e-4)


def _half_life(theta: Floats, asked: Recalls) -> Floats:
    low, high = np.log2(SHORTEST), np.log2(LONGEST)
    return np.asarray(np.exp2(np.clip(asked.inputs @ theta, low, high)))


def fit(taught: Recalls, penalty: float) -> Floats:
    """(3 + K,) θ with the least squared error and penalty."""
    size = len(taught.days)

    def loss(theta: Floats) -> tuple[float, Floats]:
        half_life = _half_life(theta, taught)
        chance = np.exp2(-taught.days / half_life)
        error = chance - taught.correct
        slope = chance * np.log(2) ** 2 * taught.days / half_life
        gradient = 2 * (taught.inputs.T @ (error * slope)) / size + 2 * penalty * theta
        return float(error @ error / size + penalty * theta @ theta), gradient

    start = np.zeros(taught.inputs.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def _fitted(taught: Recalls, held: Recalls) -> tuple[Floats, float]:
    fits = {penalty: fit(taught, penalty) for penalty in PENALTIES}
    errors = {
        penalty: float(np.mean((recall(theta, held) - held.correct) ** 2))
        for penalty, theta in fits.items()
    }
    best = min(errors, key=errors.__getitem__)
    return fits[best], best


def _scores(judged: pd.DataFrame, column: str) -> Scores:
    correct, students = judged["correct"].to_numpy(float), judged["student_id"].to_numpy(str)
    chance = judged[column].to_numpy(float)
    rank = np.unique(chance, return_inverse=True)[1]
    group = _group(judged)

    def days_error(y: Floats, p: Floats, place: NDArray[np.int64], weight: Floats) -> float:
        return float(np.abs(np.bincount(place, weight * (p - y))).sum() / weight.sum())

    common = {"students": students, "draws": DRAWS}
    return {
        "auc": bootstrap(ranked_auc, correct, rank, **common),
        "ece": bootstrap(expected_calibration_error, correct, chance, **common),
        "days_error": bootstrap(days_error, correct, chance, group, **common),
    }


def _group(judged: pd.DataFrame) -> NDArray[np.int64]:
    return np.searchsorted(DAYS, judged["days"], side="right") - 1


def _by_days(judged: pd.DataFrame) -> list[dict[str, float]]:
    columns = {"observed": "correct", "ours": "probability"} | MODELS
    return [
        {
            "from_day": DAYS[place],
            "rows": len(rows),
            **{name: float(rows[column].mean()) for name, column in columns.items()},
        }
        for place, rows in judged.groupby(_group(judged))
    ]
