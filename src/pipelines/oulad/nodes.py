"""Nodes of the pipeline oulad."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from learnloop.datasets import oulad
from learnloop.datasets.oulad_files import REMEDY
from learnloop.datasets.public import PublicData
from learnloop.errors import DataError
from learnloop.governance import comparison, pages
from learnloop.governance.drift import DriftSettings
from learnloop.governance.drift_enrolments import compare_presentations
from learnloop.governance.fairness import audit_intervention
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.pages_oulad import oulad_drift_page, oulad_page
from learnloop.governance.registry import RegisteredVersion
from learnloop.intervene import EnrolmentTrigger
from learnloop.intervene.enrolment_evaluation import (
    LATER,
    OUT_OF_FOLD,
    for_the_card,
    judge,
    later_scores,
    out_of_fold_scores,
)
from learnloop.intervene.enrolments import KEYS, examples_at
from pipelines.oulad.settings import OuladParameters

logger = logging.getLogger(__name__)

_ROW = [*KEYS, "day"]


def read_files(settings: OuladParameters) -> dict[str, Any]:
    """The data set by the names of the catalog.

    Raises:
        DataError: `LEARNLOOP_DATA` was not set, or a file is not what it should be.
    """
    if not settings.folder:
        raise DataError("LEARNLOOP_DATA is not set.", remedy=REMEDY)
    folder = Path(settings.folder) / "oulad"
    data = oulad.read_oulad(folder)
    if data.enrolments["pre_course_clicks"].isna().all():
        logger.warning(
            "%s has no vle_pre_course_clicks.csv: the trigger does without clicks.", folder
        )
    clicks = oulad.check_clicks(folder, data.enrolments)
    again = len(data.enrolments) - data.enrolments["student_id"].nunique()
    logger.info(
        "OULAD: %d enrolments of %d students (%d enrol again), %d pieces of work",
        len(data.enrolments),
        len(data.protected),
        again,
        len(data.submissions),
    )
    if clicks:
        logger.info(
            "Click sample: %d of %d rows are like one before and are kept: with them the "
            "clicks before the course are those of the table for %d of %d students",
            clicks["alike"],
            clicks["rows"],
            clicks["agree"],
            clicks["students"],
        )
    return {
        "oulad_enrolments": data.enrolments,
        "oulad_assessments": data.assessments,
        "oulad_submissions": data.submissions,
        "oulad_protected": data.protected,
        "oulad_clicks": clicks or {},
        "eligibility": oulad.allow_all(data.protected),
    }


def describe_enrolments(
    enrolments: pd.DataFrame,
    assessments: pd.DataFrame,
    submissions: pd.DataFrame,
    settings: OuladParameters,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`EnrolmentExamples` of every day, and `StudentSplits`.

    Raises:
        DataError: nobody is enrolled in the test presentation.
    """
    known = sorted(set(enrolments["presentation"]))
    if settings.test_presentation not in known:
        raise DataError(
            f"nobody is enrolled in {settings.test_presentation!r}.",
            remedy=f"Let oulad.test_presentation be one of {', '.join(known)}.",
        )
    days = [
        examples_at(enrolments, assessments, submissions, day, settings.test_presentation)
        for day in settings.days
    ]
    examples = pd.concat(days, ignore_index=True)
    # Who tests has `reference` rows besides, and `test` comes after it in the alphabet.
    splits = examples.groupby("student_id")["split"].max().reset_index()
    return examples, splits


def fit_trigger(examples: pd.DataFrame, settings: OuladParameters) -> EnrolmentTrigger:
    """The trigger of every day, fitted on the presentations before the test one."""
    return EnrolmentTrigger(settings.trigger).fit(examples)


def score_enrolments(
    model: EnrolmentTrigger, examples: pd.DataFrame, settings: OuladParameters
) -> pd.DataFrame:
    """`EnrolmentScores` of both protocols."""
    from rich import get_console
    from rich.progress import track

    folds = sorted(set(examples["fold"]))
    quiet = not get_console().is_terminal
    shown = track(folds, "folds by student", transient=True, disable=quiet)
    out_of_fold = out_of_fold_scores(examples, settings.trigger, shown)
    return pd.concat([out_of_fold, later_scores(model, examples)], ignore_index=True)


def judge_scores(
    scores: pd.DataFrame, settings: OuladParameters
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metrics by protocol and day, and those of the registered model for its card."""
    budget = settings.trigger.alert_budget
    judged = {case: judge(rows, budget) for case, rows in _cases(scores).items()}
    registered = {day: judged[_case(LATER, day)] for day in settings.days}
    return judged, for_the_card(registered, budget)


def audit_fairness(
    scores: pd.DataFrame, protected: pd.DataFrame, audit: FairnessSettings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The audit of each protocol and day; and those of the registered model, by day."""
    cases = _cases(scores)
    audits = {
        case.replace(", ", "-").replace(" ", "-"): audit_intervention(rows, protected, audit)
        for case, rows in cases.items()
    }
    of_card = {
        case: found
        for case, found in zip(cases, audits.values(), strict=True)
        if case.startswith(LATER)
    }
    return audits, of_card


def draw_fairness_page(audits: dict[str, Any]) -> str:
    """The audits as HTML."""
    return pages.fairness_page(audits)


def compare_terms(
    examples: pd.DataFrame,
    scores: pd.DataFrame,
    drift: DriftSettings,
    settings: OuladParameters,
) -> tuple[dict[str, Any], str]:
    """The drift verdict of each comparison and day, and the page of them."""
    risk = (
        scores[scores["protocol"] == OUT_OF_FOLD]
        .set_index(_ROW)["risk"]
        .rename("predicted_risk")
    )
    rows = examples.join(risk, on=_ROW)
    asked = settings.drift
    report = compare_presentations(rows, asked.comparisons, asked.columns, drift)
    return report, oulad_drift_page(report)


def compare_with_published(
    judged: dict[str, Any], registered: RegisteredVersion, about: PublicData
) -> dict[str, Any]:
    """Ours beside what is known, for each protocol and day."""
    return comparison.compare_with_published(about, judged, dict.fromkeys(judged, registered))


def draw_page(
    compared: dict[str, Any],
    audits: dict[str, Any],
    drift: dict[str, Any],
    clicks: dict[str, Any],
) -> str:
    """The page that links to all others."""
    return oulad_page(compared, audits, drift, clicks)


def _case(protocol: str, day: int) -> str:
    return f"{protocol}, day {day}"


def _cases(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The scores of each protocol and day, by name."""
    days = sorted(set(scores["day"]))
    return {
        _case(protocol, day): scores[
            (scores["protocol"] == protocol) & (scores["day"] == day)
        ].reset_index(drop=True)
        for protocol in (OUT_OF_FOLD, LATER)
        for day in days
    }
