"""A faulty prerequisite graph is repaired, and each edge that was left out is named."""

import networkx as nx
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloop.content.graph import prerequisite_graph
from learnloop.content.repair import Fault, repaired_graph


def needs(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["skill_id", "requires_skill_id"])


def test_a_sound_graph_stays_as_it_is() -> None:
    edges = needs(("b", "a"), ("c", "b"))
    repaired = repaired_graph(edges, "abc")
    assert set(repaired.graph.edges) == {("a", "b"), ("b", "c")}
    assert repaired.left_out == ()
    assert repaired.report() == ""


def test_every_fault_is_named() -> None:
    edges = needs(("b", "z"), ("b", "b"), ("b", "a"), ("b", "a"), ("c", "b"), ("a", "c"))
    repaired = repaired_graph(edges, "abc")
    assert repaired.report().splitlines() == [
        "row 1, 'b' requires 'z', names a skill that is not there.",
        "row 2, 'b' requires 'b', would be its own prerequisite.",
        "row 4, 'b' requires 'a', was named before.",
        "row 6, 'a' requires 'c', closes a cycle: a → b → c → a.",
    ]
    assert set(repaired.graph.edges) == {("a", "b"), ("b", "c")}


def test_rows_of_the_file_are_named_where_they_are_known() -> None:
    edges = needs(("a", "a")).assign(_file="prerequisites.csv", _row=7)
    assert repaired_graph(edges, "a").left_out[0].row == 7


def test_of_two_cycles_that_share_a_skill_each_loses_one_edge() -> None:
    edges = needs(("b", "a"), ("a", "b"), ("c", "b"), ("b", "c"))
    repaired = repaired_graph(edges, "abc")
    assert [edge.row for edge in repaired.left_out] == [2, 4]


skills = st.sampled_from("abcdefg")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(skills, skills), max_size=30))
def test_what_is_left_can_be_learned_and_nothing_vanishes_unnamed(
    pairs: list[tuple[str, str]],
) -> None:
    repaired = repaired_graph(needs(*pairs), "abcde")  # f and g are absent
    assert nx.is_directed_acyclic_graph(repaired.graph)
    assert len(repaired.left_out) + repaired.graph.number_of_edges() == len(pairs)
    kept = needs(*((skill, required) for required, skill in repaired.graph.edges))
    assert set(prerequisite_graph(kept, "abcde").edges) == set(repaired.graph.edges)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(skills, skills), max_size=30))
def test_an_edge_is_left_out_only_for_a_reason(pairs: list[tuple[str, str]]) -> None:
    whole = nx.DiGraph([(required, skill) for skill, required in pairs])
    for edge in repaired_graph(needs(*pairs), "abcdefg").left_out:
        if edge.fault is Fault.CYCLE:
            assert nx.has_path(whole, edge.skill_id, edge.requires_skill_id)
            assert edge.cycle[0] == edge.cycle[-1]
            assert nx.is_path(whole, edge.cycle)
        else:
            twice = pairs.count((edge.skill_id, edge.requires_skill_id)) > 1
            assert edge.skill_id == edge.requires_skill_id or twice
