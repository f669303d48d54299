"""Inputs to train on that have not seen the student's own answers.

An item's difficulty or traits that were fitted on an answer know that answer. On rarely
answered items a network trained with them trusts them too much and is badly calibrated on
new students; item parameters out of fold by student do not show this.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from learnloop.mastery.inputs import inputs_of
from learnloop.mastery.items import ItemBank
from learnloop.mastery.settings import MasterySettings
from learnloop.mastery.traits import Floats, Places, Singles
from learnloop.splits import fold_of

FitItems = Callable[[pd.DataFrame], pd.DataFrame]
"""Attempts → `content_id`, `difficulty`, `discrimination`, `attempts`."""


def unseen_inputs(
    answers: pd.DataFrame, bank: ItemBank, fit_items: FitItems | None, settings: MasterySettings
) -> tuple[Singles, Places, Floats]:
    """Inputs, skills and outcomes of training answers, item parameters out of fold.

    Args:
        answers: of training students.
        bank: its skills, and its difficulties where `fit_items` is ``None``.
        fit_items: fits difficulties on some answers; ``None`` keeps those of `bank`.
        settings: how many folds, and how traits are fitted.

    Returns:
        (n, len(INPUTS)), (n,) places in the skill list and (n,) 0 or 1, fold by fold.
    """
    fold = folds_of(answers["student_id"], settings.difficulty_folds, "difficulty")
    parts = []
    for number in np.unique(fold):
        others, held = answers[fold != number], answers[fold == number]
        fitted = bank
        if len(others):
            known = bank if fit_items is None else bank.with_parameters(fit_items(others))
            fitted = known.with_traits(others, settings)
        table, histories = inputs_of(held, fitted)
        parts.append((table, histories.answers.skill, histories.answers.correct))
    tables, skills, correct = zip(*parts, strict=True)
    return np.concatenate(tables), np.concatenate(skills), np.concatenate(correct)


def folds_of(student_ids: pd.Series, folds: int, purpose: str = "") -> Places:
    """The fold of each row's student."""
    fold = {student: fold_of(student, folds, purpose) for student in student_ids.unique()}
    return student_ids.map(fold).to_numpy(dtype=np.int64)
