"""What students took up after their decision moments, as the recommender learns from it."""

import numpy as np
import pandas as pd

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.learners import Bools, located


def taken_up(examples: pd.DataFrame, catalogue: Catalogue) -> Bools:
    """(N, I) the student touched the item within the horizon after the moment."""
    row, item, _ = located(examples["taken"], catalogue)
    taken = np.zeros((len(examples), len(catalogue.content_ids)), dtype=np.bool_)
    taken[row, item] = True
    return taken


def newly_begun(examples: pd.DataFrame, catalogue: Catalogue) -> Bools:
    """(N, I) taken up within the horizon and never touched before."""
    row, item, _ = located(examples["history_content"], catalogue)
    new = taken_up(examples, catalogue)
    new[row, item] = False
    return new


def as_newcomers(examples: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """The same students as if they came new into the course as it is now.

    Histories and beliefs are emptied, and `taken` is what they began in the first
    `horizon_days` of their own term.
    """
    nothing: list[list[object]] = [[]] * len(examples)
    empty = pd.Series(nothing, index=examples.index, dtype=object)
    since = examples["week"] * 7 - horizon_days
    first = [
        list(np.asarray(items, dtype=object)[np.asarray(days, dtype=float) > begun])
        for items, days, begun in zip(
            examples["history_content"], examples["history_first_days"], since, strict=True
        )
    ]
    lists = [name for name in examples.columns if name.startswith("history_")]
    return examples.assign(
        **dict.fromkeys([*lists, "mastery"], empty),
        taken=pd.Series(first, index=examples.index, dtype=object),
    )
