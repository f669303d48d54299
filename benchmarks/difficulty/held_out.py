"""Held-out answers: a fifth of each student's first answers, predicted from all the others."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.difficulty import new_items
from benchmarks.peers import MISSING, ask
from benchmarks.result import Cost, Result, Scores, measured
from learnloop.datasets.copies import copied_students
from learnloop.difficulty import (
    CrossedResponseModel,
    CrossedSettings,
    share_correct,
)
from learnloop.difficulty.identification import what_is_not_identified
from learnloop.errors import DataError
from learnloop.evaluation import (
    Estimate,
    Statistic,
    auc,
    bootstrap,
    expected_calibration_error,
)

SHARE = 0.2
PEERS = ("NeuralCDM", "KaNCD")
Floats = NDArray[np.float64]
Predict = Callable[[pd.DataFrame, pd.DataFrame], Floats]

PROTOCOL = (
    "A student's first answer to each item; of those a fifth per student, drawn at random, is "
    "held out and predicted from all the others, earlier and later. Values are means over the "
    "seeds of the draw, low and high those of 95 % bootstrap intervals over students. "
    "auc_without_copies: over students who have no other with the same answers."
)


def compare(
    answers: pd.DataFrame,
    notes: list[str],
    seeds: int,
    peer_seeds: int,
    drop_copies: bool = False,
) -> Result:
    """The model with student × skill effects beside others.

    Args:
        answers: as from `read_answers`.
        notes: of the file.
        seeds: how many draws of the held-out answers.
        peer_seeds: on how many of them the other libraries run.
        drop_copies: keep one student of each group with the same answers.

    Raises:
        DataError: no student has three answers, or all are correct or none is.
    """
    group = copied_students(answers)
    if drop_copies:
        answers = answers[~answers["student_id"].isin(group.index[group.duplicated()])]
        group = group[:0]
    first = answers.drop_duplicates(["student_id", "content_id"]).reset_index(drop=True)
    first["copied"] = first["student_id"].isin(group.index)
    drawn = [held_out(first["student_id"], seed) for seed in range(seeds)]
    if any(first["correct"][held].nunique() < 2 for held in drawn):
        wrong = "the answers held out are too few, or all of one kind, for an AUC."
        raise DataError(wrong, remedy="Give students with at least three answers.")
    table: dict[str, list[Scores]] = {}
    costs: dict[str, list[Cost]] = {}
    choices = []
    for seed, held in enumerate(drawn):
        # The first in the process, so that its memory is its own.
        with measured() as cost:
            model = CrossedResponseModel().fit(first[~held])
            probability = model.predict(first[held])["probability"].to_numpy()
        choices.append(model.choice.factor_variance)
        _note(table, costs, "ours", scores_of(first[held], probability, seed), cost)
    for seed, held in enumerate(drawn):
        for name, predict in OTHERS.items():
            with measured() as cost:
                probability = predict(first[~held], first[held])
            _note(table, costs, name, scores_of(first[held], probability, seed), cost)
    peers = _ask_peers(first, drawn[:peer_seeds], table, costs)
    copies = {
        "students": len(group),
        "groups": int(group.nunique()),
        "rows": int((drawn[0] & first["copied"]).sum()),
    }
    copied = (
        f"{copies['students']} students have the same answers as another "
        f"({copies['groups']} groups); {copies['rows']} of the held-out rows are theirs."
    )
    return Result(
        scores=_mean(table["ours"]),
        baselines={name: _mean(each) for name, each in table.items() if name != "ours"},
        cost=costs["ours"][0],
        rows=int(drawn[0].sum()),
        notes=[PROTOCOL, *notes, copied, *what_is_not_identified(first), *peers],
        details={
            "seeds": seeds,
            "training_rows": int((~drawn[0]).sum()),
            "students": int(first["student_id"].nunique()),
            "items": int(first["content_id"].nunique()),
            "copies": copies,
            "new_items": new_items.compare(first),
            "factor_variance_chosen": choices,
            "auc_by_seed": {
                name: [scores["auc"].value for scores in each] for name, each in table.items()
            },
            "cpu_seconds_by_seed": {
                name: [cost.cpu_seconds for cost in each] for name, each in costs.items()
            },
        },
    )


def held_out(student_ids: "pd.Series[str]", seed: int) -> NDArray[np.bool_]:
    """Which rows are held out: of each student's n, the nearest whole number to n / 5."""
    student = pd.factorize(student_ids)[0]
    order = np.lexsort((np.random.default_rng(seed).random(len(student)), student))
    count = np.bincount(student)
    rank = np.empty(len(student), dtype=np.intp)
    rank[order] = np.arange(len(student)) - np.repeat(np.cumsum(count) - count, count)
    return np.asarray(rank < np.floor(count * SHARE + 0.5)[student])


