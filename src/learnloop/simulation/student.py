"""One simulated student of the classroom: what is known, how it feels, and the clock."""

from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from learnloop.simulation import outcomes, wellbeing
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Floats, uniforms
from learnloop.simulation.items import Ints
from learnloop.simulation.knowledge import Knowledge
from learnloop.simulation.leaps import LeapKnowledge
from learnloop.simulation.learners import LearnerFamily
from learnloop.simulation.outcomes import Workbench
from learnloop.simulation.people import People, draw_people
from learnloop.simulation.rates import STUDY_GAIN
from learnloop.simulation.roster import enrolled_at
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.wellbeing import Wellbeing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STUDY_TIME = timedelta(hours=16)


class Student:
    """One student's state and clock."""

    def __init__(
        self, settings: CampusSettings, curriculum: Curriculum, family: LearnerFamily, seed: int
    ) -> None:
        own = settings.model_copy(update={"seed": seed})
        self.people: People = draw_people(own, curriculum, Cohort.LEARN, 0, 1)
        self.knowledge = _knowledge(self.people, curriculum, family)
        self.taken = 0
        self.studied_s = 0.0
        """Seconds of work so far."""
        self.studied_today_s = 0.0
        self.takes_leaps = family.leaps
        """Whether learning itself is a matter of luck."""
        self._fatigue = family.fatigue_per_hour
        self._bench = Workbench(settings, curriculum, self.people, self.knowledge, family)
        self._wellbeing = Wellbeing(1)
        self._start = _EPOCH + timedelta(microseconds=int(enrolled_at(own, self.people)[0]))
        self._day = 0
        self._second = _STUDY_TIME.total_seconds()
        self.finished_at = self.now()

    @property
    def left(self) -> bool:
        """Whether the student has dropped out."""
        return not bool(self._wellbeing.present[0])

    def now(self) -> datetime:
        """The student's present, UTC."""
        return self._start + timedelta(days=self._day, seconds=self._second)

    def elapsed_days(self) -> float:
        """Days since the term began."""
        return self._day + self._second / 86_400

    def work(self, item: int, kind: int) -> outcomes.Outcome:
        """Works on one item and learns from it."""
        me = np.array([0])
        luck = uniforms(self.people.keys, "step", self.taken, outcomes.DRAWS)
        self._bench.freshness = float(np.exp(-self._fatigue * self.studied_today_s / 3600))
        outcome = self._bench.work(
            me,
            np.array([item]),
            np.array([kind]),
            np.array([self.elapsed_days()]),
            self._tired,
            luck,
        )
        self._wellbeing.felt(me, outcome.correct >= 0, outcome.failed)
        self._second += float(outcome.duration_s[0])
        self.studied_s += float(outcome.duration_s[0])
        self.studied_today_s += float(outcome.duration_s[0])
        self.taken += 1
        self.finished_at = self.now()
        return outcome

    def sleep(self) -> None:
        """Begins the next day."""
        self._day += 1
        self._second = _STUDY_TIME.total_seconds()
        self.studied_today_s = 0.0
        luck = uniforms(self.people.keys, "day", self._day, wellbeing.DRAWS)
        self._wellbeing.new_day(self._day, luck, np.zeros(1))
        self.knowledge.slump = self._wellbeing.slump

    def imagine(self, copies: int, rng: np.random.Generator) -> "Futures":
        """The student `copies` times over, to try futures on: a privilege of oracles."""
        knowledge = self.knowledge.imagine(copies, rng)
        return Futures(
            knowledge=knowledge,
            bench=self._bench.imagine(knowledge),
            tired=np.repeat(self._tired, copies),
            fatigue=self._fatigue,
            day=np.full(copies, self._day),
            studied_s=np.full(copies, self.studied_s),
            today_s=np.full(copies, self.studied_today_s),
        )

    @property
    def _tired(self) -> Floats:
        return np.asarray(0.8 * (1 - self._wellbeing.energy))


@dataclass
class Futures:
    """Copies of a student in which luck with answers, times and moods is averaged out."""

    knowledge: Knowledge
    bench: Workbench
    tired: Floats
    fatigue: float
    day: Ints
    studied_s: Floats
    today_s: Floats
    """Each of shape (copies,), as in `Student`."""

    def elapsed_days(self) -> Floats:
        """Days since the term began, shape (copies,)."""
        return np.asarray(self.day + (_STUDY_TIME.total_seconds() + self.today_s) / 86_400)

    def work(
        self,
        who: Ints,
        item: Ints,
        kind: Ints,
        minutes_per_day: float = float("inf"),
        repeats: float | Floats = 1.0,
    ) -> tuple[Floats, Floats]:
        """Each copy in `who` works on its item; those whose day is full begin the next.

        Returns:
            What the work counted for and the seconds it took, each of shape (who,).
        """
        bench = copy(self.bench)
        bench.freshness = np.exp(-self.fatigue * self.today_s[who] / 3600)
        effort, seconds = bench.rehearse(
            who, item, kind, self.elapsed_days()[who], self.tired[who], repeats
        )
        self.studied_s[who] += seconds
        self.today_s[who] += seconds
        full = self.today_s >= 60 * minutes_per_day
        self.day[full] += 1
        self.today_s[full] = 0.0
        return effort, seconds


def _knowledge(people: People, curriculum: Curriculum, family: LearnerFamily) -> Knowledge:
    traits, rate = people.traits, people.traits.learning_rate
    if family.rate_spread != 1:
        rate = STUDY_GAIN * (rate / STUDY_GAIN) ** family.rate_spread
    state = (traits.prior, rate, traits.forgetting_rate, curriculum, family)
    return LeapKnowledge(*state, people.keys) if family.leaps else Knowledge(*state)
