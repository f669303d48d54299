"""Public concept maps, as they are and repaired."""

import os
from pathlib import Path

import networkx as nx
import pytest

from learnloop.content.repair import Fault, repaired_graph
from learnloop.datasets.concept_maps import SUBJECTS, read_al_cpl, read_metacademy
from learnloop.errors import DataError
from learnloop.paths.planner import PathPlanner

FOLDER = os.environ.get("LEARNLOOP_DATA")
needs_data = pytest.mark.skipif(FOLDER is None, reason="LEARNLOOP_DATA is not set")


def test_hyphens_and_underscores_are_one_spelling(tmp_path: Path) -> None:
    (tmp_path / "concepts.csv").write_text("id,title\nbayes_rule,Bayes\nodds,Odds\n")
    (tmp_path / "prerequisites.csv").write_text(
        "prerequisite,concept\nbayes-rule,odds\nset-theory,bayes_rule\n"
    )
    concepts = read_metacademy(tmp_path)
    assert concepts.skill_ids == ("bayes_rule", "odds")
    assert concepts.prerequisites.drop(columns="_file").to_numpy().tolist() == [
        ["odds", "bayes_rule", 2],
        ["bayes_rule", "set-theory", 3],
    ]


def test_the_second_of_a_pair_is_required_by_the_first(tmp_path: Path) -> None:
    (tmp_path / "geometry.preqs").write_text("Circle,Point\n")
    edges = read_al_cpl(tmp_path, "geometry").prerequisites
    assert edges.loc[0, ["skill_id", "requires_skill_id"]].tolist() == ["Circle", "Point"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"physics\.preqs"):
        read_al_cpl(tmp_path, "physics")
    with pytest.raises(DataError, match=r"concepts\.csv"):
        read_metacademy(tmp_path)


@needs_data
def test_metacademy_names_concepts_that_are_absent() -> None:
    concepts = read_metacademy(Path(str(FOLDER), "prerequisites/metacademy"))
    assert (len(concepts.skill_ids), len(concepts.prerequisites)) == (392, 985)
    repaired = repaired_graph(concepts.prerequisites, concepts.skill_ids)
    assert {edge.fault for edge in repaired.left_out} == {Fault.MISSING}
    assert len(repaired.left_out) == 21
    assert len({edge.requires_skill_id for edge in repaired.left_out}) == 18


@needs_data
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_concept_of_al_cpl_can_be_reached(subject: str) -> None:
    concepts = read_al_cpl(Path(str(FOLDER), "prerequisites/al-cpl"), subject)
    repaired = repaired_graph(concepts.prerequisites, concepts.skill_ids)
    assert repaired.left_out == ()
    planner = PathPlanner(repaired.graph, concepts.skill_ids)
    nothing = planner.masteries({})
    for objective in concepts.skill_ids:
        steps = planner.plan([objective], nothing).skill_ids
        assert set(steps) == nx.ancestors(repaired.graph, objective) | {objective}
