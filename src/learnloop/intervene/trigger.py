"""The intervention trigger: a calibrated logistic regression over signals that can be read.

It is linear so that a reason is exactly what moved the risk, an answer takes a fraction
of a millisecond, and the file on disk is numbers that anyone can open.
"""

import json
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.stats import norm

from learnloop.errors import ModelError
from learnloop.intervene.logistic import (
    Logistic,
    fit_logistic,
    fit_scaling,
    log_loss,
    sigmoid,
)
from learnloop.intervene.signals import SIGNALS, last_week, natural, seen_by_model

Floats = NDArray[np.float64]
_FILE = "intervention_trigger.json"


class TriggerSettings(BaseModel):
    """How the trigger is fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alert_budget: float = Field(gt=0, lt=1)
    """Share of the class that may be flagged in a week."""
    strengths: tuple[float, ...] = Field(min_length=1)
    """Inverse penalties to choose from on the validation students."""


class InterventionTrigger:
    """Who struggles, why, and how sure.

    `examples` are rows of `learnloop.intervene.join_examples`; `fit` also needs
    ``label`` (bool) and ``split`` (``train`` is fitted on, ``validation`` chooses the
    penalty, calibrates and sets the threshold; other rows are ignored).

    `predict` gives ``risk`` (calibrated probability of struggling within the horizon),
    ``flagged`` (risk at or above the threshold that flags `alert_budget` of the
    validation rows) and ``confidence``: the probability, given how few students were
    seen, that `flagged` is on the right side of the threshold, in [.5, 1].

    `explain` gives contributions in log-odds of the risk, beside an average student.
    """

    name: ClassVar[str] = "intervention_trigger"
    contract: ClassVar[int] = 1

    def __init__(self, settings: TriggerSettings) -> None:
        self.settings = settings
        self._full: Logistic | None = None
        self._baseline: Logistic | None = None
        self._slope, self._shift, self._threshold = 1.0, 0.0, 0.5

    def fit(self, examples: pd.DataFrame) -> Self:
        """Fits on `train`, then chooses, calibrates and sets the threshold on `validation`.

        Raises:
            ModelError: there are no training rows, or all have the same label.
        """
        train = examples[examples["split"] == "train"]
        held = examples[examples["split"] == "validation"]
        if train.empty:
            raise ModelError("The intervention trigger was given no training rows.")
        held = train if held.empty else held
        columns, label = seen_by_model(natural(train)), _labels(train)
        students = train["student_id"].tolist()
        held_columns, held_label = seen_by_model(natural(held)), _labels(held)
        fits = [fit_logistic(columns, label, students, c) for c in self.settings.strengths]
        losses = [log_loss(held_label, fit.logit(held_columns)) for fit in fits]
        self._full = fits[int(np.argmin(losses))]
        self._baseline = fit_logistic(_last_week(train), label, students, strength=1.0)
        logit = self._full.logit(held_columns)
        self._slope, self._shift = fit_scaling(held_label, logit)
        budget = self.settings.alert_budget
        calibrated = self._slope * logit + self._shift
        self._threshold = float(np.quantile(calibrated, 1 - budget, method="higher"))
        return self

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Columns ``risk``, ``flagged`` and ``confidence``, one row per example."""
        model = self._fitted(self._full)
        columns = seen_by_model(natural(examples))
        logit = self._slope * model.logit(columns) + self._shift
        error = np.maximum(self._slope * model.logit_error(columns), 1e-12)
        sure = norm.cdf(np.abs(logit - self._threshold) / error)
        return pd.DataFrame(
            {
                "risk": sigmoid(logit),
                "flagged": logit >= self._threshold,
                "confidence": sure,
            },
            index=examples.index,
        )

    def predict_baseline(self, examples: pd.DataFrame) -> Floats:
        """Risk from the number of learning events of the last week alone."""
        return sigmoid(self._fitted(self._baseline).logit(_last_week(examples)))

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Every known signal with what it adds to the log-odds of the risk."""
        model = self._fitted(self._full)
        values = natural(examples)
        added = self._slope * model.contributions(seen_by_model(values))
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
            "slope": self._slope,
            "shift": self._shift,
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
        if content["signals"] != [signal.name for signal in SIGNALS]:
            raise ModelError(
                f"The trigger in {folder} was fitted on other signals than this version "
                "of Learnloop computes; fit it again or use the version that wrote it."
            )
        model = cls(TriggerSettings.model_validate(content["settings"]))
        model._slope, model._shift = content["slope"], content["shift"]
        model._threshold = content["threshold"]
        model._full = _from_lists(content["full"])
        model._baseline = _from_lists(content["baseline"])
        return model

    @staticmethod
    def _fitted(part: Logistic | None) -> Logistic:
        if part is None:
            raise ModelError("The intervention trigger is not fitted yet; call fit first.")
        return part


def _labels(examples: pd.DataFrame) -> Floats:
    return examples["label"].to_numpy(dtype=np.float64)


def _last_week(examples: pd.DataFrame) -> Floats:
    return cast(Floats, np.log1p(last_week(examples))[:, None])


def _in_natural_unit(centre: Floats) -> Floats:
    logarithm = np.array([signal.logarithm for signal in SIGNALS])
    return np.where(logarithm, np.expm1(centre), centre)


def _as_lists(part: Logistic) -> dict[str, Any]:
    return {name: value.tolist() for name, value in vars(part).items()}


def _from_lists(content: dict[str, Any]) -> Logistic:
    return Logistic(**{name: np.array(value) for name, value in content.items()})
