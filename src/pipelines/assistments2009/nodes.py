"""Nodes of the pipeline assistments2009: read the answers, compare with what is published."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from learnloop.datasets.assistments import REMEDY, AssistmentsSettings, read_assistments2009
from learnloop.errors import DataError
from learnloop.simulation.schema import EMPTY_TRUTH_ITEMS

TABLES = (
    "attempts",
    "skills",
    "content_items",
    "student_splits",
    "eligibility",
    "truth_items",
)
"""What `read_answers` returns by name; of real answers nobody knows the truth."""

logger = logging.getLogger(__name__)


def read_answers(settings: AssistmentsSettings) -> dict[str, pd.DataFrame]:
    """The data set by the names of `TABLES`.

    Raises:
        DataError: `LEARNLOOP_DATA` was not set, or a file is not what it should be.
    """
    if not settings.folder:
        raise DataError("LEARNLOOP_DATA is not set.", remedy=REMEDY)
    data = read_assistments2009(Path(settings.folder) / "assistments2009")
    tables = (
        data.attempts,
        data.skills,
        data.content_items,
        data.student_splits,
        data.eligibility,
        EMPTY_TRUTH_ITEMS.copy(),
    )
    return dict(zip(TABLES, tables, strict=True))


def compare_with_published(
    difficulty_metrics: dict[str, Any],
    mastery_metrics: dict[str, Any],
    settings: AssistmentsSettings,
) -> dict[str, Any]:
    """Test AUC of both models with its 95 % interval, beside the published figures."""
    ours = {
        "difficulty_estimator": difficulty_metrics["scores"]["auc"],
        "mastery_predictor": mastery_metrics["scores"]["auc"],
    }
    for model, auc in ours.items():
        known = " · ".join(
            f"{method} {figure:.2f}"
            for method, figure in settings.published.get(model, {}).items()
        )
        logger.info(
            "%s: test AUC %.3f (95 %% interval %.3f to %.3f); published %s",
            model,
            auc["value"],
            auc["low"],
            auc["high"],
            known or "nothing",
        )
    return {
        model: {"auc": auc, "published": settings.published.get(model, {})}
        for model, auc in ours.items()
    }
