"""The prerequisite graph: refuses a curriculum that nobody could ever finish."""

from collections.abc import Iterable

import networkx as nx
import pandas as pd

from learnloop.errors import DataError


def prerequisite_graph(
    prerequisites: pd.DataFrame, skill_ids: Iterable[str]
) -> "nx.DiGraph[str]":
    """The checked graph: an edge leads from a required skill to the skill that needs it.

    Args:
        prerequisites: one row per edge, `skill_id` needs `requires_skill_id`; columns
            `_file` and `_row`, where present, say where an edge was read.
        skill_ids: every skill of the curriculum; each becomes a node.

    Raises:
        DataError: an edge names a skill that is not in `skill_ids`, appears twice,
            leads from a skill to itself, or closes a cycle.
    """
    known = set(skill_ids)
    for column in ("skill_id", "requires_skill_id"):
        if column not in prerequisites:
            raise DataError("the column is missing.", file="prerequisites", column=column)
    for column in ("skill_id", "requires_skill_id"):
        absent = ~prerequisites[column].isin(known)
        _refuse(prerequisites[absent], column, "is not the id of a skill.")
    itself = prerequisites["skill_id"] == prerequisites["requires_skill_id"]
    _refuse(prerequisites[itself], "requires_skill_id", "would be its own prerequisite.")
    twice = prerequisites.duplicated(["skill_id", "requires_skill_id"])
    _refuse(prerequisites[twice], "requires_skill_id", "is named twice for the same skill.")
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(known))
    graph.add_edges_from(
        zip(prerequisites["requires_skill_id"], prerequisites["skill_id"], strict=True)
    )
    _refuse_cycle(graph, prerequisites)
    return graph


def topological_order(prerequisites: pd.DataFrame, skill_ids: Iterable[str]) -> list[str]:
    """All skills, each after everything that it needs; ties in the order of the ids.

    Raises:
        DataError: as `prerequisite_graph`.

    Example:
        >>> needs = pd.DataFrame({"skill_id": ["a"], "requires_skill_id": ["b"]})
        >>> topological_order(needs, ["a", "b", "c"])
        ['b', 'a', 'c']
    """
    graph = prerequisite_graph(prerequisites, skill_ids)
    return list(nx.lexicographical_topological_sort(graph))


def _refuse_cycle(graph: "nx.DiGraph[str]", prerequisites: pd.DataFrame) -> None:
    try:
        cycle = nx.find_cycle(graph, sorted(graph))
    except nx.NetworkXNoCycle:
        return
    edges = set(cycle)
    pairs = zip(prerequisites["requires_skill_id"], prerequisites["skill_id"], strict=True)
    rows = prerequisites[[pair in edges for pair in pairs]]
    path = " → ".join(map(str, [cycle[0][0], *(end for _, end in cycle)]))
    raise DataError(
        f"the prerequisites form a cycle: {path}.",
        file=_file_of(rows),
        column="requires_skill_id",
        rows=_numbers_of(rows),
        remedy="Remove one of these rows.",
    )


def _refuse(rows: pd.DataFrame, column: str, problem: str) -> None:
    if not rows.empty:
        raise DataError(
            f"'{rows[column].iloc[0]}' {problem}",
            file=_file_of(rows),
            column=column,
            rows=_numbers_of(rows),
        )


def _file_of(rows: pd.DataFrame) -> str:
    return str(rows["_file"].iloc[0]) if "_file" in rows else "prerequisites"


def _numbers_of(rows: pd.DataFrame) -> list[int]:
    numbers = rows["_row"] if "_row" in rows else rows.index + 1
    return [int(number) for number in numbers]
