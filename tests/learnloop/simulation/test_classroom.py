"""The classroom plays a student against a policy."""

import pytest

from learnloop.content.schema import ContentItems, Prerequisites
from learnloop.errors import DataError
from learnloop.simulation import CampusSettings, Classroom, Observation

OBJECTIVE = "algebra.order-of-operations"
LESSON = [
    "algebra.signed-numbers.video-1",
    "algebra.signed-numbers.assessment-1",
    "algebra.order-of-operations.text-1",
    "algebra.order-of-operations.interactive-1",
    "algebra.order-of-operations.assessment-1",
]


def room(**changes: int) -> Classroom:
    return Classroom(CampusSettings(), objective=OBJECTIVE, **changes)


def play(classroom: Classroom, seed: int, choices: list[str]) -> list[Observation]:
    return [classroom.reset(seed), *(classroom.step(choice) for choice in choices)]


def test_the_same_seed_and_choices_give_the_same_observations():
    assert play(room(), 5, LESSON) == play(room(), 5, LESSON)


def test_reset_forgets_the_student_before():
    classroom = room()
    first = play(classroom, 5, LESSON)
    play(classroom, 6, LESSON * 3)
    assert play(classroom, 5, LESSON) == first


def test_another_seed_seats_another_student():
    classroom = room()
    mastery = []
    for seed in (1, 2):
        classroom.reset(seed)
        mastery.append(classroom.true_mastery()[OBJECTIVE])
    assert mastery[0] != mastery[1]


def test_it_gives_the_objective_the_graph_and_the_items():
    classroom = room()
    Prerequisites.validate(classroom.prerequisites)
    ContentItems.validate(classroom.items)
    assert classroom.objective in set(classroom.skills["skill_id"])


def test_only_questions_are_answered_and_only_study_has_progress():
    observations = play(room(), 5, LESSON)
    assert [seen.correct is not None for seen in observations] == [
        False, False, True, False, False, True,
    ]  # fmt: skip
    assert [seen.progress is not None for seen in observations] == [
        False, True, False, True, True, False,
    ]  # fmt: skip


def test_time_passes_and_days_end():
    observations = play(room(steps_per_day=2), 5, LESSON)
    times = [seen.occurred_at for seen in observations]
    assert times == sorted(times)
    assert (times[-1].date() - times[0].date()).days == 2


def test_a_skill_is_learnt_better_after_its_prerequisite():
    skill, before = "algebra.distributive-property", "algebra.like-terms"
    lesson = [f"{skill}.text-1", f"{skill}.interactive-1"]
    basics = [f"{before}.{item}" for item in ("text-1", "video-1", "interactive-1", "text-2")]
    gained = {"straight": 0.0, "ordered": 0.0}
    for seed in range(20):
        for policy, choices in (("straight", lesson), ("ordered", basics + lesson)):
            classroom = room(steps_per_day=10)
            classroom.reset(seed)
            known = classroom.true_mastery()[skill]
            for choice in choices:
                classroom.step(choice)
            gained[policy] += classroom.true_mastery()[skill] - known
    assert gained["ordered"] > 1.2 * gained["straight"] > 0


def test_the_episode_ends_after_its_steps():
    classroom = room(steps=2)
    observations = play(classroom, 5, LESSON[:2])
    assert [seen.done for seen in observations] == [False, False, True]
    with pytest.raises(DataError, match="episode is over"):
        classroom.step(LESSON[0])


def test_a_student_may_leave_before_the_end():
    ends = []
    for seed in range(15):
        classroom = room(steps=400, steps_per_day=4)
        seen = classroom.reset(seed)
        while not seen.done:
            seen = classroom.step("algebra.quadratic-formula.assessment-5")
        ends.append(seen.step)
    assert min(ends) < 400


def test_a_child_is_offered_and_may_do_only_what_is_meant_for_children():
    classroom = room()
    everything = set(classroom.items["content_id"])
    for seed in range(60):
        classroom.reset(seed)
        offered = set(classroom.items["content_id"])
        if offered != everything:
            break
    with pytest.raises(DataError, match="students of 13 and over"):
        classroom.step(min(everything - offered))


def test_wrong_calls_are_named():
    with pytest.raises(DataError, match=r"'algebra\.magic' is not a skill"):
        Classroom(CampusSettings(), objective="algebra.magic")
    with pytest.raises(DataError, match="an episode of 0 steps"):
        room(steps=0)
    with pytest.raises(DataError, match=r"reset\(seed\) first"):
        room().step(LESSON[0])
    classroom = room()
    classroom.reset(1)
    with pytest.raises(DataError, match="no content item 'x'"):
        classroom.step("x")
