"""What answers cannot tell, said in words: extreme items, groups apart, repeated answers."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from learnloop.model import require

NAMED = 5
"""Examples that a sentence names."""


def what_is_not_identified(examples: pd.DataFrame) -> list[str]:
    """A sentence for each thing that makes difficulties rest on assumptions.

    Items that everybody or nobody solves have no finite maximum of the likelihood: their
    difficulty is where the prior of their like puts it, and its standard error is wide. Groups
    of items without a common student ("disconnected subsets", Eckes 2011) share no scale: they
    are put on one by assuming that their students are alike. Of several answers of a student
    to an item the first alone is fitted.

    Args:
        examples: `student_id`, `content_id`, `correct`, each student's rows in order.

    Returns:
        Nothing where all is well.

    Raises:
        ModelError: a column is missing.
    """
    require(examples, ("student_id", "content_id", "correct"))
    answered = examples[examples["correct"].notna()]
    first = answered.drop_duplicates(["student_id", "content_id"])
    share = first["correct"].astype(float).groupby(first["content_id"]).mean()
    said = []
    for words, extreme in (
        ("everybody solves", share.index[share == 1]),
        ("nobody solves", share.index[share == 0]),
    ):
        if len(extreme):
            said.append(
                f"{len(extreme)} of {len(share)} items {words} ({_some(extreme)}): their "
                "difficulty rests on that of their like."
            )
    apart = item_groups(first)
    if apart.max() > 0:
        sizes = apart.value_counts()
        smallest = apart.index[apart == sizes.index[-1]]
        said.append(
            f"The items fall into {len(sizes)} groups without a common student, of "
            f"{sizes.iloc[0]} down to {sizes.iloc[-1]} items (one: {_some(smallest)}): their "
            "scales are the same only if their students are alike."
        )
    repeats = len(answered) - len(first)
    if repeats:
        said.append(f"{repeats} repeated answers of a student to an item were not fitted.")
    return said


def item_groups(examples: pd.DataFrame) -> "pd.Series[int]":
    """The group of each item: two items are in one if students link them, however far.

    Returns:
        Group numbers from 0; the index is the item, sorted.
    """
    student, students = pd.factorize(examples["student_id"])
    item, items = pd.factorize(examples["content_id"], sort=True)
    size = len(students) + len(items)
    edges = coo_array((np.ones(len(item)), (student, len(students) + item)), shape=(size, size))
    _, group = connected_components(edges, directed=False)
    number = pd.factorize(group[len(students) :])[0]
    return pd.Series(number, index=pd.Index(items, name="content_id"))


def _some(names: pd.Index) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(str(name) for name in names[:NAMED]) + more
