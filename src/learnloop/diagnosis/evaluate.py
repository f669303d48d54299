"""How often the gaps that are named are those that truly hold a student back.

A case is a skill that a student has answered wrongly. Its true gap is the direct prerequisite
that explains most of the errors, where it explains at least `GapSettings.explains` of them;
else it has none. Precision is the share of the named gaps that are the true one of their case,
recall the share of the true gaps that are named. The truth alone says which gaps there are: one
that the candidates lack counts as missed.
"""

import numpy as np
import pandas as pd

from learnloop.diagnosis.beliefs import Floats
from learnloop.diagnosis.gaps import GAP, LEARNT, UNSURE, ends_of_chains
from learnloop.diagnosis.settings import GapSettings
from learnloop.evaluation import Statistic, bootstrap, expected_calibration_error

KEYS = ["student_id", "skill_id"]
BELOW = 0.7
"""Believed mastery under which a baseline takes a prerequisite to be missing: its best F1 on
validation students of the campus."""


def judge_gaps(
    found: pd.DataFrame,
    decided: pd.DataFrame,
    truth: pd.DataFrame,
    settings: GapSettings,
    draws: int = 300,
    seed: int = 0,
) -> dict[str, object]:
    """Precision, recall and F1 with 95 % intervals over students, beside three baselines.

    Args:
        found: `candidates` of the students judged.
        decided: `decide` of the same.
        truth: `student_id`, `skill_id`, `requires_skill_id`, `explained` of all cases and all
            their prerequisites, whether among `found` or not; cases without a row are taken to
            have no gap.
        settings: what counts as explaining.
        draws: bootstrap samples.
        seed: of these, and of the random baseline.
    """
    true = _true_gaps(truth, settings)
    pairs = found.dropna(subset=["requires_skill_id"])
    key = [*KEYS, "requires_skill_id"]
    # What the candidates lack comes last in every ranking.
    every = pairs[[*key, "confidence", "gap_mastery"]].merge(
        truth[[*key, "explained"]], on=key, how="outer"
    )
    every = every.fillna({"confidence": 0.0, "gap_mastery": 1.0, "explained": 0.0})
    label = (every["explained"] >= settings.explains).to_numpy(float)
    named = decided[decided["verdict"] == GAP]
    rng = np.random.default_rng(seed)
    lowest = pairs.sort_values("gap_mastery").drop_duplicates(KEYS)
    others = {
        "lowest believed prerequisite": lowest,
        "lowest, if believed below a limit": lowest[lowest["gap_mastery"] < BELOW],
        "random prerequisite": pairs.iloc[rng.permutation(len(pairs))].drop_duplicates(KEYS),
    }
    open_cases = decided["verdict"] != LEARNT

    def judged(answers: pd.DataFrame) -> dict[str, dict[str, float]]:
        return _scores(decided, answers, true, "requires_skill_id", draws, seed)

    students = every["student_id"].to_numpy()
    score, plain = every["confidence"].to_numpy(), -every["gap_mastery"].to_numpy()

    def ranked(statistic: Statistic, *columns: Floats) -> dict[str, float]:
        return bootstrap(
            statistic, label, *columns, students=students, draws=draws, seed=seed
        ).as_dict()

    ranking = {
        "confidence": ranked(average_precision, score),
        "low mastery of the prerequisite": ranked(average_precision, plain),
        "gain": ranked(_ranking_gain, score, plain),
    }
    ece = bootstrap(
        expected_calibration_error,
        label,
        score,
        students=students,
        draws=draws,
        seed=seed,
    )
    return {
        "headline": "f1",
        "cases": len(decided),
        "students": int(decided["student_id"].nunique()),
        "true_gaps": len(true),
        "true_gaps_no_candidate": int(len(true) - len(true.merge(pairs[key], on=key))),
        "named": len(named),
        "undecided": float((decided["verdict"] == UNSURE).mean()),
        "open_cases": int(open_cases.sum()),
        "scores": judged(named) | {"ece": ece.as_dict()},
        "gains": {
            name: _gain(decided, named, answers, true, draws, seed)
            for name, answers in others.items()
        },
        "begin_with": _scores(decided, named, true, "begin_with", draws, seed),
        "baselines": {name: judged(answers) for name, answers in others.items()},
        "average_precision": ranking,
        "share_of_pairs_that_explain": float(label.mean()) if len(label) else float("nan"),
        "notes": [
            "Students of the split `test` only. A case is a skill answered wrongly at least "
            f"once; its true gap explains at least {settings.explains:.0%} of the wrong "
            "answers to be expected (learnloop.simulation.gaps), of all prerequisites, "
            "candidates or not.",
            "average_precision: over all prerequisites of all cases, without a limit; those "
            "that are no candidates come last.",
        ],
    }


