"""How good the difficulty model is: on unseen students, beside its baseline, and to truth."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.difficulty.settings import EvaluationSettings
from learnloop.evaluation import (
    Estimate,
    Statistic,
    auc,
    bootstrap,
    expected_calibration_error,
    rmse,
)
from learnloop.model import require

Floats = NDArray[np.float64]

LINKING = (
    "rmse_b: difficulties are put on the true scale by mean/sigma linking (Kolen & Brennan "
    "2014, ch. 6) before the error is taken; rmse_b_raw: as estimated, without linking."
)


def share_correct(examples: pd.DataFrame, content_ids: pd.Series) -> Floats:
    """The baseline: each item's share of correct answers in `examples`.

    Args:
        examples: training answers with ``content_id`` and ``correct``.
        content_ids: the items asked.

    Returns:
        One share per entry of `content_ids`; where the item has no training answer,
        the share of all answers.
    """
    require(examples, ("content_id", "correct"))
    solved = examples["correct"].astype("float64")
    share = solved.groupby(examples["content_id"].to_numpy()).mean()
    return np.asarray(content_ids.map(share).fillna(solved.mean()), dtype=np.float64)


def evaluate_difficulty(
    scores: pd.DataFrame,
    items: pd.DataFrame,
    truth_items: pd.DataFrame,
    settings: EvaluationSettings,
) -> dict[str, Any]:
    """The model's metrics as JSON; see `DifficultyScores` and `ItemDifficulty`.

    Args:
        scores: predictions; those of split ``test`` are judged.
        items: the fitted items.
        truth_items: ``content_id``, ``difficulty``, ``discrimination``; empty where the
            truth is not known.
        settings: the bootstrap.
    """
    test = scores[scores["split"] == "test"]
    answered = items[items["attempts"] > 0]
    known = answered.merge(truth_items, on="content_id", suffixes=("", "_true"))
    notes = [f"{len(answered)} of {len(items)} items have answers of training students."]
    return {
        "headline": "auc",
        "rows": len(test),
        "students": int(test["student_id"].nunique()),
        "scores": _scores(test, "probability", settings),
        "baselines": {"share_correct": _scores(test, "baseline_probability", settings)},
        "truth": {} if known.empty else _against_truth(known, scores, settings),
        "notes": notes if known.empty else [*notes, LINKING],
    }


def _scores(
    test: pd.DataFrame, column: str, settings: EvaluationSettings
) -> dict[str, dict[str, float]]:
    """AUC and calibration error with intervals over students; NaN where undefined."""
    measures: dict[str, Statistic] = {"auc": auc, "ece": expected_calibration_error}
    if test["correct"].nunique() < 2:
        unknown = Estimate(float("nan"), float("nan"), float("nan")).as_dict()
        return dict.fromkeys(measures, unknown)
    label, probability = test["correct"].to_numpy(), test[column].to_numpy()
    return {
        name: bootstrap(
            measure,
            label,
            probability,
            students=test["student_id"].to_numpy(),
            draws=settings.draws,
            seed=settings.seed,
        ).as_dict()
        for name, measure in measures.items()
    }


def _against_truth(
    known: pd.DataFrame, scores: pd.DataFrame, settings: EvaluationSettings
) -> dict[str, dict[str, float]]:
    """Errors of difficulty with intervals over items, the baseline's beside them."""
    truth, estimate = known["difficulty_true"].to_numpy(), known["difficulty"].to_numpy()
    asked = scores.drop_duplicates("content_id").set_index("content_id")
    share = known["content_id"].map(asked["baseline_probability"])
    answers = known["attempts"].to_numpy()
    smooth = (share.fillna(0.5).to_numpy() * answers + 0.5) / (answers + 1)
    logit = np.log(1 - smooth) - np.log(smooth)
    measures: dict[str, tuple[Statistic, Floats]] = {
        "rmse_b": (linked_rmse, estimate),
        "rmse_b_raw": (rmse, estimate),
        "spearman_b": (spearman, estimate),
        "rmse_b_share_correct": (linked_rmse, logit),
        "spearman_b_share_correct": (spearman, logit),
    }
    return {
        name: bootstrap(
            measure,
            truth,
            value,
            students=known["content_id"].to_numpy(),
            draws=settings.draws,
            seed=settings.seed,
        ).as_dict()
        for name, (measure, value) in measures.items()
    }


def link(truth: Floats, estimate: Floats, weight: Floats) -> Floats:
    """`estimate` moved and stretched to the mean and standard deviation of `truth`.

    Mean/sigma linking (Marco 1977): ability has no natural zero and unit, so that two
    calibrations of the same items differ by a linear change of scale.

    Example:
        >>> link(np.array([1.0, 3.0]), np.array([0.0, 1.0]), np.ones(2)).tolist()
        [1.0, 3.0]
    """
    middle, wide = _moments(estimate, weight)
    true_middle, true_wide = _moments(truth, weight)
    unit = true_wide / wide if wide > 0 else 0.0
    return (estimate - middle) * unit + true_middle


def linked_rmse(truth: Floats, estimate: Floats, weight: Floats) -> float:
    """Root mean squared error after `link`, in logits of `truth`."""
    return rmse(truth, link(truth, estimate, weight), weight)


def spearman(truth: Floats, estimate: Floats, weight: Floats) -> float:
    """Rank correlation in [-1, 1], ties at their mean rank; NaN if one is constant.

    Example:
        >>> spearman(np.array([1.0, 2.0, 9.0]), np.array([5.0, 6.0, 7.0]), np.ones(3))
        1.0
    """
    ranks = [_ranks(values, weight) for values in (truth, estimate)]
    (a, a_sd), (b, b_sd) = (_moments(rank, weight) for rank in ranks)
    if a_sd * b_sd == 0:
        return float("nan")
    together = np.average((ranks[0] - a) * (ranks[1] - b), weights=weight)
    return float(together / (a_sd * b_sd))


def _moments(values: Floats, weight: Floats) -> tuple[float, float]:
    middle = np.average(values, weights=weight)
    return float(middle), float(np.sqrt(np.average((values - middle) ** 2, weights=weight)))


def _ranks(values: Floats, weight: Floats) -> Floats:
    """The mean rank of each value where row i stands for ``weight[i]`` equal rows."""
    _, place = np.unique(values, return_inverse=True)
    size = np.bincount(place, weight)
    return np.asarray((np.cumsum(size) - (size - 1) / 2)[place])
