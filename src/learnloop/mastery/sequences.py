"""Turns tables of answers into arrays and replays them, student beside student."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learnloop.mastery.items import ItemBank
from learnloop.mastery.state import Answers, Knowledge, update
from learnloop.mastery.traits import Floats, Places
from learnloop.model import moments, numbers, refuse, refuse_missing, require

COLUMNS = ("student_id", "content_id", "skill_id", "correct", "occurred_at", "position")
"""Of a table of answers."""
MICROSECONDS_A_DAY = 86_400_000_000
STATE_CELLS = 500_000
"""Numbers of a state replayed at once, skills and covariances together: some 20 MB."""


@dataclass(frozen=True)
class Histories:
    """Answers of many students, those of one student together and in order."""

    students: list[str]
    """Ids in order; a student's number is the place in it."""
    start: Places
    """(S,) where each student's answers begin."""
    length: Places
    """(S,) how many answers each student gave."""
    source: Places
    """(n,) the row of the table that each answer came from."""
    answers: Answers
    """(n,) the answers."""

    def between(self, first: int, stop: int) -> "Histories":
        """The histories of students number `first` up to, not including, `stop`."""
        begin = int(self.start[first])
        end = int(self.start[stop - 1] + self.length[stop - 1])
        return Histories(
            self.students[first:stop],
            self.start[first:stop] - begin,
            self.length[first:stop],
            self.source[begin:end],
            self.answers.at(np.arange(begin, end)),
        )


def days(times: pd.Series) -> Floats:
    """Days since 1970 (UTC) of timestamps; NaN where there is none.

    Raises:
        ModelError: one is no time, or has no time zone.
    """
    stamps = moments(times)
    whole = stamps.astype("int64").to_numpy() / MICROSECONDS_A_DAY
    return np.where(stamps.isna().to_numpy(), np.nan, whole)


def check(examples: pd.DataFrame) -> None:
    """Checks a table of answers, but for the times, which `days` reads.

    Raises:
        ModelError: a column is missing; an id is null; `correct` is neither true nor false;
            `position` is no number, or stands twice for one student; `studied` is no count.
    """
    require(examples, COLUMNS)
    for column in ("student_id", "content_id", "skill_id"):
        refuse_missing(examples[column])
    correct, position = examples["correct"], examples["position"]
    refuse(correct, ~correct.isin([0, 1]), "true or false (either, if not answered yet)")
    refuse(position, ~np.isfinite(numbers(position)), "a number")
    twice = examples.duplicated(["student_id", "position"])
    refuse(position, twice, "another for each answer of a student")
    if "studied" in examples:
        studied = numbers(examples["studied"])
        whole = (studied >= 0) & np.isfinite(studied) & (np.floor(studied) == studied)
        refuse(examples["studied"], ~whole, "a count")


def order(student_ids: pd.Series, position: pd.Series) -> tuple[list[str], Places, Places]:
    """How to sort rows by student and position.

    Returns:
        Sorted student ids, the number of each row's student, and the sorting order.
    """
    numbers, names = pd.factorize(student_ids, sort=True)
    places = np.lexsort((pd.to_numeric(position).to_numpy(), numbers))
    return [str(name) for name in names], numbers.astype(np.int64), places


def replay(histories: Histories, state: Knowledge) -> Iterator[tuple[int, Places, Places]]:
    """Plays the k-th answers of all students, k = 0, 1, …, in lockstep.

    Yields:
        k, the students who give a k-th answer, and the places of these answers in
        `histories.answers`. While the caller has the turn, `state` holds exactly the first k
        answers of every student who gave at least k; then the k-th are taken in. A last turn
        without answers follows, so that every end is seen.
    """
    by_length = np.argsort(-histories.length, kind="stable")
    longest = int(histories.length.max(initial=0))
    still = np.searchsorted(-histories.length[by_length], -np.arange(longest + 1), side="left")
    for step in range(longest + 1):
        students = by_length[: still[step]]
        places = histories.start[students] + step
        yield step, students, places
        update(state, students, histories.answers.at(places))


def encode(examples: pd.DataFrame, bank: ItemBank) -> tuple[Histories, Floats]:
    """Histories of the students in a table of answers.

    Args:
        examples: one row per answer: `student_id`, `content_id`, `skill_id`, `correct`,
            `occurred_at` (may be null), `position`; `studied` is 0 where it is missing.
        bank: looks the items up.

    Returns:
        The histories, and (n, len(ITEM_INPUTS)) parameters of the items in their order.

    Raises:
        ModelError: `check` and `days` say when.
    """
    check(examples)
    students, numbers, places = order(examples["student_id"], examples["position"])
    skill, items, slopes = bank.look_up(examples["content_id"], examples["skill_id"])
    items = items[places]
    length = np.bincount(numbers, minlength=len(students)).astype(np.int64)
    answers = Answers(
        skill=skill[places],
        correct=examples["correct"].to_numpy(float)[places],
        hardness=items[:, 0],
        slopes=slopes[places],
        day=days(examples["occurred_at"])[places],
        studied=_studied(examples)[places],
    )
    start = np.cumsum(length) - length
    return Histories(students, start, length, places, answers), items


def _studied(examples: pd.DataFrame) -> Places:
    if "studied" not in examples:
        return np.zeros(len(examples), dtype=np.int64)
    return numbers(examples["studied"]).astype(np.int64)


def in_chunks(histories: Histories, bank: ItemBank) -> Iterator[tuple[int, Histories]]:
    """Splits many students so that the state of one chunk stays small.

    Yields:
        The number of the chunk's first student, and the chunk.
    """
    traits = histories.answers.slopes.shape[1]
    size = max(1, STATE_CELLS // (len(bank.skills) + 1 + traits**2))
    for first in range(0, len(histories.students), size):
        yield first, histories.between(first, min(first + size, len(histories.students)))
