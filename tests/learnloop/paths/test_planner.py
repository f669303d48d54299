"""Paths are valid, shortest, explained, and stay what they were when planned anew."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloop.errors import DataError, ModelError
from learnloop.paths.plan import LearningPath
from learnloop.paths.planner import PathPlanner

#   count ─► add ─► multiply ─► power
#              └──► subtract      ▲
#   read ────────────────────────┘
EDGES = [
    ("count", "add"),
    ("add", "multiply"),
    ("add", "subtract"),
    ("multiply", "power"),
    ("read", "power"),
]
CURRICULUM = ["count", "add", "subtract", "multiply", "power", "read"]


def planner(items: pd.DataFrame | None = None) -> PathPlanner:
    return PathPlanner(nx.DiGraph(EDGES), CURRICULUM, items)


def path_to(objective: str, **known: float) -> LearningPath:
    school = planner()
    return school.plan([objective], school.masteries(known))


def test_a_path_holds_what_is_needed_and_nothing_else() -> None:
    path = path_to("power")
    assert path.skill_ids == ("count", "add", "multiply", "read", "power")


def test_what_is_known_ends_the_search() -> None:
    assert path_to("power", add=0.9, read=0.85).skill_ids == ("multiply", "power")


def test_a_known_objective_needs_no_step() -> None:
    path = path_to("add", add=0.8)
    assert len(path) == 0
    assert path.total_minutes == 0
    assert list(path) == []


def test_minutes_follow_the_present_mastery() -> None:
    # No items: ln((1 − m) / .2) / .024
    path = path_to("add", count=0.9, add=0.6)
    assert path.total_minutes == pytest.approx(np.log(2) / 0.024)
    assert path_to("add", count=0.9).total_minutes == pytest.approx(np.log(5) / 0.024)


def test_a_skill_that_the_curriculum_has_too_late_comes_just_before_its_use() -> None:
    assert planner().skill_ids == ("count", "add", "subtract", "multiply", "read", "power")


def test_objectives_may_come_one_by_one() -> None:
    school = planner()
    once = school.plan((name for name in ["power"]), school.masteries({}))
    assert once.skill_ids == path_to("power").skill_ids


def test_several_objectives_share_their_steps() -> None:
    school = planner()
    path = school.plan(["subtract", "multiply", "subtract"], school.masteries({}))
    assert path.skill_ids == ("count", "add", "subtract", "multiply")


def test_a_step_says_why_it_is_there() -> None:
    items = pd.DataFrame(
        {
            "content_id": ["film", "lab"],
            "skill_ids": [["add", "count"], ["add"]],
            "type": ["video", "interactive"],
            "duration_s": [600.0, 1200.0],
        }
    )
    school = planner(items)
    path = school.plan(["power"], school.masteries({"count": 0.9, "add": 0.6}))
    add, multiply, read, power = path
    # ln(.4 / .2) = .693 of the lab's .72
    assert (add.content_ids, add.minutes, add.rounds) == (("lab",), 20, 0)
    assert (add.known, add.after, add.needed_for) == (("count",), (), ("multiply",))
    assert (multiply.after, multiply.needed_for) == (("add",), ("power",))
    assert (power.after, power.is_objective) == (("multiply", "read"), True)
    assert add.because() == (
        "add, about 20 minutes from mastery 0.60: multiply cannot be learned without it."
    )
    assert power.because().endswith("from mastery 0.00: it is the objective.")
    assert read.content_ids == ()


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (["fly"], "'fly' is not a skill"),
        ([], "at least one skill"),
        ("power", "objective is 'power'; give a list"),
        (None, "objective is None; give a list"),
        ([None], "'None' is not a skill"),
        ([["power"]], "is not a skill"),
    ],
)
def test_an_impossible_objective_is_named(objective: list[str], message: str) -> None:
    school = planner()
    with pytest.raises(ModelError, match=message):
        school.plan(objective, school.masteries({}))


@pytest.mark.parametrize(
    "mastery",
    [
        np.zeros(3),
        np.full(6, np.nan),
        np.full(6, 1.5),
        ["a"] * 6,
        [[0.5]] * 6,
        [[0.5], []],
        None,
        {"add": 0.5},
    ],
)
def test_impossible_masteries_are_refused(mastery: object) -> None:
    with pytest.raises(ModelError, match="Masteries must be 6 numbers"):
        planner().plan(["power"], mastery)  # type: ignore[arg-type]


def test_masteries_may_be_a_list() -> None:
    school = planner()
    assert school.plan(["power"], [0.9, 0.9, 0, 0, 0, 0.9]).skill_ids == (
        school.plan(["power"], np.array([0.9, 0.9, 0, 0, 0, 0.9])).skill_ids
    )


@pytest.mark.parametrize("known", [{"add": 2}, {"add": float("nan")}, {"add": None}])
def test_an_impossible_mastery_by_name_is_named(known: dict[str, float]) -> None:
    with pytest.raises(ModelError, match="that of 'add' is"):
        planner().masteries(known)


def test_masteries_by_name_are_a_mapping() -> None:
    with pytest.raises(ModelError, match="mapping"):
        planner().masteries([0.5] * 6)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edges", "named"),
    [
        ([("a", "b"), ("b", "a")], "a → b → a"),
        ([("a", "b"), ("b", "b")], "'b' would be its own prerequisite"),
    ],
)
def test_a_cycle_of_the_graph_is_named(edges: list[tuple[str, str]], named: str) -> None:
    with pytest.raises(DataError, match=f"{named}.*repaired_graph"):
        PathPlanner(nx.DiGraph(edges), ["a", "b"])


def test_a_table_is_no_graph() -> None:
    table = pd.DataFrame(EDGES, columns=["requires_skill_id", "skill_id"])
    with pytest.raises(DataError, match="DataFrame, not a directed graph"):
        PathPlanner(table, CURRICULUM)  # type: ignore[arg-type]


def test_a_curriculum_of_other_skills_is_refused() -> None:
    with pytest.raises(DataError, match="same skills"):
        PathPlanner(nx.DiGraph([("a", "b")]), ["a", "c"])


def test_a_curriculum_without_skills_is_refused() -> None:
    with pytest.raises(DataError, match="no skill"):
        PathPlanner(nx.DiGraph(), [])


def test_a_path_keeps_the_masteries_that_it_was_made_for() -> None:
    school = planner()
    mastery = school.masteries({})
    path = school.plan(["add"], mastery)
    mastery[:] = 0.9
    assert path.step(0).mastery == 0


def test_a_chain_of_thousands_is_planned() -> None:
    names = [f"s{number}" for number in range(3000)]
    school = PathPlanner(nx.path_graph(names, create_using=nx.DiGraph), names[::-1])
    path = school.plan([names[-1]], school.masteries({}))
    assert path.skill_ids == tuple(names)


@st.composite
def curricula(draw: st.DrawFn) -> tuple[PathPlanner, "nx.DiGraph[str]", list[str], np.ndarray]:
    """A random acyclic graph, a curriculum that ignores it, objectives and masteries."""
    size = draw(st.integers(1, 12))
    names = [f"s{number}" for number in range(size)]
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from((names[a], names[b]) for a, b in edges)
    school = PathPlanner(graph, draw(st.permutations(names)))
    objective = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    mastery = draw(
        st.lists(st.sampled_from([0.0, 0.3, 0.79, 0.8, 1.0]), min_size=size, max_size=size)
    )
    return school, graph, objective, np.array(mastery)


def valid(
    steps: tuple[str, ...], graph: "nx.DiGraph[str]", objective: list[str], known: set[str]
) -> bool:
    """All that a step requires is known or earlier, and the objective is reached."""
    learned = set(known)
    for step in steps:
        if not set(graph.predecessors(step)) <= learned:
            return False
        learned.add(step)
    return set(objective) <= learned


@settings(max_examples=50, deadline=None)
@given(curricula())
def test_a_path_is_valid_and_no_step_of_it_can_be_spared(drawn) -> None:  # type: ignore[no-untyped-def]
    school, graph, objective, mastery = drawn
    known = {name for name, m in zip(school.skill_ids, mastery, strict=True) if m >= 0.8}
    steps = school.plan(objective, mastery).skill_ids
    assert valid(steps, graph, objective, known)
    assert not set(steps) & known
    for left_out in steps:
        fewer = tuple(step for step in steps if step != left_out)
        assert not valid(fewer, graph, objective, known)


@settings(max_examples=50, deadline=None)
@given(curricula())
def test_each_step_names_what_makes_it_necessary(drawn) -> None:  # type: ignore[no-untyped-def]
    school, graph, objective, mastery = drawn
    path = school.plan(objective, mastery)
    for place, step in enumerate(path):
        assert step.is_objective or step.needed_for
        assert set(step.needed_for) <= set(path.skill_ids[place + 1 :])
        assert all(graph.has_edge(step.skill_id, later) for later in step.needed_for)
        assert set(step.after) <= set(path.skill_ids[:place])
        assert {*step.after, *step.known} == set(graph.predecessors(step.skill_id))


@settings(max_examples=50, deadline=None)
@given(curricula(), st.data())
def test_planning_anew_never_shuffles_what_is_left(drawn, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    school, _, objective, mastery = drawn
    before = school.plan(objective, mastery).skill_ids
    if before:
        learned = data.draw(st.sampled_from(before))
        after = mastery.copy()
        after[school.skill_ids.index(learned)] = 0.9
        left = school.plan(objective, after).skill_ids
        assert left == tuple(step for step in before if step in left)
        assert learned not in left
