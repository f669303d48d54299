"""The rules that no score can overrule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloop.recommend.candidates import allowed
from learnloop.recommend.learners import Learners

from .toy_course import NAMES, SKILLS, course, snapshot, snapshots

COURSE = course()
ITEMS = [f"{skill}-{name}" for skill in SKILLS for name in NAMES]
NO_CLASSES = np.array([], dtype=str)


def open_to(threshold: float = 0.6, **what: object) -> set[str]:
    """Items allowed to one student."""
    table = snapshots(snapshot(**what))  # type: ignore[arg-type]
    learners = Learners.from_table(table, COURSE, np.full(3, 0.5), NO_CLASSES)
    return set(COURSE.content_ids[allowed(learners, COURSE, threshold)[0]])


def of(skill: str) -> set[str]:
    return {f"{skill}-{name}" for name in NAMES}


def test_a_beginner_may_do_the_first_skill_only() -> None:
    assert open_to(mastery=(0.1, 0.1, 0.1)) == of("a")


def test_mastering_a_prerequisite_opens_what_needs_it() -> None:
    assert open_to(mastery=(0.9, 0.1, 0.1)) == of("a") | of("b")


def test_mastery_of_exactly_the_threshold_is_enough() -> None:
    assert open_to(mastery=(0.6, 0.1, 0.1)) == of("a") | of("b")


def test_a_skill_that_is_begun_stays_open_whatever_its_prerequisites() -> None:
    found = open_to(history=("b-film",), unfinished=("b-film",), mastery=(0.1, 0.1, 0.1))
    assert found == of("a") | of("b")


def test_a_student_without_beliefs_is_taken_to_have_the_prior() -> None:
    assert open_to(mastery=()) == of("a")
    assert open_to(mastery=(), threshold=0.4) == set(ITEMS)


def test_content_above_the_ceiling_is_never_allowed() -> None:
    known = {"mastery": (0.9, 0.9, 0.9)}
    assert "c-film" in open_to(**known, ceiling=16)
    assert "c-film" not in open_to(**known, ceiling=15)


def test_a_denied_student_gets_nothing() -> None:
    assert open_to(ceiling=-1, mastery=(0.9, 0.9, 0.9)) == set()


def test_courses_that_the_student_does_not_take_are_closed() -> None:
    assert open_to(courses=(), mastery=(0.9, 0.9, 0.9)) == set()


def test_what_is_finished_does_not_come_again() -> None:
    assert open_to(history=("a-film", "a-q1"), mastery=(0.1, 0.1, 0.1)) == {"a-page", "a-q2"}


def test_what_was_only_begun_may_be_finished() -> None:
    assert "a-film" in open_to(history=("a-film",), unfinished=("a-film",))


def test_a_question_that_is_due_may_be_asked_again() -> None:
    assert "a-q1" in open_to(history=("a-q1",), due=("a-q1",))


@given(
    mastery=st.tuples(*[st.floats(0, 1)] * 3),
    history=st.lists(st.sampled_from(ITEMS), unique=True).map(tuple),
    threshold=st.floats(0.05, 0.95),
    ceiling=st.integers(-1, 18),
)
def test_no_rule_is_ever_broken(
    mastery: tuple[float, ...], history: tuple[str, ...], threshold: float, ceiling: int
) -> None:
    needs = {"b": 0, "c": 1}
    begun = {item[0] for item in history}
    for item in open_to(threshold, mastery=mastery, history=history, ceiling=ceiling):
        skill = item[0]
        assert skill in begun or skill not in needs or mastery[needs[skill]] >= threshold
        assert item not in history
        assert (16 if item == "c-film" else 0) <= ceiling


@pytest.mark.parametrize("wrong", [(0.5,), (0.5, 0.5, 0.5, 0.5)])
def test_beliefs_about_other_skills_are_refused(wrong: tuple[float, ...]) -> None:
    from learnloop.errors import DataError

    with pytest.raises(DataError, match=f"{len(wrong)} entries, the catalogue 3 skills"):
        open_to(mastery=wrong)
