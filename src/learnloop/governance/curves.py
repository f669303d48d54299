"""Curves of predictions against what came true, as tables that any plotting tool reads."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def reliability(outcome: ArrayLike, probability: ArrayLike, bins: int = 10) -> pd.DataFrame:
    """What was predicted beside what came true, in bins of equal width.

    Args:
        outcome: (n,) 0 or 1.
        probability: (n,) in [0, 1].
        bins: their number; empty ones are left out.

    Returns:
        ``predicted``, the mean of a bin's probabilities, and ``observed``, the share that
        came true, from the lowest bin to the highest.
    """
    from sklearn.calibration import calibration_curve

    observed, predicted = calibration_curve(outcome, probability, n_bins=bins)
    return pd.DataFrame({"predicted": predicted, "observed": observed})


def roc(outcome: ArrayLike, score: ArrayLike, points: int = 101) -> pd.DataFrame:
    """The ROC curve at evenly spaced rates of false alarms.

    Args:
        outcome: (n,) 0 or 1.
        score: (n,), higher where 1 is more likely.
        points: rows of the table.

    Returns:
        ``false_positive_rate`` from 0 to 1 and ``true_positive_rate``, the highest that
        comes with no more false alarms; no rows where `outcome` has one class only.
    """
    from sklearn.metrics import roc_curve

    rates = np.linspace(0, 1, points)
    names = ["false_positive_rate", "true_positive_rate"]
    if len(np.unique(np.asarray(outcome))) < 2:
        return pd.DataFrame(columns=names, dtype=float)
    false, true, _ = roc_curve(outcome, score)
    at = np.searchsorted(false, rates, side="right") - 1
    return pd.DataFrame({names[0]: rates, names[1]: true[at]})
