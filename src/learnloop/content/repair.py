"""Repairs a prerequisite graph that came from outside, and says what it took away.

Where `prerequisite_graph` refuses, a graph of somebody else's making is sometimes better
used without its faulty edges than not at all. What is left out is named, edge by edge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import networkx as nx
import pandas as pd


class Fault(StrEnum):
    """What is wrong with an edge."""

    MISSING = "names a skill that is not there"
    SELF = "would be its own prerequisite"
    TWICE = "was named before"
    CYCLE = "closes a cycle"


@dataclass(frozen=True)
class LeftOut:
    """One edge that the repaired graph does not have."""

    skill_id: str
    requires_skill_id: str
    fault: Fault
    row: int
    """`_row` of the edge where the table has it, else its 1-based place."""
    cycle: tuple[str, ...] = ()
    """The cycle that it closed, from its first skill to the same; else empty."""

    def __str__(self) -> str:
        through = f": {' → '.join(self.cycle)}" if self.cycle else ""
        edge = f"'{self.skill_id}' requires '{self.requires_skill_id}'"
        return f"row {self.row}, {edge}, {self.fault}{through}."


@dataclass(frozen=True)
class RepairedGraph:
    """A sound graph and the report of what it lacks."""

    graph: "nx.DiGraph[str]"
    left_out: tuple[LeftOut, ...]

    def report(self) -> str:
        """A line per fault; empty where nothing was wrong."""
        return "\n".join(map(str, self.left_out))


def repaired_graph(prerequisites: pd.DataFrame, skill_ids: Iterable[str]) -> RepairedGraph:
    """`prerequisite_graph` of the edges that are sound.

    Edges to skills that are absent, from a skill to itself and named before are left out.
    Of each cycle that is then left, the edge that stands last in the table is left out:
    what was said first stays.

    Args:
        prerequisites: as for `prerequisite_graph`.
        skill_ids: as for `prerequisite_graph`.

    Example:
        >>> edges = [("b", "a"), ("c", "b"), ("a", "c"), ("b", "z")]
        >>> table = pd.DataFrame(edges, columns=["skill_id", "requires_skill_id"])
        >>> print(repaired_graph(table, "abc").report())
        row 4, 'b' requires 'z', names a skill that is not there.
        row 3, 'a' requires 'c', closes a cycle: a → b → c → a.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(set(skill_ids)))
    table = prerequisites.assign(_place=range(1, len(prerequisites) + 1))
    left_out: list[LeftOut] = []
    columns = ["skill_id", "requires_skill_id", "_row" if "_row" in table else "_place"]
    for skill, needs, row in table[columns].itertuples(index=False):
        if fault := _fault(graph, skill, needs):
            left_out.append(LeftOut(str(skill), str(needs), fault, int(row)))
        else:
            graph.add_edge(needs, skill, row=int(row))
    left_out.extend(_break_cycles(graph))
    return RepairedGraph(graph, tuple(left_out))


def _fault(graph: "nx.DiGraph[str]", skill: str, needs: str) -> Fault | None:
    if skill not in graph or needs not in graph:
        return Fault.MISSING
    if skill == needs:
        return Fault.SELF
    return Fault.TWICE if graph.has_edge(needs, skill) else None


def _break_cycles(graph: "nx.DiGraph[str]") -> list[LeftOut]:
    """Takes edges out of `graph` until it has no cycle."""
    taken: list[LeftOut] = []
    knots = [graph]
    while knots:
        within = knots.pop()
        for skills in nx.strongly_connected_components(within):
            if len(skills) > 1:
                knot: nx.DiGraph[str] = nx.DiGraph(sorted(within.subgraph(skills).edges))
                taken.append(_cut(graph, knot))
                knots.append(knot)
    return sorted(taken, key=lambda edge: edge.row)


def _cut(graph: "nx.DiGraph[str]", knot: "nx.DiGraph[str]") -> LeftOut:
    """Takes the last edge of one cycle of `knot` out of it and out of `graph`."""
    cycle = nx.find_cycle(knot)
    needs, skill = max(cycle, key=lambda edge: graph.edges[edge]["row"])
    row = graph.edges[needs, skill]["row"]
    knot.remove_edge(needs, skill)
    graph.remove_edge(needs, skill)
    path = (cycle[0][0], *(end for _, end in cycle))
    return LeftOut(skill, needs, Fault.CYCLE, row, path)
