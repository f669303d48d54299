"""The intervention trigger: a calibrated logistic regression over signals that can be read.

It is linear so that a reason is exactly what moved the risk, an answer takes a fraction
of a millisecond, and the file on disk is numbers that anyone can open.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import expit
from scipy.stats import norm

from learnloop.errors import ModelError
from learnloop.intervene.calibration import Calibration, fit_calibration
from learnloop.intervene.crossfit import deal_folds, out_of_fold_logits
from learnloop.intervene.logistic import Logistic, fit_logistic, log_loss
from learnloop.intervene.signals import SIGNALS, last_week, natural, require, seen_by_model

Floats = NDArray[np.float64]
_FILE = "intervention_trigger.json"


class TriggerSettings(BaseModel):
    """How the trigger is fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alert_budget: float = Field(gt=0, lt=1)
    """Share of the student-weeks asked about that may be flagged."""
    strengths: tuple[float, ...] = Field(min_length=1)
    """Inverse penalties to choose from, out of fold."""
    folds: int = Field(default=5, ge=2)
    """Groups of students, each judged by a fit to the others."""


class InterventionTrigger:
    """Who struggles, why, and how sure.

    `examples` are rows of `learnloop.intervene.join_examples`; `fit` also needs
    ``label`` (bool) and ``split`` (``train`` and ``validation`` are learned from; other
    rows are ignored). The penalty, the calibration and the threshold follow from what a
    fit to the other students says of each student (`out_of_fold_logits`): a few
    validation students alone would leave all three to chance.

    `predict` gives ``risk`` (calibrated probability of struggling within the horizon),
    ``flagged`` (risk at or above the threshold that flags `alert_budget` of the rows
    learned from, out of fold) and ``confidence``: the probability, given how few students
    were seen, that `flagged` is on the right side of the threshold, in [.5, 1].

    `explain` gives contributions in log-odds of the risk, beside an average student. The
    calibration bends the way from there, and each signal has its part of the way
    (integrated gradients, Sundararajan et al. 2017).
    """

    name: ClassVar[str] = "intervention_trigger"
    contract: ClassVar[int] = 1

    def __init__(self, settings: TriggerSettings) -> None:
        self.settings = settings
        self._full: Logistic | None = None
        self._baseline: Logistic | None = None
        self._calibration = Calibration()
        self._threshold = 0.0

    def fit(self, examples: pd.DataFrame) -> Self:
        """Learns from the rows of `train` and `validation`.

        Raises:
            ModelError: a column is missing, there are no such rows, or those of all
                folds but one have the same label.
        """
        require(examples, ("student_id", "split", "label"))
        learned = examples[examples["split"].isin(["train", "validation"])]
        if learned.empty:
            raise ModelError("The intervention trigger was given no training rows.")
        columns = seen_by_model(natural(learned))
        label = learned["label"].to_numpy(dtype=np.float64)
        students = learned["student_id"].tolist()
        strength, logit = self._choose_strength(columns, label, students)
        self._full = fit_logistic(columns, label, students, strength)
        self._baseline = fit_logistic(_last_week(learned), label, students, strength=1.0)
        self._calibration = fit_calibration(label, logit)
        share = 1 - self.settings.alert_budget
        self._threshold = float(np.quantile(logit, share, method="higher"))
        return self

    def _choose_strength(
        self, columns: Floats, label: Floats, students: list[str]
    ) -> tuple[float, Floats]:
        """The inverse penalty of least loss out of fold, and its logits there."""
        fold = deal_folds(label, students, self.settings.folds)
        logits = {
            strength: out_of_fold_logits(columns, label, students, fold, strength)
            for strength in self.settings.strengths
        }
        best = min(logits, key=lambda strength: log_loss(label, logits[strength]))
        return best, logits[best]

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Columns ``risk``, ``flagged`` and ``confidence``, one row per example."""
        model = self._fitted(self._full)
        columns = seen_by_model(natural(examples))
        logit = model.logit(columns)
        error = np.maximum(model.logit_error(columns), 1e-12)
        sure = norm.cdf(np.abs(logit - self._threshold) / error)
        return pd.DataFrame(
            {
                "risk": expit(self._calibration.logit(logit)),
                "flagged": logit >= self._threshold,
                "confidence": sure,
            },
            index=examples.index,
        )

    def predict_baseline(self, examples: pd.DataFrame) -> Floats:
        """Risk from the number of learning events of the last week alone."""
        logit = self._fitted(self._baseline).logit(_last_week(examples))
        return expit(logit)

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Every known signal with what it adds to the log-odds of the risk."""
        model = self._fitted(self._full)
        values = natural(examples)
        columns = seen_by_model(values)
        usual_logit = float(model.coefficients[-1])
        slope = self._calibration.mean_slope(model.logit(columns), usual_logit)
        added = slope[:, None] * model.contributions(columns)
        usual = _in_natural_unit(model.centre)
        rows = [
            (label, signal.phrase(value, middle), part)
            for label, known, parts in zip(examples.index, values, added, strict=True)
            for signal, value, middle, part in zip(SIGNALS, known, usual, parts, strict=True)
            if not np.isnan(value)
        ]
        reasons = pd.DataFrame(rows, columns=["row", "reason", "contribution"])
        place = reasons["row"].map({row: i for i, row in enumerate(examples.index)})
        order = np.lexsort((-reasons["contribution"].abs(), place))
        return reasons.iloc[order].reset_index(drop=True)

    def save(self, folder: Path) -> None:
        """Writes one JSON file of settings and coefficients."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "model": self.name,
            "contract": self.contract,
            "signals": [signal.name for signal in SIGNALS],
            "settings": self.settings.model_dump(mode="json"),
            "calibration": asdict(self._calibration),
            "threshold": self._threshold,
            "full": _as_lists(self._fitted(self._full)),
            "baseline": _as_lists(self._fitted(self._baseline)),
        }
        (folder / _FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads back what `save` wrote.

        Raises:
            ModelError: the folder holds no trigger, or one with other signals.
        """
        try:
            content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise ModelError(f"{folder} holds no intervention trigger.") from missing
        same = content.get("signals") == [signal.name for signal in SIGNALS]
        if not same or "calibration" not in content:
            raise ModelError(
                f"The trigger in {folder} was fitted on other signals than this version "
                "of Learnloop computes, or calibrated otherwise; fit it again or use the "
                "version that wrote it."
            )
        model = cls(TriggerSettings.model_validate(content["settings"]))
        model._calibration = Calibration(**content["calibration"])
        model._threshold = content["threshold"]
        model._full = _from_lists(content["full"])
        model._baseline = _from_lists(content["baseline"])
        return model

    @staticmethod
    def _fitted(part: Logistic | None) -> Logistic:
        if part is None:
            raise ModelError("The intervention trigger is not fitted yet; call fit first.")
        return part


def _last_week(examples: pd.DataFrame) -> Floats:
    require(examples, ("weekly_events",))
    return cast(Floats, np.log1p(last_week(examples))[:, None])


def _in_natural_unit(centre: Floats) -> Floats:
    logarithm = np.array([signal.logarithm for signal in SIGNALS])
    return np.where(logarithm, np.expm1(centre), centre)


def _as_lists(part: Logistic) -> dict[str, Any]:
    return {name: value.tolist() for name, value in vars(part).items()}


def _from_lists(content: dict[str, Any]) -> Logistic:
    return Logistic(**{name: np.array(value) for name, value in content.items()})
