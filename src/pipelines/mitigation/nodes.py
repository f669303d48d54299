"""Nodes of the mitigation pipeline, for the campus and for schools."""

from typing import Any

import pandas as pd

from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.mitigation import compare_mitigation
from learnloop.governance.pages_mitigation import mitigation_page
from learnloop.intervene import InterventionTrigger, join_examples
from learnloop.privacy.training_groups import training_groups
from pipelines.intervention.nodes import InterventionParameters
from pipelines.mitigation.settings import MitigationParameters


def hand_over_groups(
    protected_attributes: pd.DataFrame,
    student_splits: pd.DataFrame,
    parameters: MitigationParameters,
) -> pd.DataFrame:
    """The port: the groups of the students learned from, in the one attribute asked for."""
    return training_groups(protected_attributes, student_splits, [parameters.attribute])


def fit_mitigated_trigger(
    intervention_features: pd.DataFrame,
    weekly_activity: pd.DataFrame,
    intervention_labels: pd.DataFrame,
    training_groups: pd.DataFrame,
    intervention: InterventionParameters,
    parameters: MitigationParameters,
) -> InterventionTrigger:
    """The trigger, fitted with the groups of its students; it needs none to predict."""
    learned = intervention_features["split"].isin(["train", "validation"])
    examples = join_examples(intervention_features[learned], weekly_activity).merge(
        intervention_labels, on=["student_id", "as_of"]
    )
    settings = intervention.trigger.model_copy(update={"mitigation": parameters.rules})
    groups = training_groups[parameters.attribute]
    return InterventionTrigger(settings).fit(examples, groups)


def audit_mitigation(
    plain_scores: pd.DataFrame,
    mitigated_scores: pd.DataFrame,
    mitigated_model: InterventionTrigger,
    protected_attributes: pd.DataFrame,
    audit: FairnessSettings,
    intervention: InterventionParameters,
    parameters: MitigationParameters,
) -> dict[str, Any]:
    """What the gap was, what it became and what it cost, on students never seen."""
    attribute = parameters.attribute
    found = compare_mitigation(
        plain_scores, {attribute: mitigated_scores}, protected_attributes, audit
    )
    comparison = {**found[attribute], "training": mitigated_model.mitigation.as_dict()}
    return report(parameters, intervention.trigger.alert_budget, [comparison])


def report(
    parameters: MitigationParameters, alert_budget: float, comparisons: list[dict[str, Any]]
) -> dict[str, Any]:
    """What was asked for and what came of it, JSON-ready; see `compare_mitigation`."""
    rules = parameters.rules.model_dump(mode="json")
    return {"rules": rules, "alert_budget": alert_budget, "comparisons": comparisons}


def draw_mitigation_page(mitigation_report: dict[str, Any]) -> str:
    """The report as HTML."""
    return mitigation_page(mitigation_report)
