"""What students master at given moments, from the answers before each moment alone."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from learnloop.errors import DataError
from learnloop.mastery.items import ItemBank
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.sequences import Histories, days, encode, in_chunks, replay
from learnloop.mastery.state import Knowledge
from learnloop.mastery.traits import Floats, Places, Singles

Ask = Callable[[Knowledge, Places, Floats], Floats | Singles]
"""(state, n rows of it, n moments in days) → (n, K)."""


def masteries_at(
    model: MasteryPredictor, attempts: pd.DataFrame, moments: pd.DataFrame
) -> Singles:
    """Per-skill mastery of students at moments: `states_at`, asked for the masteries."""
    return states_at(model.items, attempts, moments, model.masteries_of)


def states_at(
    bank: ItemBank, attempts: pd.DataFrame, moments: pd.DataFrame, ask: Ask
) -> Singles:
    """What the states of students at moments answer, skill by skill.

    Args:
        bank: of the items and skills.
        attempts: answers (`learnloop.events.schema.Attempts`); those of students
            without a moment are left aside.
        moments: one row per moment: `student_id`, `as_of`. Only answers with
            `occurred_at` < `as_of` count, and days since practice run until `as_of`.
        ask: what to ask of the state at each moment.

    Returns:
        (len(moments), K), in the order of the bank's skills.

    Raises:
        DataError: an answer has no time, or a student's order contradicts the times.
    """
    wanted = attempts[attempts["student_id"].isin(moments["student_id"])]
    histories, _ = encode(wanted, bank)
    _check_times(histories, np.flatnonzero(attempts["student_id"].isin(moments["student_id"])))
    student = pd.Index(histories.students).get_indexer(pd.Index(moments["student_id"]))
    day = days(moments["as_of"])
    result = np.empty((len(moments), len(bank.skills)), dtype=np.float32)

    strangers = np.flatnonzero(student < 0)
    traits = histories.answers.slopes.shape[1]
    blank = Knowledge.empty(1, len(bank.skills), traits)
    if len(strangers):
        result[strangers] = ask(blank, np.zeros(1, dtype=np.int64), np.full(1, np.nan))

    seen = _answers_before(histories, student, day)
    for first, chunk in in_chunks(histories, bank):
        inside = (student >= first) & (student < first + len(chunk.students))
        rows = np.flatnonzero(inside)
        rows = rows[np.argsort(seen[rows], kind="stable")]
        ends = np.searchsorted(seen[rows], np.arange(chunk.length.max() + 2))
        state = Knowledge.empty(len(chunk.students), len(bank.skills), traits)
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
