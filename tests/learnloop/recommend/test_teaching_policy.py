"""The platform's teaching policy does what a good teacher would where that is plain."""

import numpy as np
import pytest

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


def skills_taught(right: set[str], steps: int = 20) -> list[str]:
    policy = PlanningPolicy()
    policy.begin(lesson())
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


def test_it_teaches_without_knowing_how_long_the_student_has():
    policy = PlanningPolicy()
    policy.begin(lesson(minutes=None))
    assert policy.choose() in {item["content_id"] for item in ITEMS}
