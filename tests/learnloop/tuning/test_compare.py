"""Two judgements of the same students are compared in pairs."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from learnloop.evaluation import auc, mean
from learnloop.tuning.compare import compare, score


def answers(seed: int, noise: float) -> pd.DataFrame:
    """Sixty students with ten answers each; the same ones for every noise."""
    drawn = np.random.default_rng(0)
    ability = np.repeat(drawn.normal(size=60), 10)
    label = drawn.random(600) < 1 / (1 + np.exp(-ability))
    blur = np.random.default_rng(seed).normal(size=600)
    student = [f"student-{place:02d}" for place in np.repeat(np.arange(60), 10)]
    return pd.DataFrame(
        {"student_id": student, "label": label, "score": ability + noise * blur}
    )


def test_the_gain_is_the_difference_of_the_two_values() -> None:
    noisy, sharp = answers(1, 3.0), answers(2, 0.1)
    found = compare(noisy, sharp, auc, draws=100)
    by_hand = [float(roc_auc_score(t["label"], t["score"])) for t in (noisy, sharp)]
    assert found["previous"]["value"] == pytest.approx(by_hand[0])
    assert found["best"]["value"] == pytest.approx(by_hand[1])
    assert found["gain"]["value"] == pytest.approx(by_hand[1] - by_hand[0])
    assert 0 < found["gain"]["low"] < found["gain"]["value"] < found["gain"]["high"]
    assert found["students"] == 60
    assert score(sharp, auc) == pytest.approx(by_hand[1])


def test_the_same_twice_is_no_gain_for_sure() -> None:
    same = answers(1, 1.0)
    assert compare(same, same, auc, 50)["gain"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_a_mean_needs_no_outcome() -> None:
    before = pd.DataFrame({"student_id": ["a", "b"], "ndcg": [0.2, 0.4]})
    after = pd.DataFrame({"student_id": ["a", "b"], "ndcg": [0.3, 0.7]})
    found = compare(before, after, mean, 50)
    assert found["gain"]["value"] == pytest.approx(0.2)
    # Drawn are (a, a), (b, b) or both: the gain lies between a's and b's.
    assert found["gain"]["low"] == pytest.approx(0.1)
    assert found["gain"]["high"] == pytest.approx(0.3)


def test_other_rows_are_refused() -> None:
    table = pd.DataFrame({"student_id": ["a", "b"], "ndcg": [0.2, 0.4]})
    with pytest.raises(ValueError, match="same rows"):
        compare(table, table.iloc[::-1].reset_index(drop=True), mean, 50)
