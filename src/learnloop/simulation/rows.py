"""Simulated events as bare arrays, before they become a table."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from learnloop.events.schema import Verb
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import Ints
from learnloop.simulation.outcomes import Outcome

VERBS = tuple(Verb)
OPENED = VERBS.index(Verb.OPENED_SESSION)
VERB_OF_KIND = np.array(
    [VERBS.index(verb) for verb in (Verb.WATCHED, Verb.READ, Verb.INTERACTED, Verb.ANSWERED)]
)
"""The verb that goes with each of `items.TYPES`."""
VERB_OF_SOCIAL = np.array(
    [VERBS.index(verb) for verb in (Verb.POSTED, Verb.REPLIED, Verb.COLLABORATED)]
)
MOMENTS = 32
"""Numbers reserved for the events, and for the sessions, of a student's day."""


@dataclass(frozen=True)
class Rows:
    """Events as arrays, one entry per event."""

    student: Ints
    day: Ints
    second: Floats
    """Seconds since the student's midnight at which the event was over."""
    moment: Ints
    """Unique number of the event within the student's term."""
    sitting: Ints
    """Number of the session within the student's term."""
    device: Ints
    """Place in `events.Device`."""
    verb: Ints
    """Place in `VERBS`."""
    item: Ints
    """-1 outside content."""
    skill: Ints
    """Skill that a social event is about, else -1."""
    correct: NDArray[np.int8]
    """-1 where nothing was asked."""
    progress: Floats
    """NaN where there is none; so too `duration_s`."""
    duration_s: Floats
    hints: NDArray[np.int16]
    """-1 where nothing was asked."""

    def __len__(self) -> int:
        return self.student.size


@dataclass(frozen=True)
class Stand:
    """Who does something now, and where they stand in the day; one entry per student."""

    day: int
    moment: int
    """Number of the moment within the day, below `MOMENTS`."""
    student: Ints
    second: Floats
    sitting: Ints
    """Number of the session within the day, below `MOMENTS`."""
    device: Ints

    def where(self, mask: NDArray[np.bool_]) -> "Stand":
        """Only some of the students."""
        return Stand(
            self.day,
            self.moment,
            self.student[mask],
            self.second[mask],
            self.sitting[mask],
            self.device[mask],
        )


def opened_sessions(stand: Stand) -> Rows:
    """One `opened_session` each."""
    return _rows(stand, np.full_like(stand.student, OPENED))


def worked_on_items(stand: Stand, kind: Ints, item: Ints, outcome: Outcome) -> Rows:
    """One watched, read, interacted or answered each; `stand.second` is when it began."""
    size = stand.student.size
    return _rows(
        stand,
        VERB_OF_KIND[kind],
        item=item,
        skill=np.full(size, -1),
        correct=outcome.correct,
        progress=outcome.progress,
        duration_s=outcome.duration_s,
        hints=outcome.hints,
    )


def social_acts(stand: Stand, act: Ints, skill: Ints, duration_s: Floats) -> Rows:
    """One post (`act` 0), reply (1) or work with a peer (2) each, about a skill."""
    return _rows(stand, VERB_OF_SOCIAL[act], skill=skill, duration_s=duration_s)


def _rows(
    stand: Stand,
    verb: Ints,
    *,
    item: Ints | None = None,
    skill: Ints | None = None,
    correct: NDArray[np.int8] | None = None,
    progress: Floats | None = None,
    duration_s: Floats | None = None,
    hints: NDArray[np.int16] | None = None,
) -> Rows:
    """Fills in what a verb does not have."""
    size = stand.student.size
    missing = np.full(size, np.nan)
    return Rows(
        student=stand.student,
        day=np.full(size, stand.day),
        second=stand.second if duration_s is None else stand.second + duration_s,
        moment=np.full(size, stand.day * MOMENTS + stand.moment),
        sitting=stand.day * MOMENTS + stand.sitting,
        device=stand.device,
        verb=verb,
        item=np.full(size, -1) if item is None else item,
        skill=np.full(size, -1) if skill is None else skill,
        correct=np.full(size, -1, dtype=np.int8) if correct is None else correct,
        progress=missing if progress is None else progress,
        duration_s=missing if duration_s is None else duration_s,
        hints=np.full(size, -1, dtype=np.int16) if hints is None else hints,
    )


def join_rows(parts: Sequence[Rows]) -> Rows:
    """All rows in one, in the order given."""
    return Rows(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Rows)
        }
    )
