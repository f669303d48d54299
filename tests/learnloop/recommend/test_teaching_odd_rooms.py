"""Classrooms that nobody here has seen: the policy works in them or says what is wrong."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import networkx as nx
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.recommend.teaching import Lesson
from learnloop.recommend.teaching_policy import PlanningPolicy

from .test_teaching import ITEMS, NEEDS, Done

GRAPHS = {
    "mapping": {"b": ["a"], "c": ["b"]},
    "table": pd.DataFrame({"skill_id": ["b", "c"], "requires_skill_id": ["a", "b"]}),
    "pairs": [("b", "a"), ("c", "b"), ("c", "b")],
    "graph": nx.DiGraph([("a", "b"), ("b", "c")]),
}


@pytest.mark.parametrize("form", GRAPHS)
def test_the_graph_may_be_given_in_any_of_four_forms(form):
    assert Lesson.of("c", GRAPHS[form], ITEMS).prerequisites == {
        "a": (),
        "b": ("a",),
        "c": ("b",),
    }


@pytest.mark.parametrize("nothing", [None, {}, [], nx.DiGraph()])
def test_no_prerequisites_leave_the_objective_alone(nothing):
    assert Lesson.of(["c", "a"], nothing, ITEMS).skills == ("a", "c")


@pytest.mark.parametrize("pair", [("b",), ("b", "a", "c"), "ba", 5])
def test_what_is_no_pair_is_refused(pair):
    with pytest.raises(DataError, match=r"row.* 2: .* no (pair|list)"):
        Lesson.of("b", [("b", "a"), pair], ITEMS)


def test_items_that_may_not_be_repeated_are_done_once():
    lesson, policy = Lesson.of("c", NEEDS, ITEMS, repeats=False), PlanningPolicy()
    policy.begin(lesson)
    done = []
    for _ in lesson.items:
        done.append(policy.choose())
        policy.observe(Done(done[-1], False))
    assert sorted(done) == ["a1", "a2", "b1", "b2", "c1", "c2"]
    with pytest.raises(DataError, match="every item of the lesson is done"):
        policy.choose()


def test_answers_that_were_not_asked_for_are_taken_in():
    policy = PlanningPolicy()
    policy.begin(Lesson.of("c", NEEDS, ITEMS))
    before = policy.belief.mastery()["b"]
    policy.observe(Done("b1", True))
    assert policy.belief.mastery()["b"] > before
    assert policy.choose() in {item["content_id"] for item in ITEMS}


@pytest.mark.parametrize("call", [PlanningPolicy.choose, lambda p: p.observe(Done("a1", True))])
def test_a_policy_without_a_lesson_says_so(call):
    with pytest.raises(DataError, match="no lesson has begun"):
        call(PlanningPolicy())


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2025-09-01"], "is no datetime"),
        ([datetime(2025, 9, 1, tzinfo=UTC), datetime(2025, 9, 1)], "time zone"),  # noqa: DTZ001
    ],
)
def test_times_that_cannot_be_compared_are_refused(times, message):
    policy = PlanningPolicy()
    policy.begin(Lesson.of("c", NEEDS, ITEMS))
    *before, wrong = (Done("a1", True, 60.0, now) for now in times)
    for seen in before:
        policy.observe(seen)
    with pytest.raises(DataError, match=message):
        policy.observe(wrong)


def test_a_student_whose_clock_runs_backwards_forgets_nothing():
    policy = PlanningPolicy()
    policy.begin(Lesson.of("c", NEEDS, ITEMS))
    policy.observe(Done("a1", True, 60.0, datetime(2025, 9, 2, tzinfo=UTC)))
    before = policy.belief.mastery()
    policy.belief.passed(datetime(2025, 9, 1, tzinfo=UTC))
    assert policy.belief.mastery() == before


def test_only_videos_are_a_lesson():
    videos = [{"content_id": n, "skill_ids": ["ab"[n % 2]], "type": "video"} for n in range(4)]
    policy = PlanningPolicy()
    policy.begin(Lesson.of("b", NEEDS, videos))
    for _ in range(8):
        seen = SimpleNamespace(
            content_id=policy.choose(), correct=None, duration_s=None, occurred_at=None
        )
        policy.observe(seen)


def test_five_hundred_skills_with_thousands_of_items_are_planned_within_a_second():
    needs = {n: [n // 2] for n in range(1, 500)}
    items = [{"content_id": n, "skill_ids": [n % 500]} for n in range(5_000)]
    policy = PlanningPolicy()
    policy.begin(Lesson.of(list(range(500)), needs, items, minutes=600))
    started = time.process_time()
    for _ in range(5):
        policy.observe(Done(policy.choose(), False, 60.0))
    assert time.process_time() - started < 2.0
