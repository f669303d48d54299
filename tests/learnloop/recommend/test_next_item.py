"""Next items where the order of choices is plain to see."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from learnloop.errors import ModelError
from learnloop.recommend.item_models import as_shares, ease, transitions
from learnloop.recommend.listwise import Listwise, ListwiseSettings
from learnloop.recommend.next_item import NextItemRecommender, NextItemSettings
from learnloop.recommend.sequence_models import SequenceModelSettings
from learnloop.recommend.sequences import Sequences

SMALL = NextItemSettings(
    models=SequenceModelSettings(factors=2), candidates=6, networks=1,
    network=ListwiseSettings(hidden=8, epochs=10),
)  # fmt: skip


def rings(students: int = 120, seed: int = 0) -> Sequences:
    """Each goes round a ring of eight items, from a random start: after 3 comes 4."""
    rng = np.random.default_rng(seed)
    starts, lengths = rng.integers(0, 8, students), rng.integers(3, 6, students)
    walks = [(s + np.arange(n)) % 8 for s, n in zip(starts, lengths, strict=True)]
    return Sequences.of(walks, 8)


def test_who_follows_the_ring_is_shown_the_next_item_first() -> None:
    model = NextItemRecommender(SMALL).fit(rings())
    asked = Sequences.of([[0, 1, 2], [6, 7], [5]], 8)
    assert model.recommend(asked, 3)[:, 0].tolist() == [3, 0, 6]


def test_what_was_chosen_is_not_shown_again_and_short_lists_are_filled_up() -> None:
    model = NextItemRecommender(SMALL).fit(rings())
    found = model.recommend(Sequences.of([[0, 1, 2, 3, 4]], 8), 6)[0]
    assert sorted(found.tolist()) == [-1, -1, -1, 5, 6, 7]


def test_who_has_chosen_nothing_is_shown_what_is_chosen_most() -> None:
    walks = [*rings().lists(), *[np.array([7, 0])] * 50]
    model = NextItemRecommender(SMALL).fit(Sequences.of(walks, 8))
    assert set(model.recommend(Sequences.of([[]], 8), 2)[0].tolist()) == {7, 0}


def test_the_same_seed_gives_the_same_lists() -> None:
    asked = rings(20, seed=5)
    twice = [NextItemRecommender(SMALL).fit(rings()).recommend(asked) for _ in range(2)]
    assert np.array_equal(*twice)


def test_single_choices_teach_nothing() -> None:
    with pytest.raises(ModelError, match="two choices"):
        NextItemRecommender(SMALL).fit(Sequences.of([[0], [1]], 2))


def test_a_recommender_that_was_not_fitted_says_so() -> None:
    with pytest.raises(ModelError, match="call fit"):
        NextItemRecommender(SMALL).recommend(rings())


def test_the_last_fifth_is_rounded_down_but_one_at_least() -> None:
    before, after = Sequences.of([range(4), range(9), range(10), [3]], 10).without_last()
    assert before.length.tolist() == [3, 8, 8, 0]
    assert [one.tolist() for one in after.lists()] == [[3], [8], [8, 9], [3]]


def test_every_beginning_stands_beside_what_followed() -> None:
    before, after = Sequences.of([[4, 2, 0], [1], [3, 1]], 5).prefixes()
    assert [one.tolist() for one in before.lists()] == [[4], [4, 2], [3]]
    assert [one.tolist() for one in after.lists()] == [[2, 0], [0], [1]]


def test_bags_fade_with_the_choices_since() -> None:
    bag = Sequences.of([[0, 2, 1], []], 4).bag(0.5).toarray()
    assert_allclose(bag, [[0.25, 1, 0.5, 0], [0, 0, 0, 0]])


def test_transitions_count_steps() -> None:
    counts = transitions(Sequences.of([[0, 1, 2], [0, 1]], 3))
    assert counts.tolist() == [[0, 2, 0], [0, 0, 1], [0, 0, 0]]
    assert as_shares(counts, prior=2.0)[0, 1] == pytest.approx(2 / 4)


def test_ease_solves_each_item_from_the_others() -> None:
    """Column j of B is the ridge regression of item j on the other items."""
    x = (np.random.default_rng(0).random((30, 4)) < 0.5).astype(float)
    weights = ease(sparse.csr_matrix(x), 2.0)
    others = x[:, 1:]
    expected = np.linalg.solve(others.T @ others + 2 * np.eye(3), others.T @ x[:, 0])
    assert_allclose(weights[1:, 0], expected)
    assert weights[0, 0] == 0


def test_the_network_learns_which_fact_matters() -> None:
    rng = np.random.default_rng(0)
    facts = rng.normal(size=(300, 5, 3)).astype(np.float32)
    relevant = facts[:, :, 1] == facts[:, :, 1].max(axis=1, keepdims=True)
    model = Listwise.fit(facts, relevant, ListwiseSettings(hidden=8, epochs=20))
    chances = model.log_chances(facts)
    assert_allclose(np.exp(chances).sum(axis=1), 1, rtol=1e-4)
    assert (chances.argmax(axis=1) == facts[:, :, 1].argmax(axis=1)).mean() > 0.95


def test_lists_without_anything_relevant_are_refused() -> None:
    with pytest.raises(ModelError, match="no list"):
        Listwise.fit(np.zeros((2, 3, 1), np.float32), np.zeros((2, 3)), ListwiseSettings())
