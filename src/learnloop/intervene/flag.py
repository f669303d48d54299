"""A flag of who is at risk: a calibrated logistic regression and where it begins to flag."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm

from learnloop.errors import ModelError
from learnloop.intervene.calibration import Calibration, fit_calibration
from learnloop.intervene.crossfit import deal_folds, out_of_fold_logits
from learnloop.intervene.logistic import Floats, Logistic, fit_logistic, log_loss
from learnloop.intervene.mitigation import NOTHING, Mitigation, least_flagged, reweigh
from learnloop.intervene.settings import TriggerSettings


@dataclass(frozen=True)
class Flag:
    """What `fit_flag` learns. It knows columns by their place alone, and no group."""

    logistic: Logistic
    calibration: Calibration
    threshold: float
    """The least logit that is flagged."""
    mitigation: Mitigation = NOTHING

    def predict(self, columns: Floats, index: pd.Index) -> pd.DataFrame:
        """Columns ``risk``, ``flagged`` and ``confidence``; see `InterventionTrigger`."""
        logit = self.logistic.logit(columns)
        error = np.maximum(self.logistic.logit_error(columns), 1e-12)
        sure = norm.cdf(np.abs(logit - self.threshold) / error)
        return pd.DataFrame(
            {
                "risk": expit(self.calibration.logit(logit)),
                "flagged": logit >= self.threshold,
                "confidence": sure,
            },
            index=index,
        )

    def contributions(self, columns: Floats) -> Floats:
        """What each column adds to the log-odds of the risk, beside an average student.

        The calibration bends the way from there, and each column has its part of the way
        (integrated gradients, Sundararajan et al. 2017).
        """
        usual = float(self.logistic.coefficients[-1])
        slope = self.calibration.mean_slope(self.logistic.logit(columns), usual)
        added: Floats = slope[:, None] * self.logistic.contributions(columns)
        return added


def fit_flag(
    columns: Floats,
    label: Floats,
    students: Sequence[str],
    settings: TriggerSettings,
    groups: Sequence[str] | None = None,
    freedom: float | Floats = 1.0,
) -> Flag:
    """A flag; its penalty, calibration and threshold follow from students not fitted on.

    Args:
        columns: shape (rows, columns); NaN where unknown.
        label: 0 or 1 per row.
        students: the student of each row.
        settings: budget, penalties, folds.
        groups: the group of each row, for mitigation; see `reweigh`.
        freedom: of each column, a factor on the strengths tried.

    Raises:
        ModelError: `label` has one class only in the students of all folds but one, or
            the groups do not allow mitigation, or come without rules, or these without them.
    """
    if (groups is None) != (settings.mitigation is None):
        raise ModelError(
            "Mitigation takes both: its rules in the settings, and the groups of the students. "
            f"There are {'rules' if groups is None else 'groups'} alone. Only the mitigation "
            "pipelines hand groups over; leave `mitigation` out of other fits' settings."
        )
    fold = deal_folds(label, students, settings.folds)
    logits = {
        tried: out_of_fold_logits(columns, label, students, fold, tried * freedom)
        for tried in settings.strengths
    }
    best = min(logits, key=lambda tried: log_loss(label, logits[tried]))
    strength = best * freedom
    target, weight, logit, mitigation = label, None, logits[best], NOTHING
    if groups is not None and settings.mitigation is not None:
        found = reweigh(
            columns, label, students, groups, strength, settings, settings.mitigation
        )
        target, weight, logit = found.target, found.weight, found.logit
        mitigation = found.mitigation
    return Flag(
        fit_logistic(columns, target, students, strength, weight),
        fit_calibration(label, logit),
        least_flagged(logit, settings.alert_budget),
        mitigation,
    )
