"""Items that nobody has answered yet: what their skill says of them, against the mean item."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.difficulty import DifficultyEstimator, EstimatorSettings
from learnloop.evaluation import Statistic, auc, bootstrap

SHARE = 0.2
Floats = NDArray[np.float64]


def compare(first: pd.DataFrame, seed: int = 0) -> dict[str, object]:
    """Predicts all answers to a fifth of the items from the answers to the others.

    Ability comes from the students' answers to the other items in both cases, so that the
    item's prior alone makes the difference.

    Args:
        first: first answers, as from `read_answers`.
        seed: of the draw of the items.

    Returns:
        AUC with its interval over students, by skill and by the mean of all items, and of
        the gain; nothing where the items have one skill.
    """
    if first["skill_id"].nunique() < 2:
        return {}
    items = first.drop_duplicates("content_id")[["content_id", "skill_id"]]
    new = np.random.default_rng(seed).random(len(items)) < SHARE
    hidden = first["content_id"].isin(items["content_id"][new])
    known, asked = first[~hidden], first[hidden]
    label = asked["correct"].to_numpy(dtype=np.float64)
    if len(known) == 0 or len(np.unique(label)) < 2:
        return {}
    by_skill, by_mean = (
        chances(known, asked, content) for content in (items, items[["content_id"]])
    )
    students = asked["student_id"].to_numpy()

    def score(statistic: Statistic, *chance: Floats) -> dict[str, float]:
        found = bootstrap(statistic, label, *chance, students=students, draws=100, seed=seed)
        return found.as_dict()

    return {
        "items": int(new.sum()),
        "rows": len(asked),
        "auc_by_skill": score(auc, by_skill),
        "auc_by_mean": score(auc, by_mean),
        "gain": score(auc_gain, by_skill, by_mean),
    }


def auc_gain(label: Floats, chance: Floats, other: Floats, weight: Floats) -> float:
    """AUC of `chance` less that of `other`."""
    return auc(label, chance, weight) - auc(label, other, weight)


def chances(
    known: pd.DataFrame, asked: pd.DataFrame, content: pd.DataFrame | None, form: str = "1pl"
) -> Floats:
    """P(correct) of `asked` after all of `known`, by the registered model.

    Questions without an answer teach nothing: asked last, all answers are before them.

    Args:
        known: answers to fit, and to find abilities from.
        asked: the questions.
        content: what is known of the items; see `DifficultyEstimator.fit`.
        form: `1pl` or `2pl`.
    """
    settings = EstimatorSettings.model_validate({"form": form})
    model = DifficultyEstimator(settings).fit(known, content)
    questions = asked.assign(correct=np.nan, position=known["position"].max() + 1)
    both = pd.concat([known.astype({"correct": float}), questions], ignore_index=True)
    return np.asarray(model.predict(both)["probability"])[len(known) :]
