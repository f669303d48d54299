"""Nodes of the mitigation pipeline of the Open University's enrolments."""

from typing import Any

import pandas as pd
from rich import get_console
from rich.progress import track

from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.mitigation import compare_mitigation
from learnloop.intervene import EnrolmentTrigger
from learnloop.intervene.enrolment_evaluation import later_scores
from learnloop.privacy.training_groups import training_groups
from pipelines.mitigation.nodes import report
from pipelines.mitigation.settings import MitigationParameters
from pipelines.oulad.settings import OuladParameters


def hand_over_all_groups(
    oulad_protected: pd.DataFrame, student_splits: pd.DataFrame
) -> pd.DataFrame:
    """The port: the groups of the students learned from, in every attribute there is."""
    attributes = [name for name in oulad_protected.columns if name != "student_id"]
    return training_groups(oulad_protected, student_splits, attributes)


def fit_and_score_plain(oulad_examples: pd.DataFrame, oulad: OuladParameters) -> pd.DataFrame:
    """`EnrolmentScores` of the test presentation by the trigger without mitigation."""
    return later_scores(EnrolmentTrigger(oulad.trigger).fit(oulad_examples), oulad_examples)


def fit_mitigated_triggers(
    oulad_examples: pd.DataFrame,
    training_groups: pd.DataFrame,
    oulad: OuladParameters,
    parameters: MitigationParameters,
) -> dict[str, EnrolmentTrigger]:
    """By attribute the trigger of every day, mitigated for it alone."""
    settings = oulad.trigger.model_copy(update={"mitigation": parameters.rules})
    quiet = not get_console().is_terminal
    shown = track(training_groups.columns, "attributes", transient=True, disable=quiet)
    return {
        attribute: EnrolmentTrigger(settings).fit(oulad_examples, training_groups[attribute])
        for attribute in shown
    }


def audit_enrolments(
    plain_scores: pd.DataFrame,
    mitigated_triggers: dict[str, EnrolmentTrigger],
    oulad_examples: pd.DataFrame,
    oulad_protected: pd.DataFrame,
    audit: FairnessSettings,
    oulad: OuladParameters,
    parameters: MitigationParameters,
) -> dict[str, Any]:
    """What each gap was, what it became and what it cost, on the test presentation."""
    scored = {
        attribute: later_scores(trigger, oulad_examples)
        for attribute, trigger in mitigated_triggers.items()
    }
    comparisons = []
    for day in oulad.days:
        found = compare_mitigation(
            plain_scores[plain_scores["day"] == day],
            {name: scores[scores["day"] == day] for name, scores in scored.items()},
            oulad_protected,
            audit,
        )
        comparisons += [
            {
                **found[attribute],
                "case": f"day {day}",
                "training": trigger.mitigation[day].as_dict(),
            }
            for attribute, trigger in mitigated_triggers.items()
        ]
    return report(parameters, oulad.trigger.alert_budget, comparisons)
