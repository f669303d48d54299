"""The fit of traits: it finds planted ones, and draws the rare to their skill."""

import numpy as np
import pytest

from learnloop.mastery.traits import Asked, Traits, fit_traits

STUDENTS, ITEMS = 1500, 24


def planted(seed: int) -> tuple[Asked, np.ndarray, np.ndarray]:
    """Items 0 to 11 ask for one trait, 12 to 23 for another; item 23 has no answers."""
    rng = np.random.default_rng(seed)
    slopes = np.zeros((ITEMS, 2))
    slopes[:12, 0] = slopes[12:, 1] = 1.5
    hardness = np.tile(np.linspace(-1.5, 1.5, 12), 2)
    traits = rng.normal(size=(STUDENTS, 2))
    chance = 1 / (1 + np.exp(hardness - traits @ slopes.T))
    correct = (rng.random(chance.shape) < chance).astype(float)
    student, item = (grid.ravel() for grid in np.indices(chance.shape))
    kept = (rng.random(len(item)) < 0.7) & (item != 23)
    skill = (np.arange(ITEMS) >= 12).astype(np.int64)
    asked = Asked(student[kept], item[kept], correct.ravel()[kept], skill, np.zeros(ITEMS), 3)
    return asked, slopes, hardness


@pytest.fixture(scope="module")
def fitted() -> Traits:
    return fit_traits(planted(1)[0], 2, 25, 2.0, 2.0, seed=0)


def test_planted_hardness_is_found(fitted: Traits) -> None:
    _, _, hardness = planted(1)
    assert fitted.hardness[:23] == pytest.approx(hardness[:23], abs=0.35)


def test_items_of_one_trait_belong_together_and_apart_from_the_others(fitted: Traits) -> None:
    # traits are found up to a rotation, which keeps the products of slopes
    _, slopes, _ = planted(1)
    products = fitted.slopes[:23].astype(float) @ fitted.slopes[:23].T.astype(float)
    expected = slopes[:23] @ slopes[:23].T
    away = ~np.eye(23, dtype=bool)
    assert np.abs(products - expected)[away].mean() < 0.4


def test_an_item_without_answers_is_like_its_skill(fitted: Traits) -> None:
    assert fitted.slopes[23] == pytest.approx(fitted.skill_slopes[1], abs=0.02)


def test_a_skill_without_items_asks_for_the_general_trait(fitted: Traits) -> None:
    assert fitted.skill_slopes[2].tolist() == [1.0, 0.0]


def test_the_same_seed_gives_the_same_bits() -> None:
    asked, _, _ = planted(2)
    first, second = (fit_traits(asked, 2, 3, 2.0, 2.0, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.slopes, second.slopes)
