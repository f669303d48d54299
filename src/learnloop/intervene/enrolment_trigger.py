"""The intervention trigger for enrolments: who will fail or withdraw, by a day of the course.

Like `InterventionTrigger` a calibrated logistic regression, over curves (`enrolment_signals`),
with a fit of its own for each day. Effects of a single module are held back more than those
that all modules share, so that a module nobody has seen yet is met with what is common.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar, Self, cast

import numpy as np
import pandas as pd
from scipy.special import expit

from learnloop.errors import ModelError
from learnloop.intervene.calibration import Calibration
from learnloop.intervene.enrolment_signals import (
    COLUMNS,
    CURVES,
    NAMES,
    design,
    natural,
    of_modules,
    owners,
)
from learnloop.intervene.flag import Flag, fit_flag
from learnloop.intervene.logistic import Floats, Logistic, fit_logistic
from learnloop.intervene.mitigation import Mitigation
from learnloop.intervene.settings import TriggerSettings
from learnloop.intervene.trigger import groups_of
from learnloop.model import require

BASELINE = ("missing_weight", "score_beside_class")
"""What a tutor sees in the mark book."""
MODULE_FREEDOM = 0.1
"""Strength of effects of a single module, as a share of the others'. It changes the AUC on 2013
students out of fold by less than .001, and on modules left out it gains .020 at day 28 and .006
at day 56 (`benchmarks/oulad.py`)."""
_FILE = "enrolment_trigger.json"


class EnrolmentTrigger:
    """Who will fail or withdraw, why, and how sure.

    `examples` are rows of `learnloop.intervene.enrolments.examples_at` for one day or
    several; `fit` also needs ``label`` and ``split`` (``train`` and ``validation`` are
    learned from; other rows are ignored). `predict` and `explain` give what
    `InterventionTrigger` gives: risk, flag and confidence, and contributions in log-odds.
    """

    name: ClassVar[str] = "intervention_trigger"
    contract: ClassVar[int] = 1

    def __init__(self, settings: TriggerSettings) -> None:
        self.settings = settings
        self._flags: dict[int, Flag] = {}
        self._baselines: dict[int, Logistic] = {}

    @property
    def mitigation(self) -> dict[int, Mitigation]:
        """What was done to the fit of each day for the sake of its groups."""
        return {day: flag.mitigation for day, flag in self._flags.items()}

    def fit(self, examples: pd.DataFrame, groups: pd.Series | None = None) -> Self:
        """Learns from the rows of `train` and `validation`, for each of their days.

        Args:
            examples: see the class.
            groups: as of `InterventionTrigger.fit`.

        Raises:
            ModelError: a column is missing, there are no such rows, those of a day have all
                the same label, or `groups` do not allow mitigation.
        """
        require(examples, ("student_id", "day", "split", "label"))
        learned = examples[examples["split"].isin(["train", "validation"])]
        if learned.empty:
            raise ModelError("The intervention trigger was given no training rows.")
        freedom = np.where(of_modules(), MODULE_FREEDOM, 1.0)
        for day, rows in _days(learned):
            label = rows["label"].to_numpy(dtype=np.float64)
            students = rows["student_id"].tolist()
            member = None if groups is None else groups_of(students, groups)
            self._flags[day] = fit_flag(
                design(rows), label, students, self.settings, member, freedom
            )
            self._baselines[day] = fit_logistic(_mark_book(rows), label, students, strength=1.0)
        return self

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Columns ``risk``, ``flagged`` and ``confidence``, one row per example."""
        parts = [
            self._flag(day).predict(design(rows), rows.index)
            for day, rows in self._by_day(examples)
        ]
        return pd.concat(parts).sort_index().set_axis(examples.index)

    def predict_baseline(self, examples: pd.DataFrame) -> Floats:
        """Risk from what is in the mark book alone (`BASELINE`)."""
        parts = [
            pd.Series(expit(self._baselines[day].logit(_mark_book(rows))), rows.index)
            for day, rows in self._by_day(examples)
        ]
        return cast(Floats, pd.concat(parts).sort_index().to_numpy(dtype=np.float64))

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Every signal that says something with what it adds to the log-odds of the risk."""
        parts = [self._reasons(self._flag(day), rows) for day, rows in self._by_day(examples)]
        reasons = pd.concat(parts, ignore_index=True)
        order = np.lexsort((-reasons["contribution"].abs(), reasons["row"]))
        sorted_reasons = reasons.iloc[order].reset_index(drop=True)
        return sorted_reasons.assign(row=examples.index[sorted_reasons["row"]])

    @staticmethod
    def _reasons(flag: Flag, rows: pd.DataFrame) -> pd.DataFrame:
        owner = owners()
        first = np.searchsorted(owner, np.arange(len(COLUMNS)))
        usual = flag.logistic.centre[first]
        added = flag.contributions(design(rows))
        by_signal = np.add.reduceat(
            added, np.searchsorted(owner, np.arange(len(NAMES))), axis=1
        )
        found = []
        for row, values, parts in zip(rows.itertuples(), natural(rows), by_signal, strict=True):
            found += [
                (row.Index, phrase, part)
                for curve, value, middle, part in zip(
                    CURVES, values, usual, parts[:-1], strict=True
                )
                if (phrase := curve.phrase(value, middle))
            ]
            found.append((row.Index, f"module {row.module} in {row.presentation}", parts[-1]))
        reasons = pd.DataFrame(found, columns=["row", "reason", "contribution"])
        return reasons.astype({"row": "int64", "contribution": "float64"})

    def save(self, folder: Path) -> None:
        """Writes one JSON file of settings and coefficients."""
        self._require_fitted()
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "model": self.name,
            "contract": self.contract,
            "signals": list(NAMES),
            "settings": self.settings.model_dump(mode="json"),
            "days": {
                str(day): {
                    "calibration": asdict(flag.calibration),
                    "threshold": flag.threshold,
                    "mitigation": flag.mitigation.as_dict(),
                    "full": flag.logistic.as_dict(),
                    "baseline": self._baselines[day].as_dict(),
                }
                for day, flag in self._flags.items()
            },
        }
        (folder / _FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads back what `save` wrote.

        Raises:
            ModelError: the folder holds no such trigger, or one with other signals.
        """
        try:
            content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise ModelError(f"{folder} holds no intervention trigger.") from missing
        if content.get("signals") != list(NAMES):
            raise ModelError(
                f"The trigger in {folder} was fitted on other signals than this version "
                "of Learnloop computes; fit it again or use the version that wrote it."
            )
        model = cls(TriggerSettings.model_validate(content["settings"]))
        for day, found in content["days"].items():
            model._flags[int(day)] = Flag(
                Logistic.from_dict(found["full"]),
                Calibration(**found["calibration"]),
                found["threshold"],
                Mitigation.from_dict(found["mitigation"]),
            )
            model._baselines[int(day)] = Logistic.from_dict(found["baseline"])
        return model

    def _by_day(self, examples: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
        """The rows of each day, numbered from 0; no rows at all are of any day."""
        self._require_fitted()
        require(examples, ("day", "module", "presentation", *COLUMNS))
        numbered = examples.reset_index(drop=True)
        return _days(numbered) or [(next(iter(self._flags)), numbered)]

    def _flag(self, day: int) -> Flag:
        if day not in self._flags:
            known = ", ".join(str(known) for known in self._flags)
            raise ModelError(
                f"The intervention trigger was fitted for day {known}, not for day {day}."
            )
        return self._flags[day]

    def _require_fitted(self) -> None:
        if not self._flags:
            raise ModelError("The intervention trigger is not fitted yet; call fit first.")


def _days(examples: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    return [(day, examples[examples["day"] == day]) for day in sorted(set(examples["day"]))]


def _mark_book(examples: pd.DataFrame) -> Floats:
    found: Floats = examples[list(BASELINE)].to_numpy(dtype=np.float64)
    return found
