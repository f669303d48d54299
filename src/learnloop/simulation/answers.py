"""The true chance of a right answer to each question, from what the campus writes apart."""

import numpy as np
import pandas as pd

from learnloop.simulation.draws import Floats
from learnloop.simulation.knowledge import response_probability

LOGITS = np.linspace(-9.0, 9.0, 721)
"""Between which a true mastery is turned back; none that occurs lies beyond."""


def true_chances(mastery: pd.DataFrame, items: pd.DataFrame, guess: float) -> pd.DataFrame:
    """Of each student at one moment.

    A skill's mastery is the mean chance over its assessment items, so their curve, read
    backwards, gives the logits behind it.

    Args:
        mastery: a row per student, a column per skill, in [0, 1].
        items: all assessment items: `content_id`, `skill_id`, `difficulty`, `discrimination`.
        guess: of the campus.

    Returns:
        A row per student of `mastery`, a column per item.
    """
    parts = []
    for skill, own in items.groupby("skill_id"):
        b, a = own["difficulty"].to_numpy(), own["discrimination"].to_numpy()
        curve = response_probability(LOGITS[:, None], b, a, guess).mean(axis=1)
        theta = np.interp(mastery[skill].to_numpy(), curve, LOGITS)
        chance: Floats = response_probability(theta[:, None], b, a, guess)
        parts.append(pd.DataFrame(chance, mastery.index, own["content_id"].to_list()))
    return pd.concat(parts, axis=1)
