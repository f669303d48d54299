"""The adaptive test from the first question to its end."""

import numpy as np
import pytest

from learnloop.assessment.belief import Belief
from learnloop.assessment.session import EndReason, Result, Session
from learnloop.errors import ModelError

from .banks import NOON, adaptive, bank_of, drawn_bank, sit


def test_the_question_that_tells_most_comes_first() -> None:
    test = adaptive(bank_of([1, 1, 1], [-2, 0.1, 2]))
    assert test.ask(test.start(now=NOON), NOON).pending == "q1"


@pytest.mark.parametrize(("correct", "then"), [(True, "q2"), (False, "q0")])
def test_who_is_right_gets_harder_questions(correct: bool, then: str) -> None:
    test = adaptive(bank_of([1, 2, 1], [-1, 0, 1]))
    asked = test.ask(test.start(now=NOON), NOON)
    assert asked.pending == "q1"
    assert test.ask(test.answer(asked, "q1", correct, NOON), NOON).pending == then


def test_the_first_question_follows_what_mastery_believes() -> None:
    test = adaptive(bank_of([1, 1, 1], [-2, 0, 2]))
    able = test.start(now=NOON, prior=Belief(1.8, 0.5))
    assert test.ask(able, NOON).pending == "q2"


def test_a_surer_belief_needs_fewer_questions() -> None:
    test = adaptive(drawn_bank(300))
    counts = []
    for sd in (1.0, 0.4):
        begun = test.start(now=NOON, prior=Belief(0.3, sd))
        counts.append(len(sit(test, 0.3, np.random.default_rng(0), begun).answered))
    assert counts[1] < counts[0]


def test_the_standard_error_is_as_large_as_the_error() -> None:
    test, rng = adaptive(drawn_bank(300)), np.random.default_rng(0)
    abilities = rng.normal(size=150)
    results = [test.result(sit(test, ability, rng)) for ability in abilities]
    precise = [result for result in results if result.ended is EndReason.PRECISE]
    assert len(precise) > 140
    assert max(result.standard_error for result in precise) < 0.3
    errors = np.array([result.ability for result in results]) - abilities
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(0.3, abs=0.04)
    inside = [r.low <= a <= r.high for r, a in zip(results, abilities, strict=True)]
    assert 0.9 <= np.mean(inside) <= 0.99


def test_by_information_what_was_known_before_does_not_count() -> None:
    # Three questions of slope 1 and difficulty 0; whatever is answered, a belief of
    # deviation .05 keeps the ability at 0, where each tells 1/4.
    test = adaptive(bank_of([1] * 3, [0] * 3), error="information", standard_error=0.01)
    begun = test.start(now=NOON, prior=Belief(0, 0.05))
    session = sit(test, 0.0, np.random.default_rng(0), begun)
    error = test.result(session).standard_error
    assert error == pytest.approx(1 / np.sqrt(0.75), abs=0.01)


def test_before_the_first_answer_information_tells_nothing() -> None:
    test = adaptive(bank_of([1], [0]), error="information")
    assert test.result(test.start(now=NOON)).standard_error == np.inf


def test_content_is_shared_as_promised() -> None:
    share = {"s0": 0.5, "s1": 0.3, "s2": 0.2}
    test = adaptive(drawn_bank(200, skills=4), content=share, max_items=20, standard_error=0.01)
    rng = np.random.default_rng(0)
    for ability in rng.normal(size=10):
        counts = test.result(sit(test, ability, rng)).asked_by_skill
        assert counts == {"s0": 10, "s1": 6, "s2": 4}


def test_content_stays_within_one_question_of_its_share_at_any_length() -> None:
    share = {"s0": 0.4, "s1": 0.4, "s2": 0.2}
    rng = np.random.default_rng(0)
    for length in range(1, 16):
        test = adaptive(
            drawn_bank(60, skills=3), content=share, max_items=length, standard_error=0.01
        )
        counts = test.result(sit(test, 0.5, rng)).asked_by_skill
        assert all(abs(counts.get(s, 0) - share[s] * length) <= 1 for s in share)


def test_when_a_skill_has_no_question_left_the_others_go_on() -> None:
    bank = bank_of([1] * 5, [0] * 5, ["a", "b", "b", "b", "b"])
    test = adaptive(bank, content={"a": 0.5, "b": 0.5}, standard_error=0.01)
    result = test.result(sit(test, 0.0, np.random.default_rng(0)))
    assert result.asked_by_skill == {"a": 1, "b": 4}
    assert result.ended is EndReason.BANK


