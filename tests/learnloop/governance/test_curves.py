import numpy as np
import pytest

from learnloop.evaluation import auc
from learnloop.governance.curves import reliability, roc


def test_reliability_is_the_observed_share_of_each_bin() -> None:
    curve = reliability([0, 1, 1, 0, 1], [0.1, 0.15, 0.9, 0.9, 0.85], bins=5)
    assert curve["predicted"].tolist() == pytest.approx([0.125, 2.65 / 3])
    assert curve["observed"].tolist() == pytest.approx([1 / 2, 2 / 3])


def test_roc_reaches_what_no_more_false_alarms_allow() -> None:
    # In order of score: 1, 0, 1, 0; the first is found without a false alarm, the second
    # with one of two.
    curve = roc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], points=5)
    assert curve["false_positive_rate"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve["true_positive_rate"].tolist() == [0.5, 0.5, 1, 1, 1]


def test_the_area_under_the_curve_is_the_auc() -> None:
    rng = np.random.default_rng(0)
    label = rng.random(4000) < 0.4
    score = rng.normal(size=4000) + label
    curve = roc(label, score, points=4001)
    area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
    assert area == pytest.approx(auc(label, score), abs=1e-3)


def test_without_both_outcomes_there_is_no_roc() -> None:
    assert roc([1, 1], [0.2, 0.4]).empty
