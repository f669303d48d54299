"""What an item's content tells of it before anybody answers it, as numbers."""

import re

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from learnloop.difficulty.response import Floats

KINDS = ("author_difficulty", "type", "skill_id")
"""Columns of which each value is a trait."""

MOST_HINTS = 5
MOST_WORDS = 300
LEAST_ITEMS = 3
"""A word is a trait from this many items on."""

_WORD = re.compile(r"[^\W\d_]{2,}|\d+")


def item_traits(content: pd.DataFrame | None, ids: pd.Index) -> csr_array:
    """Traits of items, from those of these columns that there are; nulls have no trait.

    - `author_difficulty`, `type`, `skill_id`: each value is a trait.
    - `hints`: how many the item has; a trait that grows from 0 (none) to 1 (5 or more).
    - `text`: the 300 words most frequent among items, of those in three items at least, and
      the text's length. An item's words share its weight: their squares sum to 1.

    Args:
        content: one row per item, the first counts: `content_id` and some of the columns.
        ids: the items wanted.

    Returns:
        Shape (len(ids) + 1, traits): the last row is that of an item nothing is known of.
    """
    blocks = [csr_array((len(ids), 0))]
    if content is not None:
        known = content.drop_duplicates("content_id").set_index("content_id").reindex(ids)
        blocks += [_kinds(known[column]) for column in KINDS if column in known]
        if "hints" in known:
            blocks.append(_column(known["hints"].fillna(0).clip(0, MOST_HINTS) / MOST_HINTS))
        if "text" in known:
            blocks += _words(known["text"])
    of_items = csr_array(hstack(blocks))
    parts = of_items.data, of_items.indices, np.append(of_items.indptr, of_items.nnz)
    return csr_array(parts, shape=(len(ids) + 1, of_items.shape[1]))


def _kinds(column: "pd.Series[str]") -> csr_array:
    code, values = pd.factorize(column, sort=True)
    row = np.flatnonzero(code >= 0)
    return csr_array((np.ones(len(row)), (row, code[row])), shape=(len(code), len(values)))


def _column(values: "pd.Series[float]") -> csr_array:
    return csr_array(values.to_numpy(dtype=np.float64)[:, None])


def _words(text: "pd.Series[str]") -> list[csr_array]:
    """Whether each frequent word is in the text, and how long the text is."""
    words = text.fillna("").str.lower().map(_WORD.findall).reset_index(drop=True)
    length = np.log1p(words.map(len))
    long = words.map(set).explode().dropna()
    frequent = long.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    frequent = frequent[frequent >= LEAST_ITEMS].head(MOST_WORDS)
    long = long[long.isin(frequent.index)]
    row, place = long.index.to_numpy(), frequent.index.get_indexer(pd.Index(long))
    share: Floats = 1 / np.sqrt(np.bincount(row, minlength=len(text)))[row]
    matrix = csr_array((share, (row, place)), shape=(len(text), len(frequent)))
    spread = float(length.std(ddof=0)) or 1.0
    return [matrix, _column((length - length.mean()) / spread)]
