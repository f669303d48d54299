"""Families of learners differ from the campus's own in what they say and in nothing else."""

import numpy as np
import pytest
from pydantic import ValidationError

from learnloop.simulation import FAMILIES, CampusSettings, Classroom, LearnerFamily

SKILL, NEEDED = "algebra.variables", "algebra.order-of-operations"


def gain(
    family: LearnerFamily, choices: list[str], skill: str = SKILL, seeds: int = 12
) -> float:
    """Mean true mastery that some items add, over students."""
    room = Classroom(CampusSettings(), objective=skill, steps_per_day=100, family=family)
    gains = []
    for seed in range(seeds):
        room.reset(seed)
        before = room.true_mastery()[skill]
        for choice in choices:
            room.step(choice)
        gains.append(room.true_mastery()[skill] - before)
    return float(np.mean(gains))


QUESTIONS = [f"{SKILL}.assessment-{1 + turn % 5}" for turn in range(10)]
STUDY = [f"{SKILL}.interactive-1"] * 3


def test_readers_learn_from_study_and_hardly_from_questions():
    readers, campus = FAMILIES["readers"], FAMILIES["campus"]
    assert gain(readers, STUDY) > gain(campus, STUDY)
    assert gain(readers, QUESTIONS) < 0.6 * gain(campus, QUESTIONS)


def test_where_the_graph_is_idle_more_is_learnt_without_prerequisites():
    assert gain(FAMILIES["independent"], QUESTIONS) > gain(FAMILIES["strict"], QUESTIONS)


def test_leaps_go_from_one_level_to_the_other():
    room = Classroom(CampusSettings(), objective=SKILL, family=FAMILIES["leaps"])
    seen = set()
    for seed in range(10):
        room.reset(seed)
        for choice in ["start", *QUESTIONS]:
            if choice != "start":
                room.step(choice)
            seen.add(round(room.true_mastery()[SKILL], 6))
    assert len(seen) == 2
    assert min(seen) > 0.19
    assert max(seen) < 0.91


def test_transfer_reaches_the_prerequisite():
    assert gain(LearnerFamily(transfer=0.5), QUESTIONS, NEEDED) > gain(
        LearnerFamily(), QUESTIONS, NEEDED
    )


def test_tired_students_learn_less():
    assert gain(LearnerFamily(fatigue_per_hour=3.0), QUESTIONS) < gain(
        LearnerFamily(), QUESTIONS
    )


def test_nobody_guesses_below_or_slips_above():
    room = Classroom(CampusSettings(), objective=SKILL, family=FAMILIES["guessing"])
    for seed in range(10):
        room.reset(seed)
        mastery = room.true_mastery().values()
        assert min(mastery) >= 0.25
        assert max(mastery) <= 0.9


def test_the_hours_end_the_lesson_and_the_minutes_the_day():
    room = Classroom(
        CampusSettings(), objective=SKILL, steps=500, hours=0.5, minutes_per_day=10
    )
    seen, days = room.reset(4), set()
    while not seen.done:
        seen = room.step(QUESTIONS[seen.step % 5])
        days.add(seen.occurred_at.date())
    assert 1800 <= room.true_student().studied_s < 1800 + 3600
    assert len(days) >= 3


def test_an_unknown_setting_of_a_family_is_refused():
    with pytest.raises(ValidationError):
        LearnerFamily(forgets=1.0)
