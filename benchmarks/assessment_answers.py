"""Real students placed by ten of their real answers: does adaptive choice tell more?

Of a student's first answers to 45 and more different items of ASSISTments 2009 twenty are
drawn and hidden. Ten of the others are asked: by maximum information, the same with content
spread as the student's own questions are, at random, or as they came. What is believed after
them predicts the hidden ones. Items are fitted on other students, in five folds.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.assessment.adaptive import AdaptiveTest
from learnloop.assessment.bank import TestBank
from learnloop.assessment.belief import Belief, posterior
from learnloop.assessment.settings import AssessmentSettings
from learnloop.datasets.assistments2009 import COLUMNS, REMEDY
from learnloop.datasets.assistments_files import read_cells
from learnloop.difficulty import DifficultyEstimator
from learnloop.evaluation import auc, bootstrap

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOLDS, ASKED, HIDDEN, LEAST = 5, 10, 20, 45
OPEN_END = {"standard_error": 0.01, "max_items": ASKED}


def placed_by_answers(file: Path, seed: int = 0) -> dict[str, Any]:
    """AUC and log-loss on the hidden answers and the stated error, by way of choosing.

    Args:
        file: of the form of ASSISTments 2009's `train.tsv`.
        seed: of folds and draws.
    """
    answers = _read(file)
    rng = np.random.default_rng(seed)
    students = answers["student_id"].unique()
    fold = pd.Series(rng.permutation(len(students)) % FOLDS, students)
    parts = []
    for held in range(FOLDS):
        mine = answers["student_id"].map(fold) == held
        model = DifficultyEstimator().fit(answers[~mine])
        parts.extend(_students(answers[mine], model, rng))
        print(f"answers: fold {held} done", file=sys.stderr)
    rows = pd.concat(parts, ignore_index=True)
    random = rows[rows["way"] == "random"]
    return {
        "students": rows["student_id"].nunique(),
        **{str(way): _scores(part, random) for way, part in rows.groupby("way", sort=False)},
    }


def _read(file: Path) -> pd.DataFrame:
    cells = read_cells(file, COLUMNS, "\t", REMEDY)
    return pd.DataFrame(
        {
            "student_id": cells["user_id"],
            "content_id": cells["item_id"],
            "skill_ids": [[skill] for skill in cells["skill_id"]],
            "position": cells.groupby("user_id").cumcount(),
            "correct": cells["correct"].astype(float),
        }
    )


def _students(
    answers: pd.DataFrame, model: DifficultyEstimator, rng: np.random.Generator
) -> Iterator[pd.DataFrame]:
    first = answers.drop_duplicates(["student_id", "content_id"])
    for _, own in first.groupby("student_id"):
        if len(own) >= LEAST:
            yield _student(own.reset_index(drop=True), TestBank.of(model.bank, own), rng)


def _student(own: pd.DataFrame, bank: TestBank, rng: np.random.Generator) -> pd.DataFrame:
    """One row per way of choosing and hidden answer. Row k of `own` is question k of `bank`."""
    right = own["correct"].to_numpy() == 1
    hidden = rng.choice(len(own), HIDDEN, replace=False)
    open_ = np.setdiff1d(np.arange(len(own)), hidden)
    barred = own["content_id"].iloc[hidden].tolist()
    counts = np.bincount(bank.skill[open_], minlength=len(bank.skill_ids))
    share = {
        skill: count / len(open_)
        for skill, count in zip(bank.skill_ids, counts.tolist(), strict=True)
        if count
    }
    ways = {
        "adaptive": _adaptive(bank, right, barred, {}),
        "adaptive, balanced": _adaptive(bank, right, barred, share),
        "random": rng.choice(open_, ASKED, replace=False).tolist(),
        "as they came": open_[:ASKED].tolist(),
        "all that are not hidden": open_.tolist(),
        "none": [],
    }
    parts = []
    for way, asked in ways.items():
        weight = posterior(bank, Belief(), asked, right[asked].astype(np.intp))
        ability = weight @ bank.grid.ability
        told = {
            "way": way,
            "student_id": own["student_id"].iloc[0],
            "correct": right[hidden].astype(float),
            "chance": bank.chances[hidden] @ weight,
            "error": np.sqrt(weight @ (bank.grid.ability - ability) ** 2),
        }
        parts.append(pd.DataFrame(told))
    return pd.concat(parts)


def _adaptive(
    bank: TestBank, right: NDArray[np.bool_], barred: list[str], content: dict[str, float]
) -> list[int]:
    settings = AssessmentSettings.model_validate({**OPEN_END, "content": content})
    test = AdaptiveTest(bank, settings)
    session = test.ask(test.start(now=NOW, barred=barred), NOW)
    while session.pending is not None:
        correct = bool(right[bank.place[session.pending]])
        session = test.ask(test.answer(session, session.pending, correct, NOW), NOW)
    return bank.places(session.answered)


def _scores(part: pd.DataFrame, random: pd.DataFrame) -> dict[str, Any]:
    correct, chance = part["correct"].to_numpy(), part["chance"].to_numpy()
    students, other = part["student_id"], random["chance"].to_numpy()

    def more(label: Any, own: Any, others: Any, weight: Any) -> float:
        return auc(label, own, weight) - auc(label, others, weight)

    return {
        "auc": bootstrap(auc, correct, chance, students=students).as_dict(),
        "auc_more_than_random": bootstrap(
            more, correct, chance, other, students=students
        ).as_dict(),
        "log_loss": bootstrap(_log_loss, correct, chance, students=students).as_dict(),
        "stated_error": part["error"].mean(),
    }


def _log_loss(label: Any, chance: Any, weight: Any) -> float:
    return float(
        np.average(-label * np.log(chance) - (1 - label) * np.log1p(-chance), weights=weight)
    )
