"""What the enrolment trigger is worth: out of fold, and on the presentation of a later year."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from learnloop.errors import ModelError
from learnloop.evaluation import auc, mean
from learnloop.intervene.enrolment_trigger import EnrolmentTrigger
from learnloop.intervene.enrolments import KEYS
from learnloop.intervene.evaluation import estimate, ranking
from learnloop.intervene.settings import TriggerSettings
from learnloop.splits import Split

OUT_OF_FOLD, LATER = "five folds", "later year"
"""Every enrolment by a fit to the students of the other folds; or the test presentation by the
fit to earlier ones."""


def later_scores(model: EnrolmentTrigger, examples: pd.DataFrame) -> pd.DataFrame:
    """`EnrolmentScores` of the test presentation, which the model has not seen."""
    return _scores(model, examples[examples["split"] == Split.TEST], LATER)


def out_of_fold_scores(
    examples: pd.DataFrame, settings: TriggerSettings, folds: Iterable[int]
) -> pd.DataFrame:
    """`EnrolmentScores` of every enrolment, by a fit that never saw its student.

    Penalty, calibration and threshold of each fit follow from its own students alone.

    Args:
        examples: of all presentations.
        settings: of the fits.
        folds: those of `examples`, in the order in which they are held out.

    Raises:
        ModelError: a fold's other students cannot identify the model.
    """
    parts = []
    for fold in folds:
        held_out = examples["fold"] == fold
        rest = examples[~held_out].assign(split=Split.TRAIN.value)
        model = EnrolmentTrigger(settings).fit(rest)
        parts.append(_scores(model, examples[held_out], OUT_OF_FOLD))
    return pd.concat(parts).sort_values([*KEYS, "day"], ignore_index=True)


def _scores(model: EnrolmentTrigger, asked: pd.DataFrame, protocol: str) -> pd.DataFrame:
    if asked.empty:
        raise ModelError(
            "There is nobody to judge the trigger on: no enrolment of the test presentation, "
            "or of a fold, is still there on the day."
        )
    scores = pd.concat([asked[[*KEYS, "day", "label"]], model.predict(asked)], axis=1)
    return scores.assign(
        protocol=protocol,
        split=Split.TEST.value,
        baseline_risk=model.predict_baseline(asked),
    ).reset_index(drop=True)


def judge(scores: pd.DataFrame, alert_budget: float) -> dict[str, Any]:
    """Metrics JSON of one protocol and one day; `headline` is the AUC.

    Args:
        scores: the `EnrolmentScores` of both.
        alert_budget: share of the rows that may be flagged.
    """
    return {
        "headline": "auc",
        "rows": len(scores),
        "students": int(scores["student_id"].nunique()),
        "scores": {
            **ranking(scores, "risk", alert_budget),
            "alert_share": estimate(scores, mean, "flagged"),
        },
        "baselines": {"mark_book": {"auc": estimate(scores, auc, "label", "baseline_risk")}},
    }


def for_the_card(judged: dict[int, dict[str, Any]], alert_budget: float) -> dict[str, Any]:
    """The judgement of several days as one metrics JSON.

    Args:
        judged: of `judge`, by day; of the protocol of the registered model.
        alert_budget: see `judge`.
    """

    def by_day(part: dict[int, dict[str, Any]]) -> dict[str, Any]:
        return {f"{name}_day_{d}": s for d, found in part.items() for name, s in found.items()}

    last = max(judged)
    return {
        "headline": f"auc_day_{last}",
        "rows": judged[last]["rows"],
        "students": judged[last]["students"],
        "scores": by_day({day: found["scores"] for day, found in judged.items()}),
        "baselines": {
            "mark_book": by_day(
                {day: found["baselines"]["mark_book"] for day, found in judged.items()}
            )
        },
        "truth": {},
        "notes": [
            "A row is an enrolment of a student who is still registered on the day; its label "
            "is that the student failed or withdrew in the end.",
            "It knows what was handed in up to the day and no click after the start.",
            "A score counts from the day its work was handed in: the files do not say when "
            "it was marked.",
            f"Recall and precision at the budget flag the highest {alert_budget:.0%} of rows.",
        ],
    }
