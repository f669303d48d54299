"""Which students teach and which are asked about: never one on both sides."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from benchmarks.intervention.plain import plain_columns
from learnloop.datasets.oulad import Oulad
from learnloop.errors import DataError
from learnloop.intervene.enrolments import CLASS, FOLDS, KEYS, examples_at
from learnloop.splits import fold_of

Predict = Callable[[pd.DataFrame, pd.DataFrame, int], pd.DataFrame]
"""Rows to learn from, rows to score and a seed to a table with ``risk`` in [0, 1]."""


@dataclass(frozen=True)
class Case:
    """One seed of a protocol."""

    seed: int
    parts: list[tuple[pd.DataFrame, pd.DataFrame]]
    """Rows to learn from and rows to score, which follow each other in `rows`."""


def cases_of(
    train: Oulad, test: Oulad | None, day: int, presentation: str | None, seeds: int
) -> tuple[str, list[Case]]:
    """What the protocol is, in words, and its cases.

    Args:
        train: data to learn from, and to be tested on where there is no other.
        test: other data to be tested on.
        day: of the course.
        presentation: tested by a fit to those before it.
        seeds: how many divisions into folds.

    Raises:
        DataError: there is no such presentation, or nobody is left to learn from or to
            ask about.
    """
    known = _examples(train, day)
    _require(known, "learn from", day)
    if presentation is None and test is None:
        return f"{FOLDS} folds by student over {_named(known)}.", [
            Case(seed, _folds(known, seed)) for seed in range(seeds)
        ]
    asked = known if test is None else _examples(test, day)
    if presentation is not None:
        _require_presentation(asked, presentation)
        asked = asked[asked["presentation"] == presentation]
        known = known[known["presentation"] < presentation]
    elif not (new := asked[~_classes(asked).isin(_classes(known))]).empty:
        asked = new
    known = known[~known["student_id"].isin(asked["student_id"])]
    _require(known, "learn from", day)
    _require(asked, "ask about", day)
    words = f"Learned from {_named(known)}, tested on {_named(asked)}, no student in both."
    return words, [Case(seed, [(known, asked)]) for seed in range(seeds)]


def _require_presentation(rows: pd.DataFrame, name: str) -> None:
    known = sorted(rows["presentation"].unique())
    if name not in known:
        raise DataError(
            f"there is no presentation '{name}'.", remedy=f"Known: {', '.join(known)}."
        )


def _require(rows: pd.DataFrame, what: str, day: int) -> None:
    if rows.empty:
        raise DataError(
            f"there is nobody to {what} on day {day}.",
            remedy="Give folders with different students, or another --test-presentation "
            "or --day.",
        )


def score(case: Case, predict: Predict) -> pd.DataFrame:
    """Who was asked about, with ``label`` and what `predict` says of them."""
    found = [
        pd.concat([asked[[*KEYS, "label"]], predict(known, asked, case.seed)], axis=1)
        for known, asked in case.parts
    ]
    return pd.concat(found).sort_values(KEYS, ignore_index=True)


def _examples(data: Oulad, day: int) -> pd.DataFrame:
    tables = data.enrolments, data.assessments, data.submissions
    signals = examples_at(*tables, day, test_presentation="")
    return signals.merge(plain_columns(*tables, day), on=KEYS)


def _folds(rows: pd.DataFrame, seed: int) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    purpose = f"-{seed}" if seed else ""
    fold = rows["student_id"].map(lambda student: fold_of(student, FOLDS, purpose))
    return [(rows[fold != held], rows[fold == held]) for held in sorted(set(fold))]


def _classes(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[CLASS])


def _named(rows: pd.DataFrame) -> str:
    counted = rows.groupby("presentation").size()
    return ", ".join(f"{name} ({count:,} enrolments)" for name, count in counted.items())
