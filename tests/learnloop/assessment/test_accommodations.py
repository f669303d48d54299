"""Extra time, breaks and other accommodations are honoured."""

from datetime import timedelta

import numpy as np
import pytest

from learnloop.assessment.session import EndReason, Session
from learnloop.assessment.settings import AccessNeed, Accommodations
from learnloop.errors import ModelError

from .banks import NOON, adaptive, bank_of, drawn_bank, sit


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def after(granted: Accommodations, count: float) -> Session:
    """A test of 30 minutes whose first question is answered after `count` minutes."""
    test = adaptive(drawn_bank(20), time_limit_minutes=30)
    asked = test.ask(test.start(now=NOON, accommodations=granted), NOON)
    return test.answer(asked, str(asked.pending), True, NOON + minutes(count))


@pytest.mark.parametrize(
    ("granted", "in_time", "too_late"),
    [
        (Accommodations(), 29.9, 30),
        (Accommodations(time_multiplier=1.5), 44.9, 45),
        (Accommodations(time_multiplier=2), 59.9, 60),
    ],
)
def test_extra_time_is_given(granted: Accommodations, in_time: float, too_late: float) -> None:
    assert len(after(granted, in_time).answered) == 1
    late = after(granted, too_late)
    assert late.ended is EndReason.TIME
    assert late.answered == ()


def test_without_a_limit_time_never_ends() -> None:
    assert len(after(Accommodations(untimed=True), 600).answered) == 1


def test_a_question_is_not_asked_when_the_time_is_up() -> None:
    test = adaptive(drawn_bank(20), time_limit_minutes=30)
    late = test.ask(test.start(now=NOON), NOON + minutes(31))
    assert late.ended is EndReason.TIME
    assert late.pending is None


def test_a_break_stops_the_clock() -> None:
    test = adaptive(drawn_bank(20), time_limit_minutes=30)
    begun = test.start(now=NOON, accommodations=Accommodations(breaks=True))
    paused = test.pause(begun, NOON + minutes(10))
    assert test.seconds_left(paused, NOON + minutes(500)) == 20 * 60
    resumed = test.resume(paused, NOON + minutes(500))
    assert test.seconds_left(resumed, NOON + minutes(505)) == 15 * 60


def test_a_break_beyond_what_is_granted_counts_as_work() -> None:
    test = adaptive(drawn_bank(20), time_limit_minutes=30)
    granted = Accommodations(breaks=True, break_minutes=6)
    session = test.start(now=NOON, accommodations=granted)
    for begins, ends in ((5, 9), (10, 15)):  # 4 minutes, then 5, of which 2 are granted
        session = test.pause(session, NOON + minutes(begins))
        session = test.resume(session, NOON + minutes(ends))
    # 5 + 1 minutes of work and 3 that were too long a break
    assert test.seconds_left(session, NOON + minutes(15)) == (30 - 9) * 60


def test_in_a_break_nothing_is_asked_or_answered() -> None:
    test = adaptive(drawn_bank(20))
    asked = test.ask(test.start(now=NOON, accommodations=Accommodations(breaks=True)), NOON)
    paused = test.pause(asked, NOON)
    with pytest.raises(ModelError, match="in a break"):
        test.answer(paused, str(paused.pending), True, NOON)
    assert test.pause(paused, NOON) == paused
    assert test.resume(asked, NOON) == asked


def test_a_break_is_for_those_who_are_granted_one() -> None:
    test = adaptive(drawn_bank(20))
    with pytest.raises(ModelError, match="Breaks are not among"):
        test.pause(test.start(now=NOON), NOON)


def test_a_break_survives_saving() -> None:
    test = adaptive(drawn_bank(20), time_limit_minutes=30)
    granted = Accommodations(breaks=True, needs=frozenset({AccessNeed.NO_SOUND}))
    paused = test.pause(test.start(now=NOON, accommodations=granted), NOON + minutes(4))
    assert Session.model_validate_json(paused.model_dump_json()) == paused


def test_a_clock_that_goes_back_takes_no_time() -> None:
    test = adaptive(drawn_bank(20), time_limit_minutes=30)
    assert test.seconds_left(test.start(now=NOON), NOON - minutes(5)) == 30 * 60


def test_unsuited_questions_are_never_asked() -> None:
    unsuited = [["screen_reader"] if number % 2 else [] for number in range(40)]
    bank = bank_of([1] * 40, np.linspace(-2, 2, 40).tolist(), unsuited_for=unsuited)
    test = adaptive(bank, standard_error=0.01, max_items=40)
    blind = Accommodations(needs=frozenset({AccessNeed.SCREEN_READER}))
    begun = test.start(now=NOON, accommodations=blind)
    session = sit(test, 0.0, np.random.default_rng(0), begun)
    assert sorted(session.answered) == sorted(f"q{number}" for number in range(0, 40, 2))
    assert session.ended is EndReason.BANK


def test_time_granted_changes_no_question_and_no_score() -> None:
    test = adaptive(drawn_bank(60), time_limit_minutes=30)
    results = []
    for granted in (Accommodations(), Accommodations(time_multiplier=2, breaks=True)):
        begun = test.start(now=NOON, accommodations=granted)
        session = sit(test, 0.5, np.random.default_rng(3), begun)
        results.append((session.answered, test.result(session)))
    assert results[0] == results[1]
