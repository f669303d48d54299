"""Who struggles, why, and how sure we are: the intervention trigger and its judging."""

from learnloop.intervene.activity import count_weeks
from learnloop.intervene.anomalies import AnomalySettings, find_anomalies
from learnloop.intervene.enrolment_trigger import EnrolmentTrigger
from learnloop.intervene.evaluation import evaluate_trigger
from learnloop.intervene.examples import join_examples
from learnloop.intervene.settings import MitigationSettings, TriggerSettings
from learnloop.intervene.struggle import StruggleSettings, label_struggle
from learnloop.intervene.trigger import InterventionTrigger

__all__ = [
    "AnomalySettings",
    "EnrolmentTrigger",
    "InterventionTrigger",
    "MitigationSettings",
    "StruggleSettings",
    "TriggerSettings",
    "count_weeks",
    "evaluate_trigger",
    "find_anomalies",
    "join_examples",
    "label_struggle",
]
