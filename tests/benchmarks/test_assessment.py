"""What the benchmarks of tests and paths compute, on rows that the eye can check."""

import networkx as nx
import numpy as np

from benchmarks.assessment import _by_fifth, _medians
from benchmarks.paths import _right
from learnloop.paths.plan import LearningPath
from learnloop.paths.planner import PathPlanner


def test_the_median_is_that_of_each_seed() -> None:
    items, seeds = np.array([1.0, 2, 9, 10, 10, 10]), np.array([0, 0, 0, 1, 1, 1])
    assert _medians(items, seeds, np.ones(6)) == 6
    assert _medians(items, seeds, np.array([0, 0, 1, 1, 1, 1])) == 9.5


def test_fifths_are_in_the_order_of_the_students() -> None:
    items = np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    assert _by_fifth(items, np.zeros(10)) == [1, 2, 3, 4, 5]


def path_of(*steps: str) -> tuple[LearningPath, "nx.DiGraph[str]"]:
    """A path to c of a ─► b ─► c and d, whatever its steps."""
    graph = nx.DiGraph([("a", "b"), ("b", "c")])
    graph.add_node("d")
    planner = PathPlanner(graph, list("abcd"))
    path = planner.plan(["c"], planner.masteries({}))
    places = np.array([planner.skill_ids.index(step) for step in steps])
    return LearningPath(**{**vars(path), "places": places}), graph


def test_the_check_of_paths_tells_right_from_wrong() -> None:
    nothing, a = np.array([], str), np.array(["a"])
    assert _right(*path_of("a", "b", "c"), nothing)
    assert _right(*path_of("b", "c"), a)
    assert not _right(*path_of("b", "c"), nothing)
    assert not _right(*path_of("b", "a", "c"), nothing)
    assert not _right(*path_of("a", "d", "b", "c"), nothing)
    assert not _right(*path_of("a", "b", "c"), a)
