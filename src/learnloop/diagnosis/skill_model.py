"""The skill-model report: what the answers say of a course, for its author."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from learnloop.content.schema import ContentType
from learnloop.diagnosis.curves import Curve, learning_curve
from learnloop.diagnosis.flaws import flagged, item_discrimination, prerequisite_support
from learnloop.diagnosis.gaps import GAP
from learnloop.diagnosis.settings import SkillModelSettings

FLAT, RISES, UNTOLD, UNSURE = "flat", "rises", "not identified", "not enough data"
KNOWN = "known from the start"
"""What a curve says of a skill; UNTOLD where learning and the order of the questions
cannot be told apart, KNOWN where it does not surely rise and little is left to learn."""


def skill_model_report(
    answers: pd.DataFrame,
    skills: pd.DataFrame,
    content_items: pd.DataFrame,
    prerequisites: pd.DataFrame,
    settings: SkillModelSettings,
    seed: int = 0,
) -> dict[str, Any]:
    """Everything the page shows; flags of each kind hold the rate of false alarms.

    Args:
        answers: `Attempts` of one term; no model is fitted to predict from them.
        skills: `Skills`.
        content_items: `ContentItems`.
        prerequisites: `Prerequisites`.
        settings: limits.
        seed: of the sample where a skill has more students than are used.

    Returns:
        ``students``, ``answers``, ``settings``; ``skills``, one entry per skill in the order
        of the table, with ``questions``, ``study_items``, ``curve`` and ``verdict`` (FLAT,
        RISES, KNOWN, UNTOLD or UNSURE), null where too few answered twice; ``items`` and
        ``prerequisites``, a row each, those flagged and the weakest first.
    """
    rows = answers.sort_values(["student_id", "position"])
    items = item_discrimination(rows, settings).sort_values("correlation")
    courses = skills.set_index("skill_id")["course_id"]
    needs = prerequisite_support(rows, prerequisites, courses, settings)
    order = needs["verdict"].map({"contradicted": 0, "not enough data": 1, "supported": 2})
    needs = needs.assign(order=order).sort_values(["order", "beyond"]).drop(columns="order")
    return {
        "students": int(rows["student_id"].nunique()),
        "answers": len(rows),
        "settings": settings.model_dump(),
        "skills": _skills(rows, skills, content_items, settings, seed),
        "items": items.to_dict("records"),
        "prerequisites": needs.to_dict("records"),
    }


def _skills(
    rows: pd.DataFrame,
    skills: pd.DataFrame,
    content_items: pd.DataFrame,
    settings: SkillModelSettings,
    seed: int,
) -> list[dict[str, Any]]:
    primary = content_items["skill_ids"].str[0]
    asks = content_items["type"] == ContentType.ASSESSMENT.value
    questions, study = primary[asks].value_counts(), primary[~asks].value_counts()
    by_skill = dict(list(rows.groupby("skill_id")))
    curves = {
        str(skill): curve
        for skill in skills["skill_id"]
        if skill in by_skill
        and (curve := learning_curve(by_skill[skill], settings, seed)) is not None
    }
    verdicts = dict(zip(curves, _verdicts(list(curves.values()), settings), strict=True))
    return [
        {
            "skill_id": skill.skill_id,
            "name": skill.name,
            "course_id": skill.course_id,
            "questions": int(questions.get(skill.skill_id, 0)),
            "study_items": int(study.get(skill.skill_id, 0)),
            "answers": len(by_skill.get(skill.skill_id, ())),
            "curve": _entry(curves.get(str(skill.skill_id))),
            "verdict": verdicts.get(str(skill.skill_id)),
        }
        for skill in skills.itertuples(index=False)
    ]


def _verdicts(curves: list[Curve], settings: SkillModelSettings) -> list[str]:
    flat = flagged(np.array([curve.p_flat for curve in curves]), settings)
    rises = flagged(np.array([curve.p_rises for curve in curves]), settings)
    untold = np.array([not curve.identified for curve in curves], dtype=bool)
    known = np.array([curve.known for curve in curves], dtype=bool)
    choices, said = [untold, rises, known, flat], [UNTOLD, RISES, KNOWN, FLAT]
    return [str(verdict) for verdict in np.select(choices, said, UNSURE)]


def _entry(curve: Curve | None) -> Mapping[str, Any] | None:
    """A curve for JSON, the raw shares with Wilson's interval."""
    if curve is None:
        return None
    from statsmodels.stats.proportion import proportion_confint

    raw = curve.raw
    low, high = proportion_confint(raw["correct"] * raw["n"], raw["n"], method="wilson")
    return {
        "students": curve.students,
        "answers": curve.answers,
        "raw": raw.assign(low=low, high=high).to_dict("records"),
        "identified": curve.identified,
        "corrected": curve.corrected.tolist(),
        "slope": curve.slope,
        "slope_se": curve.slope_se,
        "gain": curve.gain,
        "gain_low": curve.gain_low,
        "gain_high": curve.gain_high,
    }


def tell_gaps(gaps: pd.DataFrame, fewest: int, most: int = 15) -> dict[str, Any]:
    """The gaps of all students together: nothing of one student.

    Args:
        gaps: `LearningGaps`.
        fewest: students behind anything that is told of a prerequisite.
        most: prerequisites listed.

    Returns:
        ``verdicts`` (cases of each), ``students`` and ``common``: the prerequisites that hold
        back most students on a skill, with how many, of how many who err on it, the mean
        share of errors explained, confidence and median minutes of the path.
    """
    named = gaps[gaps["verdict"] == GAP]
    erring = gaps.groupby("skill_id").size()
    common = (
        named.groupby(["skill_id", "requires_skill_id"])
        .agg(
            students=("student_id", "size"),
            explained=("explained", "mean"),
            confidence=("confidence", "mean"),
            minutes=("path_minutes", "median"),
        )
        .reset_index()
        .loc[lambda table: table["students"] >= fewest]
        .sort_values(["students", "skill_id"], ascending=[False, True])
        .head(most)
    )
    common["erring"] = common["skill_id"].map(erring)
    return {
        "cases": len(gaps),
        "students": int(gaps["student_id"].nunique()),
        "verdicts": gaps["verdict"].value_counts().to_dict(),
        "common": common.to_dict("records"),
    }