def _without_factors(known: pd.DataFrame, asked: pd.DataFrame) -> Floats:
    """Student, skill, item and student × skill effects alone."""
    model = CrossedResponseModel(CrossedSettings(factor_variances=(0.0,))).fit(known)
    return np.asarray(model.predict(asked)["probability"])


OTHERS: dict[str, Predict] = {
    "ours without factors": _without_factors,
    "share correct": lambda known, asked: share_correct(known, asked["content_id"]),
    "Rasch": lambda known, asked: new_items.chances(known, asked, None, "1pl"),
    "2PL (registered)": lambda known, asked: new_items.chances(known, asked, None, "2pl"),
}


def _ask_peers(
    first: pd.DataFrame,
    drawn: list[NDArray[np.bool_]],
    table: dict[str, list[Scores]],
    costs: dict[str, list[Cost]],
) -> list[str]:
    columns = {"student": "student_id", "item": "content_id", "skill": "skill_id"}
    codes = {name: pd.factorize(first[column])[0] for name, column in columns.items()}
    correct = first["correct"].to_numpy(dtype=np.float64)
    for seed, held in enumerate(drawn):
        for name in PEERS:
            said: dict[str, Any] | None = ask(
                "cognitive_diagnosis",
                **codes,
                correct=correct,
                held=held,
                model=np.array(name),
                seed=np.array(seed),
            )
            if said is None:
                return [MISSING]
            scores = scores_of(first[held], np.array(said["probability"]), seed)
            _note(table, costs, name, scores, Cost(said["cpu_seconds"]))
    return [f"{' and '.join(PEERS)} ran on {len(drawn)} of the seeds, the first."]


def scores_of(asked: pd.DataFrame, probability: Floats, seed: int) -> Scores:
    """`auc`, `ece` and, where there are copied students, `auc_without_copies`.

    Args:
        asked: `student_id`, `correct` and `copied`, a row an answer.
        probability: of a correct one; shape (rows,).
        seed: of the bootstrap.
    """
    label = asked["correct"].to_numpy(dtype=np.float64)
    students = asked["student_id"].to_numpy()

    def score(measure: Statistic, of: NDArray[np.bool_]) -> Estimate:
        given = (label[of], probability[of])
        return bootstrap(measure, *given, students=students[of], draws=100, seed=seed)

    everyone, copied = np.ones(len(asked), dtype=bool), asked["copied"].to_numpy()
    scores = {"auc": score(auc, everyone), "ece": score(expected_calibration_error, everyone)}
    return scores | ({"auc_without_copies": score(auc, ~copied)} if copied.any() else {})


def _note(
    table: dict[str, list[Scores]],
    costs: dict[str, list[Cost]],
    name: str,
    scores: Scores,
    cost: Cost,
) -> None:
    table.setdefault(name, []).append(scores)
    costs.setdefault(name, []).append(cost)


def _mean(each: list[Scores]) -> Scores:
    """Value, low and high of each score, averaged over the seeds."""
    return {
        name: Estimate(
            *(
                float(np.mean([getattr(scores[name], part) for scores in each]))
                for part in ("value", "low", "high")
            )
        )
        for name in each[0]
    }
