"""Times a candidate's answers, and scores the champion as the candidate was scored."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from learnloop.errors import ModelError
from learnloop.model import Model
from learnloop.splits import Split
from pipelines.release.datasets import Champion
from pipelines.release.rooms import Room
from pipelines.release.settings import ReleaseParameters

_NOT_NEEDED = (Split.AUDIT, Split.REFERENCE)


def examine(
    plan: dict[str, Any],
    champion: Champion,
    model: Model,
    release: ReleaseParameters,
    *tables: Any,
    room: Room,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Both models on the test students: how fast one is, what the other would have said.

    Args:
        plan: from `plan_version`.
        champion: the model to beat, if there is one.
        model: the candidate.
        release: how many students are timed.
        tables: those of `room`.
        room: the model's.

    Returns:
        The champion's score table, empty when there is none to compare with; and
        ``seconds`` per call of the candidate, with ``champion_problem``, why the champion
        could not be scored.

    Raises:
        ModelError: the candidate is the champion, and the champion's files cannot be read.
    """
    if plan["rule"] == "settled":
        _require_readable(plan, champion)
        return pd.DataFrame(), {"seconds": [], "champion_problem": None}
    kept = [_without_audit(table) for table in tables]
    seconds = _time_answers(
        partial(room.answering, model),
        _of_test(room.examples(*kept)),
        release.timed_students,
    )
    scores, problem = pd.DataFrame(), champion.problem
    if champion.model is not None:
        try:
            scores = _of_test(room.scoring(champion.model, *kept))
        except Exception as error:  # another contract may fail in any way
            problem = f"{type(error).__name__}: {error}"
    return scores, {"seconds": seconds, "champion_problem": problem}


def _require_readable(plan: dict[str, Any], champion: Champion) -> None:
    """A champion that no service could load must not read as one that passed."""
    if champion.model is None:
        raise ModelError(
            f"{plan['name']} {plan['champion']} is champion, but the files of it cannot be "
            f"read ({champion.problem}). Put the folder back where it was (a registry cannot "
            "be moved), or move the whole of mlflow/ away to begin a new registry."
        )


def _without_audit(table: pd.DataFrame) -> pd.DataFrame:
    if "split" not in table.columns:
        return table
    return table[~table["split"].isin(_NOT_NEEDED)].reset_index(drop=True)


def _of_test(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["split"] == Split.TEST].reset_index(drop=True)


def _time_answers(
    answer: Callable[[pd.DataFrame], object],
    examples: pd.DataFrame,
    students: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Seconds of one `answer` per student, with all of the student's examples."""
    if examples.empty:
        return []
    grouped = [rows for _, rows in examples.groupby("student_id", sort=True)][:students]
    answer(grouped[0])
    seconds = []
    for rows in grouped:
        begun = clock()
        answer(rows)
        seconds.append(clock() - begun)
    return seconds
