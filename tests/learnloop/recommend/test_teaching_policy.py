"""The platform's teaching policy does what a good teacher would where that is plain."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.recommend.teaching import Lesson
from learnloop.recommend.teaching_belief import Belief, BeliefSettings, ready_share
from learnloop.recommend.teaching_plan import generations_of
from learnloop.recommend.teaching_policy import PlanningPolicy

from .test_teaching import Done

NEEDS = {"goal": ["base"]}
ITEMS = [
    {"content_id": f"{skill}-{number}", "skill_ids": [skill]}
    for skill in ("base", "goal")
    for number in range(3)
]


def lesson(minutes: float | None = 60.0) -> Lesson:
    return Lesson.of("goal", NEEDS, ITEMS, minutes)


def skills_taught(right: set[str], steps: int = 20, minutes: float | None = 60.0) -> list[str]:
    policy = PlanningPolicy()
    policy.begin(lesson(minutes))
    taught = []
    for _ in range(steps):
        item = policy.choose()
        skill = item.split("-")[0]
        taught.append(skill)
        policy.observe(Done(item, skill in right, 60.0))
    return taught


def test_whoever_fails_gets_the_prerequisite():
    assert skills_taught(set()).count("base") >= 5


def test_whoever_answers_all_right_moves_on_to_the_objective():
    assert skills_taught({"base", "goal"})[-5:] == ["goal"] * 5


def test_what_is_known_already_is_not_drilled():
    policy = PlanningPolicy(mastery={"base": 0.98, "goal": 0.1})
    policy.begin(lesson())
    assert policy.choose().startswith("goal")


def test_a_right_answer_raises_and_a_wrong_one_lowers_what_is_believed():
    beliefs = []
    for correct in (True, False):
        belief = Belief(lesson(), BeliefSettings())
        before = belief.mastery()["base"]
        belief.answered(lesson().items[0], correct)
        beliefs.append(belief.mastery()["base"] - before)
    assert beliefs[0] > 0.03
    assert beliefs[1] < -0.03


def test_an_answer_about_one_skill_says_something_about_the_others():
    belief = Belief(lesson(), BeliefSettings())
    before = belief.mastery()["goal"]
    belief.answered(lesson().items[0], True)
    assert before < belief.mastery()["goal"] < belief.mastery()["base"]


def test_a_student_who_gets_no_better_makes_the_idle_graph_unlikely():
    belief = Belief(lesson(), BeliefSettings())
    goal = lesson().items[-1]
    for _ in range(25):
        belief.answered(goal, False)
        belief.worked(goal)
    idle = belief.weights[belief.unready == 1.0].sum()
    assert idle < (belief.unready == 1.0).mean()


def test_a_hard_question_right_says_more_than_an_easy_one():
    rows = [
        {"content_id": "easy", "skill_ids": ["base"], "difficulty": -2.0},
        {"content_id": "hard", "skill_ids": ["base"], "difficulty": 2.0},
    ]
    own, believed = Lesson.of("base", {}, rows), []
    for item in own.items:
        belief = Belief(own, BeliefSettings())
        belief.answered(item, True)
        believed.append(belief.mastery()["base"])
    assert believed[0] < believed[1]


@pytest.mark.parametrize(("weakest", "share"), [(0.0, 0.6), (1.0, 0.4)])
def test_readiness_is_the_mean_or_the_weakest_prerequisite(weakest, share):
    known = np.array([0.8, 0.4, 0.9])
    needs = np.array([[0, 1], [-1, -1]])
    found = ready_share(known, needs, np.array(0.2), np.array(weakest))
    assert found == pytest.approx([0.2 + 0.8 * share, 1.0])


def test_generations_come_after_all_that_they_need():
    needs = np.array([[-1, -1], [0, -1], [0, -1], [1, 2], [0, 3]])
    assert [list(one) for one in generations_of(needs)] == [[0], [1, 2], [3], [4]]


def test_not_knowing_how_long_the_student_has_it_still_goes_by_the_answers():
    assert skills_taught(set(), minutes=None).count("base") >= 5
    assert skills_taught({"base", "goal"}, minutes=None)[-5:] == ["goal"] * 5


def taught_after(pause: timedelta) -> tuple[PlanningPolicy, dict[str, float], list[str]]:
    """Twenty minutes of teaching; a pause and a wrong answer; the policy, what it believed
    before, and the skills of the next items."""
    policy, tried, skills = PlanningPolicy(), Counter[str](), []
    policy.begin(lesson())
    now, believed = datetime(2025, 9, 1, tzinfo=UTC), {}
    for step in range(28):
        if step == 20:
            now, believed = now + pause, policy.belief.mastery()
        item = policy.choose()
        skills.append(item.split("-")[0])
        tried[skills[-1]] += 1
        now += timedelta(minutes=1)
        policy.observe(Done(item, tried[skills[-1]] > 3 and step < 20, 60.0, now))
    return policy, believed, skills[21:]


def test_what_was_mastered_is_believed_less_after_a_long_pause():
    policy, believed, _ = taught_after(timedelta(0))
    policy.belief.passed(datetime(2026, 9, 1, tzinfo=UTC))
    now = policy.belief.mastery()
    assert believed["base"] > 0.85
    assert now["base"] < believed["base"] - 0.15


def test_the_prerequisite_is_reviewed_after_a_long_pause_and_not_the_next_minute():
    assert "base" not in taught_after(timedelta(0))[2]
    assert taught_after(timedelta(days=365))[2].count("base") >= 4


def test_a_lesson_that_does_not_have_the_item_is_told():
    policy = PlanningPolicy()
    policy.begin(lesson())
    with pytest.raises(DataError, match="no item 'elsewhere-1'"):
        policy.observe(Done("elsewhere-1", True))


STUDY = [{"content_id": "v", "skill_ids": ["base"], "type": "video", "duration_s": 300}]


@pytest.mark.parametrize(
    ("told", "same"), [(2.5, 1.0), (-0.5, 0.0), (float("nan"), 1.0), (None, 1.0)]
)
def test_progress_is_a_share_and_all_of_it_where_not_known(told, same):
    believed = []
    for progress in (told, same, 0.5):
        policy = PlanningPolicy()
        policy.begin(Lesson.of("base", {}, STUDY))
        policy.observe(Done("v", None, 300.0, progress=progress))
        believed.append(policy.belief.mastery()["base"])
    assert believed[0] == believed[1] != believed[2]


def test_a_classroom_that_never_knows_progress_may_leave_it_out():
    policy = PlanningPolicy()
    policy.begin(Lesson.of("base", {}, STUDY))
    before = policy.belief.mastery()["base"]
    seen = SimpleNamespace(content_id="v", correct=None, duration_s=None, occurred_at=None)
    policy.observe(seen)
    assert policy.belief.mastery()["base"] > before


def test_durations_that_are_not_finite_do_not_stop_the_teaching():
    skills = []
    for seconds in (float("nan"), float("inf"), None):
        policy, taught = PlanningPolicy(), []
        policy.begin(lesson())
        for _ in range(12):
            taught.append(policy.choose())
            policy.observe(Done(taught[-1], False, seconds))
        skills.append(taught)
    assert skills[0] == skills[1] == skills[2]


def test_what_is_known_of_other_skills_says_nothing_about_the_student():
    bare = Belief(lesson(), BeliefSettings())
    for mastery in ({"elsewhere": 0.9}, {"base": float("nan")}):
        other = Belief(lesson(), BeliefSettings(), mastery)
        assert other.mastery() == bare.mastery()
        assert (other.variance == bare.variance).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("correct", "yes"),
        ("correct", 2),
        ("correct", "1"),
        ("correct", float("inf")),
        ("correct", [True]),
        ("duration_s", "x"),
        ("progress", "half"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_and_changes_nothing(field, value):
    policy, untouched = PlanningPolicy(), PlanningPolicy()
    for one in (policy, untouched):
        one.begin(lesson())
    item = policy.choose()
    with pytest.raises(DataError, match=f"{field} is "):
        policy.observe(replace(Done(item, True), **{field: value}))
    assert policy.belief.mastery() == untouched.belief.mastery()
    assert policy.choose() == item


def test_an_answer_that_is_not_known_is_like_nothing_asked():
    believed = []
    for correct in (None, float("nan"), pd.NA):
        policy = PlanningPolicy()
        policy.begin(lesson())
        policy.observe(Done(policy.choose(), correct))
        believed.append(policy.belief.mastery())
    assert believed[0] == believed[1] == believed[2]


@pytest.mark.parametrize("known", ["much", 7, -0.1])
def test_a_mastery_handed_in_is_a_share(known):
    with pytest.raises(DataError, match="mastery of 'base' is "):
        PlanningPolicy(mastery={"base": known}).begin(lesson())
