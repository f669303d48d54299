"""A stored state: small, exact, and refused when it is none."""

import numpy as np
import pytest

from learnloop.errors import ModelError
from learnloop.mastery.sequences import encode, replay
from learnloop.mastery.state import Answers, Knowledge, update
from learnloop.mastery.stored_state import from_bytes, to_bytes

from .toys import classroom, trained


def knowledge(students: int) -> Knowledge:
    attempts, _ = classroom(students, seed=41)
    histories, _ = encode(attempts, trained().items)
    state = Knowledge.empty(students, 4, 3)
    for _ in replay(histories, state):
        pass
    return state


def test_a_state_read_back_is_equal_to_the_last_bit() -> None:
    state = knowledge(1)
    state.skill_studied[0, 0], state.skill_answers[0, 0] = 7, 0  # studied, never practised
    found = from_bytes(to_bytes(state, "2-a"), "2-a")
    for name, values in vars(state).items():
        np.testing.assert_array_equal(getattr(found, name), values, err_msg=name)
        assert getattr(found, name).dtype == values.dtype, name


def test_a_new_student_can_be_stored() -> None:
    found = from_bytes(to_bytes(Knowledge.empty(1, 9, 2), "2-a"), "2-a")
    np.testing.assert_array_equal(found.spread, Knowledge.empty(1, 9, 2).spread)


def test_a_student_who_practised_149_skills_takes_at_most_four_kilobytes() -> None:
    state = Knowledge.empty(1, 149, 20)
    slopes = np.random.default_rng(0).normal(size=(300, 20)).astype(np.float32)
    for number in range(300):
        given = Answers(
            np.array([number % 149]),
            np.ones(1),
            np.zeros(1),
            slopes[[number]],
            np.array([20000.0 + number]),
            np.zeros(1, np.int64),
        )
        update(state, np.zeros(1, np.int64), given)
    assert len(to_bytes(state, "2-0123456789ab")) <= 4000


def test_more_than_one_student_is_refused() -> None:
    with pytest.raises(ModelError, match="one student at a time"):
        to_bytes(knowledge(2), "2-a")


@pytest.mark.parametrize("cut", [0, 5, 40, 90])
def test_bytes_that_are_cut_off_are_refused(cut: int) -> None:
    with pytest.raises(ModelError, match="bytes"):
        from_bytes(to_bytes(knowledge(1), "2-a")[:cut], "2-a")


def test_bytes_with_something_behind_them_are_refused() -> None:
    with pytest.raises(ModelError, match="ends after"):
        from_bytes(to_bytes(knowledge(1), "2-a") + b"!", "2-a")


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(ModelError, match="by mastery model 2-a, not 2-b"):
        from_bytes(to_bytes(knowledge(1), "2-a"), "2-b")
