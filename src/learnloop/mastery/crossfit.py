"""Fits so that nothing a student is judged by has seen that student's own answers.

An item's difficulty that was fitted on an answer knows that answer. On rarely answered
items a network trained with such difficulties trusts them too much and is badly
calibrated on new students; difficulties out of fold by student do not show this.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from learnloop.mastery.items import ITEM_INPUTS, ItemBank
from learnloop.mastery.moments import masteries_at
from learnloop.mastery.network import Singles
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.settings import MasterySettings
from learnloop.splits import fold_of

FitItems = Callable[[pd.DataFrame], pd.DataFrame]
"""Attempts → `content_id`, `difficulty`, `discrimination`, `attempts`."""


def with_unseen_difficulty(
    attempts: pd.DataFrame, bank: ItemBank, fit_items: FitItems, folds: int
) -> pd.DataFrame:
    """Adds item parameters that did not see the student.

    Args:
        attempts: answers with `split`.
        bank: fitted on the answers of `train`.
        fit_items: fits items on some answers.
        folds: groups of training students; each gets the items of a fit without it.

    Returns:
        A copy of `attempts` with the columns ITEM_INPUTS; rows of other splits get
        those of `bank`, which has not seen them anyway.
    """
    fold = folds_of(attempts["student_id"], folds, "difficulty")
    train = (attempts["split"] == "train").to_numpy()
    _, parameters = bank.look_up(attempts["content_id"], attempts["skill_id"])
    for number in np.unique(fold[train]):
        held = train & (fold == number)
        others = attempts[train & ~held]
        if len(others):
            fitted = bank.with_parameters(fit_items(others))
            rows = attempts[held]
            parameters[held] = fitted.look_up(rows["content_id"], rows["skill_id"])[1]
    table = pd.DataFrame(parameters, index=attempts.index, columns=list(ITEM_INPUTS))
    return attempts.assign(**{name: table[name] for name in ITEM_INPUTS})


def fit_predictor(
    attempts: pd.DataFrame, bank: ItemBank, fit_items: FitItems, settings: MasterySettings
) -> MasteryPredictor:
    """A predictor trained on difficulties out of fold, that serves with those of `bank`."""
    kept = attempts[attempts["split"].isin(["train", "validation"])]
    examples = with_unseen_difficulty(kept, bank, fit_items, settings.difficulty_folds)
    return MasteryPredictor(bank, settings).fit(examples)


def out_of_fold_masteries(
    model: MasteryPredictor,
    attempts: pd.DataFrame,
    moments: pd.DataFrame,
    fit_items: FitItems,
) -> tuple[Singles, list[str]]:
    """Masteries by models that did not see the student.

    Args:
        model: fitted on all students of `train`; answers for those of other splits.
        attempts: answers of all students, with `split`.
        moments: `student_id`, `as_of`, `split`.
        fit_items: fits items on some answers.

    Returns:
        (len(moments), K) masteries, and the version of the model behind each row.
    """
    settings = model.settings
    masteries = np.empty((len(moments), len(model.skills)), dtype=np.float32)
    versions = np.empty(len(moments), dtype=object)
    train = (moments["split"] == "train").to_numpy()
    masteries[~train] = masteries_at(model, attempts, moments[~train])
    versions[~train] = model.version

    asked = folds_of(moments["student_id"], settings.folds)
    given = folds_of(attempts["student_id"], settings.folds)
    taught = (attempts["split"] == "train").to_numpy()
    for number in np.unique(asked[train]):
        rows = train & (asked == number)
        others = attempts[~(taught & (given == number))]
        bank = model.items.with_parameters(fit_items(others[others["split"] == "train"]))
        fold_model = fit_predictor(others, bank, fit_items, settings)
        masteries[rows] = masteries_at(fold_model, attempts, moments[rows])
        versions[rows] = fold_model.version
    return masteries, [str(version) for version in versions]


def folds_of(student_ids: pd.Series, folds: int, purpose: str = "") -> np.ndarray:
    """The fold of each row's student."""
    fold = {student: fold_of(student, folds, purpose) for student in student_ids.unique()}
    return student_ids.map(fold).to_numpy(dtype=np.int64)
