"""The item bank: what is known of items, and what is expected of new ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.mastery import ItemBank, skills_version

from .toys import QUICK, bank, classroom


def items(**changes: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "content_id": ["a", "b", "c"],
            "skill_id": ["s", "s", "t"],
            "difficulty": [1.0, 3.0, -1.0],
            "discrimination": [2.0, 1.0, 1.0],
            "attempts": [10, 10, 20],
        }
    )
    return table.assign(**changes)


def look_up(held: ItemBank, content: str, skill: str) -> tuple[int, list[float]]:
    place, inputs, _ = held.look_up([content], [skill])
    return int(place[0]), inputs[0].tolist()


def test_a_known_item_has_its_own_hardness_and_its_skills_mean() -> None:
    # hardness a b: 2, 3, -1; mean of all (20 + 30 - 20) / 40 = .75;
    # of skill s (20 + 30 + 20 * .75) / (20 + 20) = 1.625
    known = (0, [2.0, 1.625, pytest.approx(np.log(11))])
    assert look_up(ItemBank(items(), ["s", "t"]), "a", "s") == known


def test_a_new_item_is_expected_to_be_like_its_skill() -> None:
    assert look_up(ItemBank(items(), ["s", "t"]), "new", "s") == (0, [1.625, 1.625, 0.0])


def test_a_new_item_of_a_new_skill_is_expected_to_be_like_all_items() -> None:
    assert look_up(ItemBank(items(), ["s", "t"]), "new", "new") == (2, [0.75, 0.75, 0.0])


def test_a_bank_without_items_still_answers() -> None:
    assert look_up(ItemBank(items().iloc[:0], ["s"]), "a", "s") == (0, [0.0, 0.0, 0.0])


def test_without_fitted_traits_an_item_asks_for_one_as_sharply_as_it_discriminates() -> None:
    _, _, slopes = ItemBank(items(), ["s", "t"]).look_up(["a", "b"], ["s", "s"])
    assert slopes.tolist() == [[2.0], [1.0]]


def test_fitted_traits_of_a_new_item_are_those_of_its_skill() -> None:
    fitted = bank().with_traits(classroom(60, seed=3)[0], QUICK)
    _, _, slopes = fitted.look_up(["new", "new"], ["adding", "dividing"])
    assert slopes.tolist() == fitted.traits.skill_slopes[:2].tolist()


def test_levels_are_the_items_themselves_where_they_suffice() -> None:
    levels = ItemBank(items(), ["s", "t", "unused"]).levels(2)
    assert levels.inputs[0, :, 0].tolist() == [2.0, 3.0]
    assert levels.weight.tolist() == [[0.5, 0.5], [1.0, 0.0], [1.0, 0.0]]


def test_levels_of_more_items_keep_the_skills_mean_hardness() -> None:
    levels = bank().levels(3)
    assert (levels.weight * levels.inputs[..., 0]).sum(axis=1) == pytest.approx(np.zeros(4))


def test_an_item_listed_twice_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="'a' is listed more than once"):
        ItemBank(items(content_id=["a", "a", "c"]), ["s"])


def test_an_item_without_difficulty_is_refused() -> None:
    with pytest.raises(DataError, match="row b"):
        ItemBank(items(difficulty=[1.0, np.nan, 0.0]), ["s"])


def test_a_bank_read_back_answers_the_same(tmp_path: Path) -> None:
    fitted = bank().with_traits(classroom(60, seed=3)[0], QUICK)
    fitted.save(tmp_path)
    asked = (["adding-0", "new"], ["adding", "dividing"])
    for found, saved in zip(
        ItemBank.load(tmp_path).look_up(*asked), fitted.look_up(*asked), strict=True
    ):
        np.testing.assert_array_equal(found, saved)


def test_another_order_of_skills_is_another_version() -> None:
    assert skills_version(["a", "b"]) != skills_version(["b", "a"])
