"""The protocol of teaching: what every policy may count on, and what all must keep to."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.recommend.teaching import Lesson, TeachingPolicy, teach
from learnloop.recommend.teaching_policy import PlanningPolicy
from learnloop.recommend.teaching_rules import EqualTime, FixedOrder, RandomItems, SkillBySkill

NEEDS = {"b": ["a"], "c": ["b"], "z": ["y"]}
ITEMS = [
    {"content_id": f"{skill}{number}", "skill_ids": [skill]}
    for skill in "abcz"
    for number in (1, 2)
]


def row(content_id: object, **columns: object) -> dict[str, object]:
    return {"content_id": content_id, "skill_ids": ["a"]} | columns


POLICIES = {
    "planning": PlanningPolicy,
    "random": RandomItems,
    "fixed": FixedOrder,
    "popular": lambda: FixedOrder({"b1": 3.0}),
    "three": SkillBySkill,
    "straight": lambda: SkillBySkill(straight=True),
    "equal": lambda: EqualTime(30.0),
}


@dataclass(frozen=True)
class Done:
    content_id: str
    correct: bool | None
    duration_s: float | None = None
    occurred_at: datetime | None = None
    progress: float | None = None


def chosen(policy: TeachingPolicy, lesson: Lesson, right: set[str], steps: int) -> list[str]:
    """The items that a policy chooses for a student who knows the skills in `right`."""
    policy.begin(lesson, seed=3)
    items = []
    for _ in range(steps):
        item = policy.choose()
        items.append(item)
        policy.observe(Done(item, item[0] in right))
    return items


def test_a_lesson_holds_what_the_objective_builds_on_and_no_more():
    lesson = Lesson.of("c", NEEDS, ITEMS)
    assert lesson.skills == ("a", "b", "c")
    assert {item.content_id for item in lesson.items} == {"a1", "a2", "b1", "b2", "c1", "c2"}


def test_tables_say_the_same_as_mappings():
    table = pd.DataFrame(
        {"skill_id": ["b", "c", "z", "c"], "requires_skill_id": ["a", "b", "y", "b"]}
    )
    assert Lesson.of(["c"], table, pd.DataFrame(ITEMS)) == Lesson.of("c", NEEDS, ITEMS)


def test_an_item_tells_its_minutes_and_its_difficulty_where_known():
    rows = [
        {"content_id": "q", "skill_ids": ["a"], "type": "assessment", "difficulty": 1.5},
        {"content_id": "v", "skill_ids": ["a"], "type": "video", "duration_s": 120},
    ]
    question, video = Lesson.of("a", {}, rows).items
    assert (question.question, question.difficulty, question.minutes) == (True, 1.5, None)
    assert (video.question, video.difficulty, video.minutes) == (False, None, 2.0)


def test_an_item_of_no_type_is_a_question_beside_items_that_tell_theirs():
    rows = [row("q"), row("n", type=None), row("v", type="video")]
    for items in (rows, pd.DataFrame(rows)):
        asks = [item.question for item in Lesson.of("a", {}, items).items]
        assert asks == [True, True, False]


def test_numbers_that_are_not_finite_are_not_known():
    odd = row("x", duration_s=float("nan"), difficulty=float("inf"))
    lesson = Lesson.of("a", {}, [odd, row("y", duration_s=-5)], minutes=float("nan"))
    assert [(item.minutes, item.difficulty) for item in lesson.items] == [(None, None)] * 2
    assert lesson.minutes is None


def test_ids_may_be_numbers_everywhere():
    items = [{"content_id": n, "skill_ids": [n // 10]} for n in (10, 11, 20, 21)]
    lesson = Lesson.of(2, {2: [1]}, items)
    assert lesson.skills == ("1", "2")
    assert lesson == Lesson.of(
        [2], pd.DataFrame({"skill_id": [2], "requires_skill_id": [1]}), pd.DataFrame(items)
    )


@pytest.mark.parametrize("told", [int, str])
@pytest.mark.parametrize("name", POLICIES)
def test_items_that_were_numbered_are_chosen_by_their_numbers(name, told):
    items = [{"content_id": n, "skill_ids": ["a" if n < 20 else "b"]} for n in (10, 11, 20)]
    policy, taught = POLICIES[name](), []
    policy.begin(Lesson.of("b", NEEDS, items), seed=3)
    for _ in range(8):
        taught.append(policy.choose())
        policy.observe(Done(told(taught[-1]), False, float("nan")))
    assert all(type(item) is int for item in taught)
    assert set(taught) <= {10, 11, 20}


def test_numbered_items_are_sorted_by_popularity():
    lesson = Lesson.of("a", {}, [row(n) for n in (1, 2, 3)])
    for popularity in ({3: 5.0, 2: 1.0}, {"3": 5.0, "2": 1.0}):
        policy = FixedOrder(popularity)
        policy.begin(lesson)
        assert policy.choose() == 3


@pytest.mark.parametrize(
    ("objective", "needs", "items", "message"),
    [
        ([], NEEDS, ITEMS, "names no skill"),
        ("q", NEEDS, ITEMS, "no item teaches the objective 'q'"),
        ("b", {"b": ["a"], "a": ["b"]}, ITEMS, "cycle"),
        ("a", NEEDS, [*ITEMS, ITEMS[0]], "'a1' is named twice"),
        ("a", NEEDS, [{"content_id": "a1"}], "column 'skill_ids'"),
        (
            "a",
            NEEDS,
            [{"content_id": 1, "skill_ids": ["a"]}, ITEMS[0], row("1")],
            "'1' is named",
        ),
        (
            "a",
            NEEDS,
            [ITEMS[0], row("x", skill_ids=[])],
            "'skill_ids', row 2: 'x' has no skill",
        ),
        ("a", NEEDS, [ITEMS[0], row("x", skill_ids=None)], "'skill_ids', row 2: 'None' is no"),
        ("a", NEEDS, [row("x", skill_ids="a")], "'skill_ids', row 1: 'a' is no list"),
        ("a", NEEDS, [row("x", skill_ids=["a", None])], "'skill_ids', row 1"),
        ("a", NEEDS, [ITEMS[0], row(None)], "'content_id', row 2: 'None' is no id"),
        ("a", NEEDS, [row("x", type="lecture")], "'type', row 1: 'x' is of the .* 'lecture'"),
        ("a", NEEDS, [row("x", duration_s="5 min")], "'duration_s', row 1: .* '5 min', .* no"),
        ("a", NEEDS, [row("x", duration_s=[5, 6])], "'duration_s', row 1: "),
        ("a", NEEDS, [row("x", author_difficulty=9)], "'author_difficulty', row 1: .* 1 to 5"),
        ("a", NEEDS, [row("x", author_difficulty=0)], "'author_difficulty', row 1: .* 1 to 5"),
        ("a", NEEDS, [], "items: there is no item"),
        ("a", NEEDS, pd.DataFrame(), "items: there is no item"),
        ("a", NEEDS, None, "items: 'None' is no table"),
        ("b", {"b": "a"}, ITEMS, "column 'prerequisites', row b: 'a' is no list"),
        ("b", {"b": None}, ITEMS, "column 'prerequisites', row b: 'None' is no list"),
        ("b", pd.DataFrame({"skill_id": ["b"]}), ITEMS, "column 'requires_skill_id'"),
        (
            "b",
            pd.DataFrame({"skill_id": ["b", "c"], "requires_skill_id": ["a", None]}),
            ITEMS,
            "column 'requires_skill_id', row 2: no skill",
        ),
    ],
)
def test_a_lesson_that_cannot_be_taught_is_refused(objective, needs, items, message):
    with pytest.raises(DataError, match=message):
        Lesson.of(objective, needs, items)


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_chooses_only_items_of_the_lesson(name):
    lesson = Lesson.of("c", NEEDS, ITEMS)
    known = {item.content_id for item in lesson.items}
    assert set(chosen(POLICIES[name](), lesson, {"a"}, 20)) <= known


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_seed_and_answers_give_the_same_choices(name):
    lesson = Lesson.of("c", NEEDS, ITEMS)
    policy = POLICIES[name]()
    first = chosen(policy, lesson, {"a"}, 15)
    assert chosen(policy, lesson, {"a"}, 15) == first
    assert chosen(POLICIES[name](), lesson, {"a"}, 15) == first


@pytest.mark.parametrize("name", POLICIES)
def test_one_skill_with_one_item_is_a_lesson(name):
    lesson = Lesson.of("a", {}, [{"content_id": "a1", "skill_ids": ["a"]}])
    assert chosen(POLICIES[name](), lesson, set(), 5) == ["a1"] * 5


@pytest.mark.parametrize("name", POLICIES)
def test_an_objective_without_items_is_taught_by_what_it_builds_on(name):
    lesson = Lesson.of("z", {"z": ["a"]}, ITEMS[:2])
    assert set(chosen(POLICIES[name](), lesson, set(), 6)) <= {"a1", "a2"}


def test_three_right_in_a_row_move_on_in_topological_order():
    lesson = Lesson.of("c", NEEDS, ITEMS)
    items = chosen(SkillBySkill(), lesson, {"a", "b", "c"}, 10)
    assert [item[0] for item in items] == list("aaabbbcccc")


def test_whoever_fails_stays_where_the_rule_of_three_is():
    lesson = Lesson.of("c", NEEDS, ITEMS)
    assert {item[0] for item in chosen(SkillBySkill(), lesson, set(), 10)} == {"a"}


def test_equal_time_gives_each_skill_its_share():
    lesson, policy = Lesson.of("c", NEEDS, ITEMS), EqualTime(9.0)
    policy.begin(lesson)
    skills = []
    for _ in range(9):
        item = policy.choose()
        skills.append(item[0])
        policy.observe(Done(item, True, duration_s=60.0))
    assert "".join(skills) == "aaabbbccc"


def test_the_most_popular_item_comes_first():
    lesson = Lesson.of("c", NEEDS, ITEMS)
    assert chosen(FixedOrder({"b2": 5.0, "a1": 1.0}), lesson, set(), 2) == ["b2", "a1"]


@pytest.mark.parametrize("minutes", ["abc", "60", [60]])
def test_minutes_are_a_number(minutes):
    with pytest.raises(DataError, match=r"minutes is .* no number"):
        Lesson.of("a", NEEDS, ITEMS, minutes)


@pytest.mark.parametrize("name", ["planning", "random"])
@pytest.mark.parametrize("seed", [-1, "one", 1.5, None, [1, 2]])
def test_a_seed_is_a_whole_number_from_0_up(name, seed):
    with pytest.raises(DataError, match="the seed is "):
        POLICIES[name]().begin(Lesson.of("a", NEEDS, ITEMS), seed)


class Endless:
    """A room that never says done; each item takes `seconds`."""

    objective, prerequisites, items = "c", NEEDS, ITEMS

    def __init__(self, seconds):
        self.seconds, self.steps = seconds, 0

    def reset(self, seed):  # noqa: ARG002
        return SimpleNamespace(done=False)

    def step(self, content_id):
        self.steps += 1
        assert self.steps < 500
        return SimpleNamespace(
            content_id=content_id,
            correct=True,
            duration_s=self.seconds,
            occurred_at=None,
            done=False,
        )


@pytest.mark.parametrize(("seconds", "steps"), [(60.0, 11), (90.0, 7), (601.0, 1)])
def test_a_room_that_never_says_done_is_taught_until_the_minutes_are_over(seconds, steps):
    room = Endless(seconds)
    assert teach(RandomItems(), room, seed=1, minutes=10) == room.steps == steps


def test_a_room_that_says_done_when_its_minutes_are_over_is_never_stopped_before():
    class Keeps(Endless):
        def step(self, content_id):
            seen = super().step(content_id)
            seen.done = self.steps == 50
            return seen

    # A tenth of a minute fifty times is more than 5 in floating point.
    assert teach(RandomItems(), Keeps(6.0), seed=1, minutes=5) == 50
    assert teach(RandomItems(), Keeps(60.0), seed=1) == 50


def test_a_duration_that_is_no_number_is_refused_whatever_the_policy():
    with pytest.raises(DataError, match="duration_s is 'x', which is no number"):
        teach(RandomItems(), Endless("x"), seed=1, minutes=10)
