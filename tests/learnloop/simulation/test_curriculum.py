"""The shape of the courses."""

import networkx as nx
import numpy as np
import pytest

from learnloop.content.schema import ContentItems, Prerequisites, Skills
from learnloop.simulation.curriculum import HARDER_LOGITS, Curriculum, build_curriculum


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    return build_curriculum(seed=7)


def test_tables_keep_the_schemas_of_content(curriculum):
    Skills.validate(curriculum.skills)
    Prerequisites.validate(curriculum.prerequisites)
    ContentItems.validate(curriculum.items)


def test_it_is_as_large_as_promised(curriculum):
    assert curriculum.skills["course_id"].nunique() >= 3
    assert len(curriculum.skills) >= 60
    assert len(curriculum.items) >= 600
    assert (curriculum.items["type"] == "assessment").sum() >= 240


def test_prerequisites_have_no_cycle_and_stand_earlier_in_their_course(curriculum):
    edges = curriculum.prerequisites[["requires_skill_id", "skill_id"]]
    graph = nx.DiGraph(list(edges.itertuples(index=False, name=None)))
    assert nx.is_directed_acyclic_graph(graph)
    skill = curriculum.skills.set_index("skill_id")
    for before, after in graph.edges:
        if skill.loc[before, "course_id"] == skill.loc[after, "course_id"]:
            assert skill.loc[before, "position"] < skill.loc[after, "position"]


def test_a_question_has_one_skill_and_other_items_one_or_two(curriculum):
    count = curriculum.items["skill_ids"].map(len)
    asked = curriculum.items["type"] == "assessment"
    assert (count[asked] == 1).all()
    assert set(count[~asked]) == {1, 2}


def test_a_second_skill_is_a_prerequisite_of_the_first(curriculum):
    edges = set(curriculum.prerequisites.itertuples(index=False, name=None))
    for skill_ids in curriculum.items["skill_ids"]:
        assert len(skill_ids) == 1 or tuple(skill_ids) in edges


def test_a_child_finds_every_type_for_every_skill(curriculum):
    open_to_all = curriculum.items[curriculum.items["min_age"] == 0]
    primary = open_to_all["skill_ids"].str[0]
    assert len(set(zip(primary, open_to_all["type"], strict=True))) == 4 * len(
        curriculum.skills
    )
    assert (curriculum.items["min_age"] > 0).any()


def test_titles_tell_items_apart(curriculum):
    assert curriculum.items["title"].is_unique


def test_authors_guess_difficulty_well_but_not_exactly(curriculum):
    truth = curriculum.truth_items().merge(curriculum.items, on="content_id")
    correlation = np.corrcoef(truth["difficulty"], truth["author_difficulty"])[0, 1]
    assert 0.5 < correlation < 0.95


def test_a_harder_term_moves_the_questions_alone(curriculum):
    harder = build_curriculum(seed=7, harder=1.0)
    asked = (curriculum.items["type"] == "assessment").to_numpy()
    shift = harder.difficulty - curriculum.difficulty
    assert shift[asked] == pytest.approx(HARDER_LOGITS)
    assert (shift[~asked] == 0).all()
    assert harder.items.equals(curriculum.items)


def test_discrimination_spreads_like_a_test_bank(curriculum):
    # Log-normal with a spread of .3, as adaptive-testing studies draw their banks.
    logs = np.log(curriculum.truth_items()["discrimination"])
    assert 0.25 < logs.std() < 0.35
