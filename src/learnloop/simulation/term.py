"""One term of a block of students, simulated day by day with whole arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learnloop.simulation import choices, outcomes, rates, wellbeing
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Floats, uniforms
from learnloop.simulation.items import Ints
from learnloop.simulation.knowledge import Knowledge
from learnloop.simulation.people import People
from learnloop.simulation.rows import (
    MOMENTS,
    Rows,
    Stand,
    opened_sessions,
    social_acts,
    worked_on_items,
)
from learnloop.simulation.settings import CampusSettings

LAST_START_S = 22 * 3600.0
"""Local second after which nothing is begun. As nothing takes more than an hour, no session
reaches 23:00, so that clocks that change at night never move work into another day."""
_PAUSES_UNTIL_S = 18 * 3600.0
_DAY_DRAWS = 8
_SLOT_DRAWS = choices.DRAWS + outcomes.DRAWS + 5


@dataclass(frozen=True)
class _Sitters:
    """Students at work today, one entry each."""

    student: Ints
    course: Ints
    device: Ints
    length: Ints
    clock: Floats
    sitting: Ints

    def where(self, mask: NDArray[np.bool_]) -> "_Sitters":
        return _Sitters(
            self.student[mask],
            self.course[mask],
            self.device[mask],
            self.length[mask],
            self.clock[mask],
            self.sitting[mask],
        )

    def stand(self, day: int, moment: int) -> Stand:
        return Stand(day, moment, self.student, self.clock, self.sitting, self.device)


class Term:
    """The term of some students; `days` plays it, once."""

    def __init__(
        self, settings: CampusSettings, curriculum: Curriculum, people: People
    ) -> None:
        self._settings = settings
        self._people = people
        self.knowledge = Knowledge(
            people.traits.prior,
            people.traits.learning_rate,
            people.traits.forgetting_rate,
            curriculum,
        )
        self.wellbeing = wellbeing.Wellbeing(len(people))
        self._path = choices.Path(settings, curriculum, people)
        self._bench = outcomes.Workbench(settings, curriculum, people, self.knowledge)
        self._first_weekday = settings.start_of(people.cohort).weekday()

    def days(self) -> Iterator[list[Rows]]:
        """Plays one day after another; yields the events of each."""
        keys = self._people.keys
        weekly = uniforms(keys, "weeks", 0, 2 * self._settings.weeks)
        for day in range(self._settings.weeks * 7):
            unit = uniforms(keys, "day", day, _DAY_DRAWS)
            fate = uniforms(keys, "fate", day, wellbeing.DRAWS)
            self.wellbeing.new_day(day, fate, self._path.behind(day))
            self.knowledge.slump = self.wellbeing.slump
            self._path.catch_up(day, unit[:, 0])
            week = weekly[:, 2 * (day // 7) : 2 * (day // 7) + 2]
            student = self._at_work(day, unit[:, 1], week)
            yield list(self._play(day, self._sit_down(student, unit[student])))

    def _at_work(self, day: int, unit: Floats, week: Floats) -> Ints:
        """Students who study today."""
        weekday = rates.DAY_WEIGHTS[(self._first_weekday + day) % 7]
        # A week may be full of other things: half to one and a half times the usual.
        busy = np.where(week[:, 0] < rates.AWAY_WEEK, 0.0, 0.5 + week[:, 1])
        rate = self._people.traits.engagement / 7 * weekday * self.wellbeing.energy * busy
        # At most one study day a day: 1.25 makes up for what the exponential takes away.
        studies = self.wellbeing.present & (unit < 1 - np.exp(-1.25 * rate))
        return np.flatnonzero(studies)

    def _sit_down(self, student: Ints, unit: Floats) -> _Sitters:
        length = choices.session_length(self._people, student, unit[:, 6])
        patience = 0.4 + 0.6 * self.wellbeing.energy[student]
        start = self._people.traits.hour[student] + 3.0 * (unit[:, 7] - 0.5)
        return _Sitters(
            student=student,
            course=choices.session_course(self._people, student, unit[:, 2]),
            device=choices.devices(self._people, student, unit[:, 3:6]),
            length=np.ceil(length * patience).astype(np.int64),
            clock=np.clip(start * 3600.0, 6 * 3600.0, LAST_START_S - 600),
            sitting=np.zeros(student.size, dtype=np.int64),
        )

    def _play(self, day: int, sitters: _Sitters) -> Iterator[Rows]:
        """The sessions of one day, one activity of everybody at a time."""
        yield opened_sessions(sitters.stand(day, 0))
        for slot in range(rates.MAX_ACTIVITIES):
            sitters = sitters.where((sitters.length > slot) & (sitters.clock < LAST_START_S))
            if sitters.student.size == 0:
                return
            keys = self._people.keys[sitters.student]
            luck = uniforms(keys, "slot", day * MOMENTS + slot, _SLOT_DRAWS)
            paused, sitters = _pause(sitters, slot, luck[:, -1], luck[:, -2])
            if paused.any():
                yield opened_sessions(sitters.stand(day, 2 * slot + 1).where(paused))
            sitters = replace(sitters, clock=sitters.clock + 4 + 25 * luck[:, -3])
            rows, spent = self._activity(day, slot, sitters, luck)
            yield from rows
            sitters = replace(sitters, clock=sitters.clock + spent)

    def _activity(
        self, day: int, slot: int, sitters: _Sitters, luck: Floats
    ) -> tuple[list[Rows], Floats]:
        """One activity of each student, social or on an item, and the seconds it took."""
        plan = self._path.next(
            sitters.student, sitters.course, sitters.device, luck[:, : choices.DRAWS]
        )
        act = choices.social_act(self._people, sitters.student, luck[:, -4])
        stand = sitters.stand(day, 2 * slot + 2)
        seconds = np.round(
            (60 + 360 * luck[:, -5]) * np.where(act == choices.PEER_WORK, 3, 1), 1
        )
        works = act < 0
        at_work = stand.where(works)
        chosen = plan.where(works)
        outcome = self._bench.work(
            at_work.student,
            chosen.item,
            chosen.kind,
            day + at_work.second / 86_400,
            0.8 * (1 - self.wellbeing.energy[at_work.student]),
            luck[works, choices.DRAWS : choices.DRAWS + outcomes.DRAWS],
        )
        self.wellbeing.felt(at_work.student, outcome.correct >= 0, outcome.failed)
        self._path.done(at_work.student, sitters.course[works], chosen, day)
        seconds[works] = outcome.duration_s
        talks = ~works
        return [
            worked_on_items(at_work, chosen.kind, chosen.item, outcome),
            social_acts(stand.where(talks), act[talks], plan.skill[talks], seconds[talks]),
        ], seconds


def _pause(
    sitters: _Sitters, slot: int, unit: Floats, share: Floats
) -> tuple[NDArray[np.bool_], _Sitters]:
    """Some go away for a while, and come back to a new session."""
    paused = (unit < rates.PAUSE_CHANCE) & (sitters.clock < _PAUSES_UNTIL_S) & (slot > 0)
    away = rates.PAUSE_S[0] + (rates.PAUSE_S[1] - rates.PAUSE_S[0]) * share
    return paused, replace(
        sitters, clock=sitters.clock + paused * away, sitting=sitters.sitting + paused
    )
