import numpy as np
import pytest

from learnloop.intervene.crossfit import deal_folds, out_of_fold_logits

STUDENTS = [f"s{i:02d}" for i in range(20) for _ in range(3)]
LABEL = np.array([float(i < 10 and week == 2) for i in range(20) for week in range(3)])


def test_a_student_is_in_one_fold_and_each_fold_has_its_share_of_struggle() -> None:
    fold = deal_folds(LABEL, STUDENTS, 5).reshape(20, 3)
    assert (fold == fold[:, :1]).all()
    assert np.bincount(fold[:10, 0]).tolist() == [2] * 5
    assert np.bincount(fold[10:, 0]).tolist() == [2] * 5


def test_the_fold_does_not_hang_on_the_order_of_the_rows() -> None:
    backwards = deal_folds(LABEL[::-1], STUDENTS[::-1], 5)[::-1]
    assert (backwards == deal_folds(LABEL, STUDENTS, 5)).all()


def test_the_own_labels_do_not_reach_a_students_logits() -> None:
    columns = np.random.default_rng(3).normal(size=(60, 2))
    fold = deal_folds(LABEL, STUDENTS, 5)
    changed = LABEL.copy()
    changed[fold == 0] = 1 - changed[fold == 0]
    before = out_of_fold_logits(columns, LABEL, STUDENTS, fold, 1.0)
    after = out_of_fold_logits(columns, changed, STUDENTS, fold, 1.0)
    assert after[fold == 0] == pytest.approx(before[fold == 0])
    assert not np.allclose(after[fold != 0], before[fold != 0])
