"""The checks of the prerequisite graph."""

import pandas as pd
import pytest

from learnloop.content.graph import prerequisite_graph, topological_order
from learnloop.errors import DataError


def needs(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["skill_id", "requires_skill_id"])


def test_a_skill_comes_after_all_that_it_needs() -> None:
    #   a ─► b ─► d
    #   └──► c ───┘      e stands alone
    edges = needs(("b", "a"), ("c", "a"), ("d", "b"), ("d", "c"))
    assert topological_order(edges, "edcba") == ["a", "b", "c", "d", "e"]


def test_an_edge_leads_from_what_is_needed() -> None:
    assert list(prerequisite_graph(needs(("b", "a")), "ab").edges) == [("a", "b")]


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        (
            needs(("b", "a"), ("c", "b"), ("a", "c")),
            "prerequisites, column 'requires_skill_id', row 1, 2, 3: the prerequisites form "
            "a cycle: a → b → c → a. Remove one of these rows.",
        ),
        (
            needs(("b", "a"), ("c", "c")),
            "prerequisites, column 'requires_skill_id', row 2: 'c' would be its own "
            "prerequisite.",
        ),
        (
            needs(("b", "z")),
            "prerequisites, column 'requires_skill_id', row 1: 'z' is not the id of a skill.",
        ),
        (
            needs(("z", "b")),
            "prerequisites, column 'skill_id', row 1: 'z' is not the id of a skill.",
        ),
        (
            needs(("b", "a"), ("b", "a")),
            "prerequisites, column 'requires_skill_id', row 2: 'a' is named twice for the "
            "same skill.",
        ),
    ],
)
def test_a_mistake_is_named(edges: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError) as error:
        prerequisite_graph(edges, "abc")
    assert str(error.value) == message


def test_file_and_row_are_named_where_they_are_known() -> None:
    edges = needs(("a", "a")).assign(_file="prerequisites.csv", _row=7)
    with pytest.raises(
        DataError, match=r"^prerequisites.csv, column 'requires_skill_id', row 7"
    ):
        prerequisite_graph(edges, "a")