def test_a_test_ends_at_its_longest() -> None:
    test = adaptive(drawn_bank(50), max_items=5, standard_error=0.01)
    session = sit(test, 0.0, np.random.default_rng(0))
    assert len(session.answered) == len(set(session.answered)) == 5
    assert session.ended is EndReason.LENGTH


def test_a_placement_ends_when_the_level_is_clear() -> None:
    test = adaptive(drawn_bank(200), cuts=(-0.5, 0.5), level_confidence=0.9)
    session = sit(test, 3.0, np.random.default_rng(0))
    result = test.result(session)
    assert result.ended is EndReason.PLACED
    assert result.level == 2
    assert sum(result.level_probabilities) == pytest.approx(1)
    assert result.level_probabilities[2] >= 0.9
    assert len(session.answered) < 10


def test_masteries_of_a_placed_student_follow_the_answers() -> None:
    test = adaptive(bank_of([1, 1, 1, 1], [-1, 0, 1, 2], ["easy", "easy", "hard", "hard"]))
    masteries = []
    for correct in (False, True):
        session = test.start(now=NOON)
        while not (session := test.ask(session, NOON)).ended:
            session = test.answer(session, str(session.pending), correct, NOON)
        masteries.append(test.result(session).masteries)
    assert all(masteries[1][skill] > masteries[0][skill] for skill in ("easy", "hard"))
    assert all(found["easy"] > found["hard"] for found in masteries)


def test_asking_twice_asks_the_same() -> None:
    test = adaptive(drawn_bank(20))
    once = test.ask(test.start(now=NOON), NOON)
    assert test.ask(once, NOON) == once
    assert test.exposure.asked.sum() == 1


def test_a_saved_test_goes_on_as_if_nothing_had_been() -> None:
    bank, left, right = drawn_bank(40), [], []
    for kept, saves in ((left, False), (right, True)):
        test, rng = adaptive(bank, max_items=8), np.random.default_rng(4)
        session = test.start(now=NOON, prior=Belief(0.2, 0.7), barred=["q3"])
        while not (session := test.ask(session, NOON)).ended:
            kept.append(session.pending)
            if saves:
                session = Session.model_validate_json(session.model_dump_json())
            session = test.answer(session, str(session.pending), rng.random() < 0.5, NOON)
        kept.append(test.result(session))
    assert left == right
    assert Result.model_validate_json(left[-1].model_dump_json()) == left[-1]


def test_an_answer_to_another_question_is_refused() -> None:
    test = adaptive(bank_of([1, 1, 1], [0, 0.5, 2]))
    asked = test.ask(test.start(now=NOON), NOON)
    then = test.answer(asked, "q0", True, NOON)
    for content_id, message in [
        ("q0", "'q0' was answered already"),
        ("q2", "'q2' was not asked: nothing was"),
        ("q9", "'q9' is not a question of the bank"),
    ]:
        with pytest.raises(ModelError, match=message):
            test.answer(then, content_id, True, NOON)


def test_after_the_end_no_answer_counts() -> None:
    test = adaptive(bank_of([1, 1], [0, 1]))
    over = test.stop(test.ask(test.start(now=NOON), NOON))
    assert over.ended is EndReason.STOPPED
    assert test.ask(over, NOON) == test.stop(over) == over
    with pytest.raises(ModelError, match="over"):
        test.answer(over, "q0", True, NOON)


def test_a_test_of_another_bank_is_refused() -> None:
    begun = adaptive(bank_of([1, 1], [0, 1])).start(now=NOON)
    with pytest.raises(ModelError, match="was begun with bank"):
        adaptive(bank_of([1, 1], [0, 2])).ask(begun, NOON)


def test_a_student_who_may_be_asked_nothing_is_told_so() -> None:
    with pytest.raises(ModelError, match="No question of the bank may be asked"):
        adaptive(bank_of([1], [0])).start(now=NOON, barred=["q0"])


def test_a_share_for_a_skill_without_questions_is_refused() -> None:
    with pytest.raises(ModelError, match="no question of 'geometry'"):
        adaptive(bank_of([1], [0]), content={"algebra": 0.5, "geometry": 0.5})
