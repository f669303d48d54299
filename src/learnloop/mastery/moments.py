"""What students master at given moments, from the answers before each moment alone."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import DataError
from learnloop.mastery.intervals import ends_of
from learnloop.mastery.items import ItemBank
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.sequences import Histories, days, encode, in_chunks, replay
from learnloop.mastery.state import MOST_STUDIED, Knowledge
from learnloop.mastery.traits import Floats, Places, Singles

Ask = Callable[[Knowledge, Places, Floats], Floats | Singles | Places]
"""(state, n rows of it, n moments in days) → (n, K)."""


def masteries_at(
    model: MasteryPredictor,
    attempts: pd.DataFrame,
    moments: pd.DataFrame,
    studies: pd.DataFrame | None = None,
) -> Singles:
    """Per-skill mastery of students at moments: `states_at`, asked for the masteries."""
    return states_at(model.items, attempts, moments, model.masteries_of, studies)


def intervals_at(
    model: MasteryPredictor,
    attempts: pd.DataFrame,
    moments: pd.DataFrame,
    studies: pd.DataFrame | None = None,
) -> tuple[Singles, Singles]:
    """The ends of the 95 % intervals of `masteries_at`, each (len(moments), K) in [0, 1]."""

    def answers(state: Knowledge, students: Places, _: Floats) -> Floats:
        return state.skill_answers[students, :-1].astype(float)

    given = states_at(model.items, attempts, moments, answers, studies).astype(np.int64)
    mastery = masteries_at(model, attempts, moments, studies)
    return ends_of(mastery, given, model.logit_variances)


def states_at(
    bank: ItemBank,
    attempts: pd.DataFrame,
    moments: pd.DataFrame,
    ask: Ask,
    studies: pd.DataFrame | None = None,
) -> Singles:
    """What the states of students at moments answer, skill by skill.

    Args:
        bank: of the items and skills.
        attempts: answers (`learnloop.events.schema.Attempts`); those of students
            without a moment are left aside.
        moments: one row per moment: `student_id`, `as_of`. Only answers with
            `occurred_at` < `as_of` count, and days since practice run until `as_of`.
        ask: what to ask of the state at each moment.
        studies: `learnloop.events.schema.Studies`; those before `as_of` count. ``None``
            knows what the answers tell of them.

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
    studied = None if studies is None else _studied_before(studies, moments, bank)
    if len(strangers):
        blank = Knowledge.empty(len(strangers), len(bank.skills), traits)
        if studied is not None:
            blank.skill_studied[:, :-1] = studied[strangers]
        nobody = np.full(len(strangers), np.nan)
        result[strangers] = ask(blank, np.arange(len(strangers)), nobody)
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
                asked = state.of(student[now] - first)
                if studied is not None:
                    asked.skill_studied[:, :-1] = studied[now]
                result[now] = ask(asked, np.arange(len(now)), day[now])
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


def _studied_before(
    studies: pd.DataFrame, moments: pd.DataFrame, bank: ItemBank
) -> NDArray[np.int32]:
    """(len(moments), K) how often each moment's student had studied each skill before it."""
    skill = pd.Index(bank.skills).get_indexer(pd.Index(studies["skill_id"]))
    asked = moments[["student_id", "as_of"]].assign(row=np.arange(len(moments)))
    asked = asked.sort_values(["as_of", "student_id"], kind="stable")
    first = pd.merge_asof(
        studies[["student_id", "occurred_at"]]
        .assign(skill=skill)[skill >= 0]
        .sort_values("occurred_at"),
        asked.rename(columns={"as_of": "occurred_at"}).sort_values("occurred_at"),
        on="occurred_at",
        by="student_id",
        direction="forward",
        allow_exact_matches=False,
    ).dropna(subset="row")
    new = np.zeros((len(moments), len(bank.skills)), dtype=np.int32)
    np.add.at(new, (first["row"].to_numpy(np.int64), first["skill"].to_numpy()), 1)
    in_order = moments["student_id"].reset_index(drop=True).iloc[asked["row"]]
    summed = pd.DataFrame(new[asked["row"]]).groupby(in_order.to_numpy()).cumsum().to_numpy()
    counts = np.empty_like(new)
    counts[asked["row"]] = np.minimum(summed, MOST_STUDIED)
    return counts


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
