"""Replays the log through the recurrences, all students in lockstep."""

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from learnloop.errors import PointInTimeError
from learnloop.events.schema import Verb
from learnloop.features import recurrences
from learnloop.features.recurrences import Ints, Moments, RealtimeState
from learnloop.features.windows import as_table

STUDENTS_AT_ONCE = 10_000
"""Bounds the memory: about 1.4 kB of state and 20 kB of log a student and term."""


def student_realtime(events: ir.Table, snapshots: pd.DataFrame) -> pd.DataFrame:
    """View `student_realtime`: the real-time features of students at given times.

    Args:
        events: the log.
        snapshots: columns `student_id` and `as_of`; each pair once.

    Returns:
        One row per snapshot, `event_timestamp` is its `as_of`; events at or after it do
        not count. Sorted by student and time.
    """
    asked = (
        snapshots[["student_id", "as_of"]]
        .sort_values(["student_id", "as_of"], ignore_index=True)
        .rename(columns={"as_of": "event_timestamp"})
        .astype({"event_timestamp": "datetime64[us, UTC]"})
    )
    who_asks, roster = pd.factorize(asked["student_id"])
    when = recurrences.microseconds(asked["event_timestamp"])
    parts = [recurrences.value(recurrences.init(0), slice(0, 0), when[:0])]
    for first in range(0, len(roster), STUDENTS_AT_ONCE):
        some = roster[first : first + STUDENTS_AT_ONCE]
        who, log = read_log(events, pd.Index(some))
        low, high = np.searchsorted(who_asks, [first, first + len(some)])
        parts.append(_replay(log, who, when[low:high], who_asks[low:high] - first))
    values = pd.concat(parts[1:] or parts, ignore_index=True)
    return pd.concat([asked, values], axis=1)


def read_log(events: ir.Table, roster: pd.Index) -> tuple[Ints, Moments]:
    """The events of the students in `roster`, by student and then by time.

    Returns:
        Place of each event's student in `roster`, and the events. Where two events of a
        student carry the same time, their order depends on what they are, never on how
        the engine read them.
    """
    places = as_table(pd.DataFrame({"student_id": roster, "place": np.arange(len(roster))}))
    table = (
        events.join(places, "student_id")
        .select(
            "place",
            "session_id",
            "occurred_at",
            "duration_s",
            answered=events.verb == Verb.ANSWERED.value,
            active=events.verb != Verb.OPENED_SESSION.value,
        )
        .to_pyarrow()
    )
    who = table["place"].to_numpy()
    log = Moments(
        at=table["occurred_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(),
        session=_codes(table["session_id"]),
        duration=recurrences.duration_us(table["duration_s"].to_numpy().astype(np.float64)),
        answered=table["answered"].to_numpy(),
        active=table["active"].to_numpy(),
    )
    order = np.lexsort((log.answered, log.duration, log.session, log.at, who))
    return who[order], log[order]


def _codes(session_ids: pa.ChunkedArray) -> Ints:
    """`session_codes` of a column, hashing each distinct id once."""
    encoded = session_ids.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_numpy(zero_copy_only=False).astype(object)
    codes: Ints = recurrences.session_codes(names)[encoded.indices.to_numpy()]
    return codes


def replay(log: Moments, who: Ints, students: int) -> RealtimeState:
    """The state of `students` students after all their events.

    Args:
        log: events sorted by student and then by time, as `read_log` gives them.
        who: place of each event's student, in 0..students-1.
    """
    nobody = np.zeros(0, dtype=np.int64)
    state = recurrences.init(students)
    for places, entry in _rounds(who, log.at, who[:0], nobody, students):
        recurrences.update(state, places, log[entry])
    return state


def _rounds(
    who: Ints, at: Ints, who_asks: Ints, when: Ints, students: int
) -> list[tuple[Ints, Ints]]:
    """The k-th entry, event or question, of every student, for k = 0, 1, 2, ….

    Returns:
        A pair per k: places of the students who have a k-th entry, and those entries;
        numbers from `len(who)` on are questions.
    """
    entries, times = np.concatenate([who, who_asks]), np.concatenate([at, when])
    is_event = np.arange(len(entries)) < len(who)
    # At equal times the question comes first: what happens then is not known before.
    # Events are sorted already, and the sort is stable, so they keep their order.
    order = np.lexsort((is_event, times, entries))
    counts = np.bincount(entries, minlength=students)
    starts = np.cumsum(counts) - counts
    ranked = np.argsort(-counts, kind="stable")
    fewest_first = np.sort(counts)
    rounds = []
    for k in range(int(counts.max(initial=0))):
        still = students - int(np.searchsorted(fewest_first, k, side="right"))
        rounds.append((ranked[:still], order[starts[ranked[:still]] + k]))
    return rounds


def _replay(log: Moments, who: Ints, when: Ints, who_asks: Ints) -> pd.DataFrame:
    """Values at `when` for students `who_asks`, from the events of students `who`."""
    students = int(max(who.max(initial=-1), who_asks.max(initial=-1))) + 1
    state = recurrences.init(students)
    answers: list[pd.DataFrame] = []
    asked: list[NDArray[np.int64]] = []
    for places, entry in _rounds(who, log.at, who_asks, when, students):
        event = entry < len(who)
        recurrences.update(state, places[event], log[entry[event]])
        if not event.all():
            questions = entry[~event] - len(who)
            answers.append(recurrences.value(state, places[~event], when[questions]))
            asked.append(questions)
    found = pd.concat(answers, ignore_index=True)
    found.index = pd.Index(np.concatenate(asked))
    return found.sort_index()


def online_value(state: RealtimeState, place: int, now: pd.Timestamp) -> pd.DataFrame:
    """The real-time features of one student, as a service computes them.

    Raises:
        PointInTimeError: the state holds an event at or after `now`, which batch would not
            count.
    """
    at = recurrences.microseconds(pd.Series([now]))
    if state.recent.last[place] >= at[0]:
        raise PointInTimeError(f"The state has seen events until {now}; ask for a later time.")
    return recurrences.value(state, np.array([place]), at)
