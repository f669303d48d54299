"""Lists from scores."""

import numpy as np

from learnloop.recommend.ranking import best_lists

ROW = np.array([0, 0, 0, 2])
SCORE = np.array([0.9, 0.8, 0.6, 0.3])
KIND = np.array([0, 0, 1, 1])


def test_without_a_discount_the_best_scores_come_in_order() -> None:
    assert best_lists(ROW, SCORE, KIND, 3, 3, 1.0)[0].tolist() == [0, 1, 2]


def test_a_repeated_type_gives_way_to_another() -> None:
    assert best_lists(ROW, SCORE, KIND, 3, 3, 0.5)[0].tolist() == [0, 2, 1]


def test_a_student_without_candidates_gets_an_empty_list() -> None:
    assert best_lists(ROW, SCORE, KIND, 3, 2, 0.5)[1].tolist() == [-1, -1]


def test_a_short_list_is_not_filled_up() -> None:
    assert best_lists(ROW, SCORE, KIND, 3, 2, 0.5)[2].tolist() == [3, -1]


def test_equal_scores_keep_the_curriculum_order() -> None:
    same = np.full(4, 0.5)
    assert best_lists(ROW, same, np.zeros(4, int), 3, 3, 1.0)[0].tolist() == [0, 1, 2]


def test_no_candidates_at_all_give_empty_lists() -> None:
    none = np.array([], dtype=int)
    assert (best_lists(none, none.astype(float), none, 2, 3, 0.9) == -1).all()
