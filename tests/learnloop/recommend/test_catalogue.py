"""Course tables as arrays."""

from pathlib import Path

import numpy as np
import pytest

from learnloop.errors import DataError
from learnloop.recommend import Catalogue

from .toy_course import course, difficulty_table, item_table, prerequisite_table, skill_table


def test_items_stand_in_curriculum_order_whatever_order_they_came_in() -> None:
    shuffled = item_table().sample(frac=1, random_state=3)
    found = Catalogue.from_tables(
        shuffled, skill_table(), prerequisite_table(), difficulty_table()
    )
    assert found.content_ids.tolist() == sorted(item_table()["content_id"])


def test_an_item_that_asks_nothing_is_as_hard_as_its_skills_questions() -> None:
    table = difficulty_table().assign(difficulty=[1.0, 2.0, 0, 0, 0, 0])
    found = Catalogue.from_tables(item_table(), skill_table(), prerequisite_table(), table)
    assert found.difficulty[found.content_ids.tolist().index("a-film")] == pytest.approx(1.5)


def test_an_item_of_two_skills_teaches_half_of_each() -> None:
    items = item_table()
    items.at[4, "skill_ids"] = ["b", "a"]
    found = Catalogue.from_tables(
        items, skill_table(), prerequisite_table(), difficulty_table()
    )
    place = found.content_ids.tolist().index("b-film")
    assert found.teaches[place].tolist() == [0.5, 0.5, 0.0]
    assert found.skill_ids[found.primary[place]] == "b"


def test_a_question_without_difficulty_is_named() -> None:
    with pytest.raises(DataError, match="c-q2"):
        Catalogue.from_tables(
            item_table(), skill_table(), prerequisite_table(), difficulty_table().iloc[:-1]
        )


def test_an_unknown_skill_is_named() -> None:
    edges = prerequisite_table().assign(requires_skill_id=["a", "zz"])
    with pytest.raises(DataError, match="'zz' is not a skill"):
        Catalogue.from_tables(item_table(), skill_table(), edges, difficulty_table())


def test_a_catalogue_read_back_is_the_same(tmp_path: Path) -> None:
    course().save(tmp_path)
    again = Catalogue.load(tmp_path)
    for name in Catalogue.__dataclass_fields__:
        assert np.array_equal(getattr(again, name), getattr(course(), name)), name
