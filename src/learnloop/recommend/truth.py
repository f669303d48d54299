"""What lists are worth by the simulated campus's truth, which only an evaluation may see."""

from typing import Any

import numpy as np
import pandas as pd

from learnloop.content.schema import ContentType
from learnloop.evaluation import bootstrap, mean
from learnloop.recommend.catalogue import TYPES, Catalogue
from learnloop.recommend.gain import expected_success
from learnloop.recommend.settings import GainSettings


def true_success(
    shown: pd.DataFrame,
    moments: pd.DataFrame,
    catalogue: Catalogue,
    truth_mastery: pd.DataFrame,
    truth_items: pd.DataFrame,
) -> pd.DataFrame:
    """How likely students truly were to solve the questions in their lists.

    By `expected_success`, given the true mastery at the decision moment and the true
    item parameters; a right guess is in it as far as it is in the mastery.

    Args:
        shown: student_id, item (position in the catalogue), one row per place of a list.
        moments: student_id, as_of; one decision moment of each student.
        catalogue: of the items.
        truth_mastery: student_id, as_of, skill_id, mastery.
        truth_items: content_id, difficulty, discrimination of the questions.

    Returns:
        student_id, success in (0, 1); one row per listed question of a student whose
        mastery at the moment is known.
    """
    true = truth_items.set_index("content_id").reindex(catalogue.content_ids)
    b, a = true["difficulty"].to_numpy(), true["discrimination"].to_numpy()
    asks = (catalogue.kind == TYPES.index(ContentType.ASSESSMENT.value)) & ~np.isnan(b)
    skills = len(catalogue.skill_ids)
    count = np.maximum(np.bincount(catalogue.primary[asks], minlength=skills), 1)
    by_skill = np.bincount(catalogue.primary[asks], b[asks], minlength=skills) / count
    questions = shown[asks[shown["item"].to_numpy()]]
    skill = catalogue.primary[questions["item"].to_numpy()]
    known = truth_mastery.merge(moments[["student_id", "as_of"]], on=["student_id", "as_of"])
    found = questions.assign(skill_id=catalogue.skill_ids[skill].astype(object)).merge(
        known[["student_id", "skill_id", "mastery"]], on=["student_id", "skill_id"]
    )
    item = found["item"].to_numpy()
    skill = catalogue.primary[item]
    success = expected_success(found["mastery"].to_numpy(), by_skill[skill], b[item], a[item])
    return pd.DataFrame({"student_id": found["student_id"], "success": success})


def within_reach(
    successes: dict[str, pd.DataFrame], settings: GainSettings, length: int, draws: int = 300
) -> dict[str, Any]:
    """Share of listed questions that truly suit the student, by method, with intervals.

    Args:
        successes: `true_success` by method.
        settings: a question suits where its success is within one width of the target.
        length: of the lists, for the names.
        draws: bootstrap samples over students.

    Returns:
        Estimates named ``within_reach_of_<method>@10``; a method without questions is
        left out.
    """
    shares = {}
    for method, found in successes.items():
        if found.empty:
            continue
        distance = (found["success"] - settings.target_success).abs()
        suits = (distance <= settings.success_width).to_numpy(dtype=np.float64)
        estimate = bootstrap(mean, suits, students=found["student_id"], draws=draws)
        shares[f"within_reach_of_{method}@{length}"] = estimate.as_dict()
    return shares
