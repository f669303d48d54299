"""Nodes of the pipeline public_answers: read the answers, compare with what is known."""

import logging
from typing import Any

import pandas as pd

from learnloop.datasets import assistments
from learnloop.datasets.assistments import PublicAnswersSettings
from learnloop.datasets.public import PublicData
from learnloop.governance import comparison
from learnloop.governance.pages_public import public_page
from learnloop.governance.registry import RegisteredVersion
from learnloop.simulation.schema import EMPTY_TRUTH_ITEMS

TABLES = (
    "attempts",
    "skills",
    "content_items",
    "student_splits",
    "eligibility",
    "truth_items",
    "leak_report",
)
"""What `read_answers` returns by name; of real answers nobody knows the truth."""

logger = logging.getLogger(__name__)


def read_answers(settings: PublicAnswersSettings) -> dict[str, pd.DataFrame | dict[str, Any]]:
    """The data set by the names of `TABLES`.

    Raises:
        DataError: `LEARNLOOP_DATA` was not set, or a file is not what it should be.
    """
    data = assistments.read_answers(settings)
    leak = data.leak
    logger.info(
        "%s: %d answers read; %d rows (%.1f %%) repeated one for another skill and were "
        "collapsed; %d (%.0f %%) equal the one before and are real",
        settings.dataset,
        leak.rows_read,
        leak.collapsed,
        100 * leak.collapsed_share,
        leak.repeats_kept,
        100 * leak.repeats_kept_share,
    )
    tables = (
        data.attempts,
        data.skills,
        data.content_items,
        data.student_splits,
        data.eligibility,
        EMPTY_TRUTH_ITEMS.copy(),
        leak.as_dict(),
    )
    return dict(zip(TABLES, tables, strict=True))


def compare_with_published(
    difficulty_metrics: dict[str, Any],
    mastery_metrics: dict[str, Any],
    difficulty_registered: RegisteredVersion,
    mastery_registered: RegisteredVersion,
    leak_report: dict[str, Any],
    about: PublicData,
    settings: PublicAnswersSettings,
) -> dict[str, Any]:
    """As `learnloop.governance.comparison` says, with the test fold and the leak report."""
    compared = comparison.compare_with_published(
        about,
        {"mastery_predictor": mastery_metrics, "difficulty_estimator": difficulty_metrics},
        {
            "mastery_predictor": mastery_registered,
            "difficulty_estimator": difficulty_registered,
        },
    )
    return {**compared, "test_fold": settings.test_fold, "leak": leak_report}


def draw_page(compared: dict[str, Any]) -> str:
    """The comparison as HTML."""
    return public_page(compared)
