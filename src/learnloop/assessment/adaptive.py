"""The adaptive test: which question is next, what an answer tells, and when it is enough."""

from collections.abc import Collection
from datetime import datetime
from math import inf

import numpy as np

from learnloop.assessment.balance import deficits
from learnloop.assessment.bank import Flags, TestBank
from learnloop.assessment.belief import Belief
from learnloop.assessment.exposure import Exposure
from learnloop.assessment.scoring import Score
from learnloop.assessment.session import Clock, EndReason, Result, Session
from learnloop.assessment.settings import Accommodations, AssessmentSettings
from learnloop.errors import ModelError


class AdaptiveTest:
    """Maximum information at the expected ability, within what may be asked.

    Of the questions that suit the student, are not barred, not resting and of the skill
    that is furthest behind its share, the one with the most Fisher information at the mean
    of the posterior (Lord 1980; expected a-posteriori ability, Bock & Mislevy 1982), for
    its price where exposure is controlled. A student for whom all that is left is resting
    is asked what rests: exposure control ends nobody's test.

    Sessions are values: each method returns a new one and keeps nothing of it here.
    """

    def __init__(
        self,
        bank: TestBank,
        settings: AssessmentSettings | None = None,
        exposure: Exposure | None = None,
    ) -> None:
        """Args:
        bank: the questions.
        settings: ``None`` takes the defaults.
        exposure: the counts of all students so far, changed as questions are asked;
            ``None`` begins at 0.

        Raises:
            ModelError: a skill has a share of the content but no question, or the counts
                are of other questions or kept to another limit than `max_exposure`.
        """
        self.bank = bank
        self.settings = settings or AssessmentSettings()
        self.exposure = exposure or Exposure.of(bank, self.settings.max_exposure)
        if self.exposure.content_ids != bank.content_ids:
            raise ModelError("The exposure counts are of another bank's questions.")
        if self.exposure.limit != self.settings.max_exposure:
            raise ModelError(
                f"The exposure counts are kept to {self.exposure.limit:g} of the students, the "
                f"settings to {self.settings.max_exposure:g}: give both the same limit."
            )
        without = sorted(set(self.settings.content) - set(bank.skill_ids))
        if without:
            raise ModelError(
                f"The bank has no question of '{without[0]}', which has a share of the content."
            )
        share = self.settings.content
        self._share = np.array([share.get(skill, 0.0) for skill in bank.skill_ids])
        self._suits: dict[Accommodations, Flags] = {}

    def start(
        self,
        *,
        now: datetime,
        prior: Belief | None = None,
        accommodations: Accommodations | None = None,
        barred: Collection[str] = (),
    ) -> Session:
        """A test begins and its clock runs.

        Args:
            now: with a time zone.
            prior: `belief_from_mastery`; ``None``: nothing is known of the student.
            accommodations: ``None``: none.
            barred: questions not to be asked; ids that the bank lacks are no error.

        Raises:
            ModelError: no question is left to ask.
        """
        belief, granted = prior or Belief(), accommodations or Accommodations()
        session = Session(
            bank_version=self.bank.version,
            prior_mean=belief.mean,
            prior_sd=belief.sd,
            accommodations=granted,
            barred=tuple(sorted(barred)),
            clock=Clock(since=now),
        )
        if not self._open(session).any():
            raise ModelError(
                "No question of the bank may be asked of this student: see accommodations, "
                "barred questions and the skills of the content."
            )
        self.exposure.begin()
        return session

    def ask(self, session: Session, now: datetime) -> Session:
        """Puts the next question into `pending`, or says in `ended` why there is none.

        Asking again before the answer is given changes nothing.

        Raises:
            ModelError: the session is of another bank, or its clock stands still.
        """
        self._check(session)
        if session.ended or session.pending:
            return session
        self._running(session)
        if self.seconds_left(session, now) <= 0:
            return session.model_copy(update={"ended": EndReason.TIME})
        place = self._choose(session)
        if place is None:
            return session.model_copy(update={"ended": EndReason.BANK})
        self.exposure.ask(place)
        return session.model_copy(update={"pending": self.bank.content_ids[place]})

    def answer(
        self, session: Session, content_id: str, correct: bool, now: datetime
    ) -> Session:
        """Takes in the answer to the pending question.

        An answer after the student's time is up ends the test and does not count.

        Raises:
            ModelError: the test is over, its clock stands still, or `content_id` is not
                the question that was asked.
        """
        self._check(session)
        if session.ended:
            raise ModelError(f"The test is over ({session.ended}): no answer counts now.")
        if content_id != session.pending:
            raise ModelError(self._wrong_question(session, content_id))
        self._running(session)
        if self.seconds_left(session, now) <= 0:
            return session.model_copy(update={"pending": None, "ended": EndReason.TIME})
        taken = session.model_copy(
            update={
                "answered": (*session.answered, content_id),
                "correct": (*session.correct, bool(correct)),
                "pending": None,
            }
        )
        ended = self._enough(taken)
        return taken.model_copy(update={"ended": ended}) if ended else taken

    def pause(self, session: Session, now: datetime) -> Session:
        """Stops the clock for a break; nothing changes where it stands still already.

        Raises:
            ModelError: the student is not granted breaks, or the test is over.
        """
        if not session.accommodations.breaks:
            raise ModelError("Breaks are not among this student's accommodations.")
        return self._turn(session, now, paused=True)

    def resume(self, session: Session, now: datetime) -> Session:
        """Lets the clock run again; nothing changes where it runs."""
        return self._turn(session, now, paused=False)

    def stop(self, session: Session) -> Session:
        """Ends the test as it stands, for the student or a teacher."""
        self._check(session)
        changed = {"pending": None, "ended": EndReason.STOPPED}
        return session if session.ended else session.model_copy(update=changed)

    def seconds_left(self, session: Session, now: datetime) -> float:
        """Working time that is left, extra time counted; infinite without a limit."""
        limit = self.settings.time_limit_minutes
        granted = session.accommodations
        if limit is None or granted.untimed:
            return inf
        spent, _ = session.clock.spent(now, _break_limit_s(granted))
        return limit * granted.time_multiplier * 60 - spent

    def result(self, session: Session) -> Result:
        """What is known of the student now."""
        self._check(session)
        return self._score(session).result()

    def _score(self, session: Session) -> Score:
        return Score(self.bank, self.settings, session)

    def _choose(self, session: Session) -> int | None:
        """The place of the best question that may be asked; ``None``: there is none."""
        score, open_ = self._score(session), self._open(session)
        open_[score.asked] = False
        if not open_.any():
            return None
        rested = open_ & self.exposure.rested
        allowed = self._balanced(rested if rested.any() else open_, score)
        value = self.bank.information(score.ability) / (1 + self.exposure.price)
        return int(np.where(allowed, value, -inf).argmax())

    def _balanced(self, allowed: Flags, score: Score) -> Flags:
        """Of the allowed questions those of the skill that is furthest behind its share."""
        if not self.settings.content:
            return allowed
        behind = deficits(self._share, score.asked_by_skill)[self.bank.skill]
        return np.asarray(allowed & (behind >= behind[allowed].max() - 1e-9))

    def _open(self, session: Session) -> Flags:
        """What the student may be asked in this test, whether asked already or not."""
        granted = session.accommodations
        if granted not in self._suits:
            suits = self.bank.suits(granted)
            if self.settings.content:
                suits &= self._share[self.bank.skill] > 0
            self._suits[granted] = suits
        open_ = self._suits[granted].copy()
        open_[self.bank.places(session.barred)] = False
        return open_

    def _enough(self, session: Session) -> EndReason | None:
        score, questions = self._score(session), len(session.answered)
        if questions >= self.settings.min_items:
            if score.standard_error < self.settings.standard_error:
                return EndReason.PRECISE
            sure = self.settings.level_confidence
            if sure is not None and score.levels.max() >= sure:
                return EndReason.PLACED
        return EndReason.LENGTH if questions >= self.settings.max_items else None

    def _turn(self, session: Session, now: datetime, *, paused: bool) -> Session:
        self._check(session)
        if session.ended:
            raise ModelError(f"The test is over ({session.ended}).")
        if session.clock.paused == paused:
            return session
        limit = _break_limit_s(session.accommodations)
        clock = session.clock.turned(now, limit, paused=paused)
        return session.model_copy(update={"clock": clock})

    def _check(self, session: Session) -> None:
        if session.bank_version != self.bank.version:
            raise ModelError(
                f"The test was begun with bank {session.bank_version}, this is "
                f"{self.bank.version}: finish it with that one, or begin anew."
            )

    def _running(self, session: Session) -> None:
        if session.clock.paused:
            raise ModelError("The student is in a break: call resume first.")

    def _wrong_question(self, session: Session, content_id: str) -> str:
        if content_id in session.answered:
            return f"'{content_id}' was answered already; only the first answer counts."
        if content_id not in self.bank.place:
            return f"'{content_id}' is not a question of the bank."
        asked = f"'{session.pending}' was" if session.pending else "nothing was"
        return f"'{content_id}' was not asked: {asked}."


def _break_limit_s(granted: Accommodations) -> float:
    return inf if granted.break_minutes is None else granted.break_minutes * 60
