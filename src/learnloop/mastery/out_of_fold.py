"""Mastery as a feature of other models: by a model that never saw the student."""

import numpy as np
import pandas as pd

from learnloop.mastery.crossfit import FitItems, folds_of
from learnloop.mastery.moments import masteries_at
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.traits import Singles


def out_of_fold_masteries(
    model: MasteryPredictor,
    attempts: pd.DataFrame,
    moments: pd.DataFrame,
    fit_items: FitItems,
    studies: pd.DataFrame | None = None,
) -> tuple[Singles, list[str]]:
    """Masteries by models that did not see the student.

    Args:
        model: fitted on all students of `train`; answers for those of other splits.
        attempts: answers of all students, with `split`.
        moments: `student_id`, `as_of`, `split`.
        fit_items: fits items on some answers.
        studies: as `masteries_at` takes them.

    Returns:
        (len(moments), K) masteries, and the version of the model behind each row.
    """
    settings = model.settings
    masteries = np.empty((len(moments), len(model.skills)), dtype=np.float32)
    versions = np.empty(len(moments), dtype=object)
    train = (moments["split"] == "train").to_numpy()
    masteries[~train] = masteries_at(model, attempts, moments[~train], studies)
    versions[~train] = model.version

    asked = folds_of(moments["student_id"], settings.folds)
    given = folds_of(attempts["student_id"], settings.folds)
    taught = (attempts["split"] == "train").to_numpy()
    for number in np.unique(asked[train]):
        rows = train & (asked == number)
        others = attempts[~(taught & (given == number))]
        bank = model.items.with_parameters(fit_items(others[others["split"] == "train"]))
        fold_model = MasteryPredictor(bank, settings).fit(others, fit_items)
        masteries[rows] = masteries_at(fold_model, attempts, moments[rows], studies)
        versions[rows] = fold_model.version
    return masteries, [str(version) for version in versions]
