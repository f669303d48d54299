"""Oracles see the truth and use it: in small classrooms the best that can be done is plain."""

import numpy as np
import pytest

from learnloop.errors import DataError
from learnloop.simulation import FAMILIES, CampusSettings, Classroom, LearnerFamily
from learnloop.simulation.oracles import OneStepOracle, Oracle, PlanningOracle

NEEDED, SKILL = "algebra.signed-numbers", "algebra.order-of-operations"


def room(family: LearnerFamily, hours: float = 0.5) -> Classroom:
    return Classroom(
        CampusSettings(),
        objective=SKILL,
        steps=999,
        hours=hours,
        minutes_per_day=60,
        family=family,
    )


def taught(oracle: Oracle, classroom: Classroom, seed: int) -> tuple[float, list[str]]:
    """Gain of the objective, and the skills worked on."""
    seen = classroom.reset(seed)
    before = classroom.true_mastery()[SKILL]
    oracle.begin(classroom, seed)
    skills = []
    while not seen.done:
        choice = oracle.choose()
        skills.append(choice.rsplit(".", 1)[0])
        seen = classroom.step(choice)
    return classroom.true_mastery()[SKILL] - before, skills


def test_where_the_graph_is_idle_the_best_is_to_teach_the_objective_alone():
    _, skills = taught(PlanningOracle(), room(FAMILIES["independent"]), 3)
    assert skills.count(SKILL) >= 0.9 * len(skills)


def test_where_nothing_can_be_learnt_unready_the_best_begins_below():
    strict = room(FAMILIES["strict"])
    gains, first = [], []
    for seed in range(40):
        strict.reset(seed)
        if strict.true_mastery()[NEEDED] < 0.15:
            planned, skills = taught(PlanningOracle(), strict, seed)
            short_sighted, _ = taught(OneStepOracle(), strict, seed)
            gains.append(planned - short_sighted)
            first.append(skills[0])
        if len(gains) == 4:
            break
    assert set(first) == {NEEDED}
    assert np.mean(gains) > 0.05


def test_the_one_step_oracle_goes_straight_for_the_objective():
    _, skills = taught(OneStepOracle(), room(FAMILIES["strict"]), 5)
    assert set(skills) == {SKILL}


def test_imagined_futures_leave_the_present_alone():
    classroom = room(FAMILIES["leaps"])
    classroom.reset(6)
    before = classroom.true_mastery()
    futures = classroom.true_student().imagine(8, np.random.default_rng(0))
    rows = np.arange(8)
    for _ in range(5):
        futures.work(rows, np.zeros(8, dtype=np.int64), np.zeros(8, dtype=np.int64), 30.0)
    assert classroom.true_mastery() == before


def test_an_oracle_does_not_plan_without_an_end():
    classroom = Classroom(CampusSettings(), objective=SKILL)
    classroom.reset(1)
    with pytest.raises(DataError, match="without an end"):
        PlanningOracle().begin(classroom)
