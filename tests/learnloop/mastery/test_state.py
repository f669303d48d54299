"""The recurrence: hand-calculated values, and the same bits online as in batch."""

import numpy as np
import pytest

from learnloop.mastery.sequences import encode, replay
from learnloop.mastery.state import (
    JOINT_INPUTS,
    SKILL_INPUTS,
    STUDENT_INPUTS,
    Answers,
    Knowledge,
    joint_inputs,
    skill_inputs,
    student_inputs,
    update,
)

from .toys import QUICK, bank, classroom

ONE = np.zeros(1, dtype=np.int64)


def answer(correct: float, skill: int = 0, day: float = 0.0) -> Answers:
    """An answer to an item of hardness 0 and slope 1 on the one trait: an even chance."""
    slopes = np.ones((1, 1), np.float32)
    return Answers(
        np.array([skill]),
        np.array([correct]),
        np.zeros(1),
        slopes,
        np.array([day]),
        np.zeros(1, np.int64),
    )


def joint(state: Knowledge) -> dict[str, float]:
    values = joint_inputs(state, ONE, np.ones((1, 1), np.float32))[0]
    return dict(zip(JOINT_INPUTS, values, strict=True))


def student(state: Knowledge, day: float = 0.0) -> dict[str, float]:
    values = student_inputs(state, ONE, np.array([day]))[0]
    return dict(zip(STUDENT_INPUTS, values, strict=True))


def skill(state: Knowledge, number: int, day: float = 0.0) -> dict[str, float]:
    values = skill_inputs(state, ONE, np.array([number]), np.array([day]))[0]
    return dict(zip(SKILL_INPUTS, values, strict=True))


def test_a_student_without_history_has_all_inputs_zero() -> None:
    state = Knowledge.empty(1, 2, 1)
    assert set(student(state).values()) == {0.0}
    assert set(skill(state, 0).values()) == {0.0}


def test_one_right_answer_at_an_even_chance_by_hand() -> None:
    state = Knowledge.empty(1, 2, 1)
    update(state, ONE, answer(1.0))
    # residual 1 - .5 = .5, shrunk by one answer without residual: .5 / 2
    assert student(state, day=1.0) == pytest.approx(
        {
            "student_answers": np.log(2),
            "student_recent": 0.25,
            "student_medium": 0.25,
            "student_long": 0.25,
            "days_since_answer": np.log(2),
        }
    )
    # trait: precision 1 + .5 * .5 = 1.25, step .5 / 1.25 = .4, variance 1 / 1.25 = .8; then
    # three in a thousand of it drifts
    assert joint(state) == pytest.approx(
        {"expected": 0.4 * 0.997**0.5, "doubt": 0.997 * 0.8 + 0.003}
    )


def test_right_then_wrong_on_a_skill_by_hand() -> None:
    state = Knowledge.empty(1, 2, 1)
    update(state, ONE, answer(1.0))
    update(state, ONE, answer(0.0))
    update(state, ONE, answer(1.0, skill=1))
    # decayed sum .8 * .5 - .5 = -.1 over 1.8 + 1; plain .5 - .5 = 0; one answer was given
    # since; the latest was wrong, the one before right
    assert skill(state, 0, day=2.0) == pytest.approx(
        {
            "skill_answers": np.log(3),
            "skill_recent": -0.1 / 2.8,
            "skill_average": 0.0,
            "skill_recency": 1 / 2,
            "skill_streak": 0.0,
            "skill_answer_1": -1.0,
            "skill_answer_2": 1.0,
            "skill_answer_3": 0.0,
            "skill_answer_4": 0.0,
            "skill_answer_5": 0.0,
            "days_since_practice": np.log(3),
            "skill_studied": 0.0,
        }
    )


def test_only_the_latest_answers_are_kept_one_by_one() -> None:
    state = Knowledge.empty(1, 2, 1)
    for correct in (0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0):
        update(state, ONE, answer(correct))
    found = skill(state, 0)
    assert [found[f"skill_answer_{back}"] for back in range(1, 6)] == [1, 1, 1, -1, 1]
    assert found["skill_streak"] == 3


def test_an_unknown_skill_moves_the_student_but_no_skill() -> None:
    state = Knowledge.empty(1, 2, 1)
    update(state, ONE, answer(1.0, skill=2))
    assert joint(state)["expected"] == pytest.approx(0.4, rel=0.01)
    assert not state.skill_answers.any()
    assert set(skill(state, 2).values()) == {0.0}


def test_unknown_times_leave_the_inputs_on_time_at_zero() -> None:
    state = Knowledge.empty(1, 2, 1)
    update(state, ONE, answer(1.0, day=np.nan))
    assert student(state, day=5.0)["days_since_answer"] == 0.0
    assert skill(state, 0, day=5.0)["days_since_practice"] == 0.0


def test_one_student_online_ends_in_the_same_bits_as_in_a_batch_of_many() -> None:
    attempts, _ = classroom(30, seed=5)
    many = QUICK.model_copy(update={"traits": 20})
    histories, _ = encode(attempts, bank().with_traits(attempts, many))
    batch = Knowledge.empty(30, 4, 20)
    for _ in replay(histories, batch):
        pass
    for number in (0, 17, 29):
        online = Knowledge.empty(1, 4, 20)
        first = histories.start[number]
        for place in range(first, first + histories.length[number]):
            update(online, ONE, histories.answers.at(np.array([place])))
        for name, values in vars(online).items():
            np.testing.assert_array_equal(values[0], getattr(batch, name)[number], err_msg=name)
