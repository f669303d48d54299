"""The measures of the difficulty model, beside a hand or SciPy."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from learnloop.difficulty import EvaluationSettings, evaluate_difficulty, share_correct
from learnloop.difficulty.evaluate import link, linked_rmse, spearman

from .answer_tables import written_answers

QUICK = EvaluationSettings(draws=50)


def scores(split: str = "test") -> pd.DataFrame:
    """Two students; the model ranks three of the four pairs rightly, the baseline none."""
    return pd.DataFrame(
        {
            "student_id": ["ann", "ann", "bob", "bob"],
            "split": split,
            "content_id": ["a", "b", "a", "b"],
            "skill_id": "s",
            "correct": [True, False, True, False],
            "probability": [0.9, 0.2, 0.6, 0.7],
            "ability": 0.0,
            "baseline_probability": [0.25, 0.5, 0.25, 0.5],
        }
    )


def items(difficulty: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "content_id": list("abcd"),
            "difficulty": difficulty,
            "discrimination": 1.0,
            "difficulty_se": 0.1,
            "attempts": [3, 3, 3, 3],
        }
    )


def truth(difficulty: list[float]) -> pd.DataFrame:
    names = list("abcd")[: len(difficulty)]
    return pd.DataFrame({"content_id": names, "difficulty": difficulty, "discrimination": 1.0})


def test_linking_finds_the_line_between_two_scales() -> None:
    true = np.array([-1.0, 0.0, 1.0, 4.0])
    assert link(true, 3 * true - 7, np.ones(4)).tolist() == pytest.approx(true.tolist())


def test_an_estimate_on_another_scale_has_no_linked_error() -> None:
    true = np.array([-1.0, 0.0, 1.0, 4.0])
    assert linked_rmse(true, 3 * true - 7, np.ones(4)) == pytest.approx(0)


def test_rank_correlation_with_ties_is_scipys() -> None:
    true, estimate = np.array([1.0, 2, 2, 4, 5, 6]), np.array([3.0, 1, 4, 4, 9, 2])
    expected = stats.spearmanr(true, estimate).statistic
    assert spearman(true, estimate, np.ones(6)) == pytest.approx(expected)


def test_a_weight_of_two_is_a_row_given_twice() -> None:
    true, estimate = np.array([1.0, 2, 3, 4]), np.array([2.0, 1, 4, 3])
    weight = np.array([2.0, 1, 3, 1])
    rows = np.repeat(np.arange(4), weight.astype(int))
    expected = stats.spearmanr(true[rows], estimate[rows]).statistic
    assert spearman(true, estimate, weight) == pytest.approx(expected)


def test_share_correct_is_that_of_the_item_or_else_of_all_answers() -> None:
    training = written_answers({"ann": "a+ b-", "bob": "a- b-", "eve": "a+"})
    shares = share_correct(training, pd.Series(["b", "a", "never-met"]))
    assert shares.tolist() == pytest.approx([0, 2 / 3, 2 / 5])


def test_the_metrics_stand_beside_the_baselines() -> None:
    metrics = evaluate_difficulty(scores(), items([0, 1, 2, 3]), truth([]), QUICK)
    assert metrics["headline"] == "auc"
    assert (metrics["rows"], metrics["students"]) == (4, 2)
    assert metrics["scores"]["auc"]["value"] == 0.75
    assert metrics["baselines"]["share_correct"]["auc"]["value"] == 0
    # One row in each of four bins: (.1 + .2 + .4 + .7) / 4.
    assert metrics["scores"]["ece"]["value"] == pytest.approx(0.35)


def test_audit_students_are_not_judged_here() -> None:
    both = pd.concat([scores(), scores("audit")], ignore_index=True)
    metrics = evaluate_difficulty(both, items([0, 1, 2, 3]), truth([]), QUICK)
    assert metrics["rows"] == 4


def test_without_a_truth_nothing_is_said_of_it() -> None:
    metrics = evaluate_difficulty(scores(), items([0, 1, 2, 3]), truth([]), QUICK)
    assert metrics["truth"] == {}


def test_the_true_difficulty_is_met_after_linking_and_missed_before() -> None:
    against = evaluate_difficulty(
        scores(), items([0, 2, 4, 8]), truth([1.0, 2.0, 3.0, 5.0]), QUICK
    )["truth"]
    assert against["rmse_b"]["value"] == pytest.approx(0, abs=1e-12)
    # Errors before linking: -1, 0, 1, 3; the root of their mean square is sqrt(11/4).
    assert against["rmse_b_raw"]["value"] == pytest.approx(np.sqrt(11 / 4))
    assert against["spearman_b"]["value"] == pytest.approx(1)


def test_metrics_without_test_students_are_undefined_and_not_an_error() -> None:
    metrics = evaluate_difficulty(scores("audit"), items([0, 1, 2, 3]), truth([]), QUICK)
    assert metrics["rows"] == 0
    assert np.isnan(metrics["scores"]["auc"]["value"])
    assert json.dumps(metrics)
