"""What content tells of an item, and the prior that is learned from it."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from learnloop.difficulty import DifficultyEstimator
from learnloop.difficulty.prior import LIKE_ITEMS, TraitMean
from learnloop.difficulty.traits import item_traits

from .answer_tables import drawn_answers

IDS = pd.Index(["a", "b", "c"])


def test_without_content_there_are_no_traits() -> None:
    assert item_traits(None, IDS).shape == (4, 0)
    assert item_traits(pd.DataFrame({"content_id": IDS}), IDS).shape == (4, 0)


def test_each_value_is_a_trait_and_the_unknown_item_has_none() -> None:
    content = pd.DataFrame({"content_id": ["c", "a"], "type": ["quiz", "poll"]})
    assert item_traits(content, IDS).toarray().tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]


def test_hints_grow_from_none_to_five() -> None:
    content = pd.DataFrame({"content_id": IDS, "hints": [0, 2, 9]})
    assert item_traits(content, IDS).toarray().tolist() == [[0], [0.4], [1], [0]]


def test_a_word_of_three_items_is_a_trait_and_a_rarer_one_is_not() -> None:
    texts = ["Find the slope", "the slope of", "SLOPE? the", "of"]
    ids = pd.Index(list("abcd"))
    content = pd.DataFrame({"content_id": ids, "text": texts})
    words = item_traits(content, ids).toarray()[:, :-1]
    half = np.sqrt(0.5)
    assert words == pytest.approx(np.array([[half, half]] * 3 + [[0, 0]] * 2))


def test_the_expected_easiness_is_that_of_a_ridge_regression() -> None:
    rng = np.random.default_rng(0)
    of_items, easiness = rng.normal(size=(30, 4)), rng.normal(1, 1, 30)
    seen = np.arange(30) < 25
    found = TraitMean.of(csr_array(of_items), seen).mean(easiness)
    middle = easiness[seen].mean()
    peer = Ridge(alpha=LIKE_ITEMS, fit_intercept=False)
    peer.fit(of_items[seen], easiness[seen] - middle)
    assert found == pytest.approx(middle + peer.predict(of_items))


def test_an_items_group_counts_as_much_as_all_items_from_five_items_on() -> None:
    of_items = csr_array(np.repeat(np.eye(2), [5, 15], axis=0))
    easiness = np.repeat([4.0, 0.0], [5, 15])
    found = TraitMean.of(of_items, np.ones(20, bool)).mean(easiness)
    # All items: 1. Five of the first kind at 4, drawn half-way to 1.
    assert found[0] == pytest.approx(2.5)


@pytest.mark.parametrize("column", ["skill_id", "text", "type"])
def test_a_new_items_difficulty_is_nearer_with_content_than_without(column: str) -> None:
    difficulty = np.repeat([-1.5, 1.5], 20)
    answers = drawn_answers(difficulty, np.ones(40), 200, 3)
    content = pd.DataFrame({"content_id": [f"item-{place:04d}" for place in range(40)]})
    content[column] = np.repeat(["add two numbers", "solve the integral"], 20)
    new = content["content_id"].isin(["item-0000", "item-0039"])
    known = answers[~answers["content_id"].isin(content["content_id"][new])]
    truth = difficulty[new.to_numpy()]
    errors = []
    for said in (content, content[["content_id"]]):
        items = DifficultyEstimator().fit(known, said).items()
        errors.append(np.abs(items["difficulty"].to_numpy()[new] - truth).max())
    assert errors[0] < 0.6 * errors[1]
