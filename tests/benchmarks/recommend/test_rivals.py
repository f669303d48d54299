"""The usual recommenders get what ours has: what is popular where nothing else is known."""

import numpy as np
import pytest

from benchmarks.recommend import rivals
from learnloop.recommend.sequence_models import SequenceModelSettings
from learnloop.recommend.sequences import Sequences

SMALL = {
    "ease": {"penalty": 10},
    rivals.REFERENCE: {"penalty": 10, "weight": 2},
    "last_transition": {"prior": 0},
    "als": {"factors": 4, "confidence": 1},
    "bpr": {"factors": 4, "iterations": 20},
    "popularity": {},
}
# Item 4 is chosen most, then 2, 0, 3; two who chose item 1 and then nothing end the list.
WALKS = [[0, 2, 4]] * 5 + [[2, 4]] * 4 + [[3, 4]] * 3 + [[0, 4]] + [[1]] * 2


def test_every_rival_has_a_case() -> None:
    assert set(SMALL) == set(rivals.GRIDS)


@pytest.mark.parametrize("name", SMALL)
def test_who_has_chosen_nothing_is_shown_what_is_chosen_most(name: str) -> None:
    history = Sequences.of([*WALKS, []], 5)
    found = rivals.score(name, SMALL[name], history, history)[-1]
    assert np.argsort(-found).tolist() == [4, 2, 0, 3, 1]


@pytest.mark.parametrize("name", ["last_transition", rivals.REFERENCE, "ease"])
def test_of_items_that_a_rival_cannot_tell_apart_the_popular_one_is_first(name: str) -> None:
    # Nobody who chose item 1 chose another item.
    history = Sequences.of(WALKS, 5)
    found = rivals.score(name, SMALL[name], history, history)[-1]
    assert np.argsort(-found[[0, 2, 3, 4]]).tolist() == [3, 1, 0, 2]


def test_our_own_penalty_is_tried_with_theirs() -> None:
    ours = SequenceModelSettings().ease_penalty
    assert ours in rivals.GRIDS["ease"]["penalty"]
    assert ours in rivals.GRIDS[rivals.REFERENCE]["penalty"]
