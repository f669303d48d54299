"""Nodes of the intervention pipeline."""

from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from learnloop import intervene
from learnloop.intervene import (
    AnomalySettings,
    InterventionTrigger,
    StruggleSettings,
    TriggerSettings,
    count_weeks,
    evaluate_trigger,
    join_examples,
    label_struggle,
)

_KEYS = ["student_id", "as_of"]


class InterventionParameters(BaseModel):
    """`params:intervention`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    struggle: StruggleSettings
    trigger: TriggerSettings


def count_weekly_activity(events: Any, snapshots: pd.DataFrame) -> pd.DataFrame:
    """`WeeklyActivity` of every snapshot, counted from the Ibis table of events."""
    return count_weeks(events, snapshots)


def label_snapshots(
    weekly_activity: pd.DataFrame, parameters: InterventionParameters
) -> pd.DataFrame:
    """`InterventionLabels` of every student who was still active."""
    return label_struggle(weekly_activity, parameters.struggle)


def find_anomalies(weekly_activity: pd.DataFrame, settings: AnomalySettings) -> pd.DataFrame:
    """`Anomalies` of every student, to be shown beside the risk of the same week."""
    return intervene.find_anomalies(weekly_activity, settings)


def fit_trigger(
    intervention_features: pd.DataFrame,
    weekly_activity: pd.DataFrame,
    intervention_labels: pd.DataFrame,
    parameters: InterventionParameters,
) -> InterventionTrigger:
    """The trigger, fitted on the learners of the splits train and validation."""
    features = _of_splits(intervention_features, "train", "validation")
    examples = join_examples(features, weekly_activity).merge(intervention_labels, on=_KEYS)
    return InterventionTrigger(parameters.trigger).fit(examples)


def score_students(
    intervention_model: InterventionTrigger,
    intervention_features: pd.DataFrame,
    weekly_activity: pd.DataFrame,
    intervention_labels: pd.DataFrame,
) -> pd.DataFrame:
    """`InterventionScores` of the students whom the trigger never saw."""
    features = _of_splits(intervention_features, "test", "audit")
    examples = join_examples(features, weekly_activity).merge(intervention_labels, on=_KEYS)
    scores = examples[["student_id", "as_of", "week", "split", "label"]]
    predicted = intervention_model.predict(examples)
    scores = scores.join(predicted[["risk", "flagged", "confidence"]])
    return scores.assign(baseline_risk=intervention_model.predict_baseline(examples))


def evaluate_scores(
    intervention_scores: pd.DataFrame,
    truth_students: pd.DataFrame,
    parameters: InterventionParameters,
) -> dict[str, Any]:
    """The trigger's metrics; the only node here that may know the truth."""
    return evaluate_trigger(
        intervention_scores, truth_students, parameters.trigger.alert_budget
    )


def _of_splits(table: pd.DataFrame, *splits: str) -> pd.DataFrame:
    return table[table["split"].isin(splits)]
