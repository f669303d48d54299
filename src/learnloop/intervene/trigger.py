"""The intervention trigger: a calibrated logistic regression over signals that can be read.

It is linear so that a reason is exactly what moved the risk, an answer takes a fraction
of a millisecond, and the file on disk is numbers that anyone can open.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar, Self, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from learnloop.errors import ModelError
from learnloop.intervene.calibration import Calibration
from learnloop.intervene.flag import Flag, fit_flag
from learnloop.intervene.logistic import Logistic, fit_logistic
from learnloop.intervene.mitigation import NOTHING, Mitigation
from learnloop.intervene.settings import TriggerSettings
from learnloop.intervene.signals import SIGNALS, last_week, natural, seen_by_model
from learnloop.model import require

Floats = NDArray[np.float64]
Part = TypeVar("Part", Flag, Logistic)
_FILE = "intervention_trigger.json"


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

    `explain` gives contributions in log-odds of the risk, beside an average student; see
    `Flag.contributions`.
    """

    name: ClassVar[str] = "intervention_trigger"
    contract: ClassVar[int] = 1

    def __init__(self, settings: TriggerSettings) -> None:
        self.settings = settings
        self._flag: Flag | None = None
        self._baseline: Logistic | None = None

    @property
    def mitigation(self) -> Mitigation:
        """What was done to the fit for the sake of its groups."""
        return self._fitted(self._flag).mitigation

    def fit(self, examples: pd.DataFrame, groups: pd.Series | None = None) -> Self:
        """Learns from the rows of `train` and `validation`.

        Args:
            examples: see the class.
            groups: the group of each such row's student, by `student_id`, for mitigation as
                `settings.mitigation` says. It is used here and not kept.

        Raises:
            ModelError: a column is missing, there are no such rows, those of all folds but
                one have the same label, or `groups` do not allow mitigation.
        """
        require(examples, ("student_id", "split", "label"))
        learned = examples[examples["split"].isin(["train", "validation"])]
        if learned.empty:
            raise ModelError("The intervention trigger was given no training rows.")
        columns = seen_by_model(natural(learned))
        label = learned["label"].to_numpy(dtype=np.float64)
        students = learned["student_id"].tolist()
        member = None if groups is None else groups_of(students, groups)
        self._flag = fit_flag(columns, label, students, self.settings, member)
        self._baseline = fit_logistic(_last_week(learned), label, students, strength=1.0)
        return self

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Columns ``risk``, ``flagged`` and ``confidence``, one row per example."""
        columns = seen_by_model(natural(examples))
        return self._fitted(self._flag).predict(columns, examples.index)

    def predict_baseline(self, examples: pd.DataFrame) -> Floats:
        """Risk from the number of learning events of the last week alone."""
        logit = self._fitted(self._baseline).logit(_last_week(examples))
        return expit(logit)

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Every known signal with what it adds to the log-odds of the risk."""
        flag = self._fitted(self._flag)
        values = natural(examples)
        added = flag.contributions(seen_by_model(values))
        usual = _in_natural_unit(flag.logistic.centre)
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
        flag = self._fitted(self._flag)
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "model": self.name,
            "contract": self.contract,
            "signals": [signal.name for signal in SIGNALS],
            "settings": self.settings.model_dump(mode="json"),
            "calibration": asdict(flag.calibration),
            "threshold": flag.threshold,
            "mitigation": flag.mitigation.as_dict(),
            "full": flag.logistic.as_dict(),
            "baseline": self._fitted(self._baseline).as_dict(),
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
        model._flag = Flag(
            Logistic.from_dict(content["full"]),
            Calibration(**content["calibration"]),
            content["threshold"],
            # Versions before mitigation wrote none.
            Mitigation.from_dict(content.get("mitigation", NOTHING.as_dict())),
        )
        model._baseline = Logistic.from_dict(content["baseline"])
        return model

    @staticmethod
    def _fitted(part: Part | None) -> Part:
        if part is None:
            raise ModelError("The intervention trigger is not fitted yet; call fit first.")
        return part


def groups_of(students: list[str], groups: pd.Series) -> list[str]:
    """The group of each of `students`.

    Raises:
        ModelError: that of one is not known.
    """
    unknown = set(students) - set(groups.index)
    if unknown:
        raise ModelError(
            f"Mitigation needs the group of every training student; of {len(unknown)} it is "
            "not known. Supply it, or leave these students out of the training data."
        )
    found: list[str] = groups.loc[students].astype(str).tolist()
    return found


def _last_week(examples: pd.DataFrame) -> Floats:
    require(examples, ("weekly_events",))
    return cast(Floats, np.log1p(last_week(examples))[:, None])


def _in_natural_unit(centre: Floats) -> Floats:
    logarithm = np.array([signal.logarithm for signal in SIGNALS])
    return np.where(logarithm, np.expm1(centre), centre)