def _true_gaps(truth: pd.DataFrame, settings: GapSettings) -> pd.DataFrame:
    """The true gap of each case that has one, and the end of its chain."""
    most = truth.sort_values("explained", ascending=False).drop_duplicates(KEYS)
    gaps = most[most["explained"] >= settings.explains].reset_index(drop=True)
    return gaps.assign(begin_with=ends_of_chains(gaps))


def _scores(
    cases: pd.DataFrame,
    named: pd.DataFrame,
    true: pd.DataFrame,
    column: str,
    draws: int,
    seed: int,
) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of the answers in `column`, from counts per student."""
    students, counts = _counts(cases, named, true, column)
    statistics: dict[str, Statistic] = {"precision": _precision, "recall": _recall, "f1": _f1}
    return {
        name: bootstrap(statistic, *counts, students=students, draws=draws, seed=seed).as_dict()
        for name, statistic in statistics.items()
    }


def _counts(
    cases: pd.DataFrame, named: pd.DataFrame, true: pd.DataFrame, column: str
) -> tuple[list[str], list[Floats]]:
    """Students, and for each the answers that are right, those given and the true gaps."""
    both = named.merge(true, on=KEYS, suffixes=("", "_true"))
    hits = both[both[column] == both[f"{column}_true"]]
    students = sorted({*cases["student_id"], *true["student_id"]})
    tables = (hits, named, true)
    sizes = [t.groupby("student_id").size().reindex(students, fill_value=0) for t in tables]
    return students, [np.asarray(size, dtype=np.float64) for size in sizes]


def _gain(
    cases: pd.DataFrame,
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    true: pd.DataFrame,
    draws: int,
    seed: int,
) -> dict[str, float]:
    """F1 of ours less that of theirs, on the same resampled students."""
    students, counts = _counts(cases, ours, true, "requires_skill_id")
    _, others = _counts(cases, theirs, true, "requires_skill_id")

    def difference(*columns: Floats) -> float:
        hits, named, true, their_hits, their_named, _, weight = columns
        return _f1(hits, named, true, weight) - _f1(their_hits, their_named, true, weight)

    pair = [*counts, *others]
    return bootstrap(difference, *pair, students=students, draws=draws, seed=seed).as_dict()


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")


def _precision(hits: Floats, named: Floats, true: Floats, weight: Floats) -> float:  # noqa: ARG001
    return _ratio(float(hits @ weight), float(named @ weight))


def _recall(hits: Floats, named: Floats, true: Floats, weight: Floats) -> float:  # noqa: ARG001
    return _ratio(float(hits @ weight), float(true @ weight))


def _f1(hits: Floats, named: Floats, true: Floats, weight: Floats) -> float:
    return _ratio(2 * float(hits @ weight), float((named + true) @ weight))


def average_precision(label: Floats, score: Floats, weight: Floats) -> float:
    """Mean precision at each explaining prerequisite, from the likeliest down."""
    from sklearn.metrics import average_precision_score

    if not (label * weight).any():
        return float("nan")
    return float(average_precision_score(label, score, sample_weight=weight))


def _ranking_gain(label: Floats, ours: Floats, theirs: Floats, weight: Floats) -> float:
    return average_precision(label, ours, weight) - average_precision(label, theirs, weight)
