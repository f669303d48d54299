"""What students master at given moments, from the answers before each moment alone."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from learnloop.errors import DataError
from learnloop.mastery.network import Singles
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.sequences import Histories, days, encode, in_chunks, replay
from learnloop.mastery.state import Floats, Knowledge, Places

Ask = Callable[[Knowledge, Places, Floats], Floats | Singles]
"""(state, n rows of it, n moments in days) → (n, K)."""


def masteries_at(
    model: MasteryPredictor,
    attempts: pd.DataFrame,
    moments: pd.DataFrame,
    ask: Ask | None = None,
) -> Singles:
    """Per-skill mastery of students at moments.

    Args:
        model: fitted.
        attempts: answers (`learnloop.events.schema.Attempts`); those of students
            without a moment are left aside.
        moments: one row per moment: `student_id`, `as_of`. Only answers with
            `occurred_at` < `as_of` count, and days since practice run until `as_of`.
        ask: what to ask of the state at each moment; ``None`` asks for the masteries.

    Returns:
        (len(moments), K) in [0, 1], in the order of `model.skills`.

    Raises:
        DataError: an answer has no time, or a student's order contradicts the times.
    """
    ask = ask or model.masteries_of
    wanted = attempts[attempts["student_id"].isin(moments["student_id"])]
    histories, _ = encode(wanted, model.items)
    _check_times(histories, np.flatnonzero(attempts["student_id"].isin(moments["student_id"])))
    student = pd.Index(histories.students).get_indexer(pd.Index(moments["student_id"]))
    day = days(moments["as_of"])
    result = np.empty((len(moments), len(model.skills)), dtype=np.float32)

    strangers = np.flatnonzero(student < 0)
    blank = Knowledge.empty(1, len(model.skills))
    if len(strangers):
        result[strangers] = ask(blank, np.zeros(1, dtype=np.int64), np.full(1, np.nan))

    seen = _answers_before(histories, student, day)
    for first, chunk in in_chunks(histories, len(model.skills)):
        inside = (student >= first) & (student < first + len(chunk.students))
        rows = np.flatnonzero(inside)
        rows = rows[np.argsort(seen[rows], kind="stable")]
        ends = np.searchsorted(seen[rows], np.arange(chunk.length.max() + 2))
        state = Knowledge.empty(len(chunk.students), len(model.skills))
        for step, _, _ in replay(chunk, state):
            now = rows[ends[step] : ends[step + 1]]
            if len(now):
                result[now] = ask(state, student[now] - first, day[now])
    return result


def _answers_before(histories: Histories, student: Places, day: Floats) -> Places:
    """How many answers each moment's student had given before it."""
    owner = np.repeat(np.arange(len(histories.students)), histories.length)
    owners = np.concatenate([student, owner])
    when = np.concatenate([day, histories.answers.day])
    is_answer = np.concatenate([np.zeros(len(student)), np.ones(len(owner))])
    order = np.lexsort((is_answer, when, owners))
    passed = np.empty(len(order), dtype=np.int64)
    passed[order] = np.cumsum(is_answer[order])
    before = np.append(histories.start, 0)[student]
    return np.where(student < 0, -1, passed[: len(student)] - before)


def _check_times(histories: Histories, place: Places) -> None:
    """Order and times agree; `place` is each answer's 0-based row in the table given."""
    day = histories.answers.day
    if np.isnan(day).any():
        raise DataError(
            "answers without a time have no place before or after a moment.",
            file="attempts",
            column="occurred_at",
            remedy="Ask for masteries at moments only where times are known.",
        )
    first = np.zeros(len(day), dtype=bool)
    first[histories.start] = True
    back = np.flatnonzero((np.diff(day, prepend=0.0) < 0) & ~first)
    if len(back):
        raise DataError(
            "an answer comes before an earlier one of the same student.",
            file="attempts",
            column="occurred_at",
            rows=[int(place[row]) + 1 for row in histories.source[back[:5]]],
            remedy="Number `position` in order of time.",
        )
