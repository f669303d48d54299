"""Learner snapshots as arrays over a catalogue, so that thousands are scored at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from learnloop.errors import DataError
from learnloop.model import moments
from learnloop.recommend.asked import check
from learnloop.recommend.catalogue import TYPES, Catalogue
from learnloop.splits import unit_hash

Sparse = sparse.csr_matrix[np.float64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
CELLS = 1_500_000
"""Students × items that are scored at once: about 200 MB."""
HISTORY = ("item", "events", "first_days", "last_days", "finished", "due")
"""Fields with one value per history entry, beside `row`."""
STYLE = ("learning_style_visual", "learning_style_auditory", "learning_style_kinesthetic")
COLUMNS = (
    "student_id",
    "as_of",
    "course_ids",
    "class_ids",
    "content_ceiling",
    "mastery",
    "type_preference",
    "history_content",
    "history_events",
    "history_first_days",
    "history_last_days",
    "history_finished",
    "history_due",
)
"""Of `LearnerSnapshots`: what a list depends on."""


@dataclass(frozen=True)
class Learners:
    """N snapshots over I items; the history is one entry per student × item touched."""

    mastery: Floats
    """(N, S) in [0, 1]; a student without beliefs has the prior."""
    ceiling: Ints
    """(N,)"""
    enrolled: Bools
    """(N, C)"""
    classes: Ints
    """(N, most classes of a student) index into the known classes, -1 where none."""
    preference: Ints
    """(N,) index into `TYPES`, -1 where unknown."""
    row: Ints
    """(H,) the student of each history entry, ascending."""
    item: Ints
    """(H,)"""
    events: Floats
    """(H,) events with the item."""
    first_days: Floats
    """(H,) days since the first of them."""
    last_days: Floats
    """(H,) days since the last."""
    finished: Bools
    """(H,)"""
    due: Bools
    """(H,)"""
    chance: Floats
    """(N,) uniform in [0, 1): the draw of the student at this moment."""
    style: Floats | None = None
    """(N, 3) visual, auditory, kinesthetic, in [0, 1]; 0 where unknown."""

    def __len__(self) -> int:
        return len(self.ceiling)

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        catalogue: Catalogue,
        prior: Floats,
        class_ids: NDArray[np.str_],
        seed: int = 0,
    ) -> Self:
        """Reads `LearnerSnapshots`; items and classes that nobody knows are left out.

        Args:
            table: the snapshots.
            catalogue: items and skills.
            prior: (S,) mastery of a student about whom nothing is believed yet.
            class_ids: the classes that are known, sorted.
            seed: of the draws; the same student has the same one at the same moment.

        Raises:
            ModelError: a column is missing, or a row holds what it may not, as a course
                that the catalogue does not know; the first is named.
            DataError: a mastery list is not as long as the catalogue's skills.
        """
        check(table, COLUMNS, STYLE, catalogue.course_ids)
        row, item, known = located(table["history_content"], catalogue)

        def entries(name: str, kind: type) -> NDArray[np.generic]:
            flat: list[NDArray[np.generic]] = [
                np.asarray(values, dtype=kind) for values in table[f"history_{name}"]
            ]
            return np.concatenate([np.empty(0, kind), *flat])[known]

        preference = pd.Index(TYPES).get_indexer(pd.Index(table["type_preference"]))
        return cls(
            mastery=_beliefs(table["mastery"], prior),
            ceiling=table["content_ceiling"].to_numpy(dtype=np.int64),
            enrolled=_enrolled(table["course_ids"], catalogue.course_ids),
            classes=_classes(table["class_ids"], class_ids),
            preference=preference.astype(np.int64),
            row=row,
            item=item,
            events=entries("events", float).astype(np.float64),
            first_days=entries("first_days", float).astype(np.float64),
            last_days=entries("last_days", float).astype(np.float64),
            finished=entries("finished", bool).astype(np.bool_),
            due=entries("due", bool).astype(np.bool_),
            chance=_chances(table, seed),
            style=_style(table),
        )

    def without(self, entries: Ints) -> Self:
        """One student's snapshot once per entry, each time without that entry of the history.

        Raises:
            ValueError: these are several students.
        """
        if len(self) != 1:
            raise ValueError(
                f"an entry is taken out of one student's history, not {len(self)}."
            )
        count = len(entries)
        kept = np.ones((count, len(self.row)), dtype=np.bool_)
        kept[np.arange(count), entries] = False
        row, entry = np.nonzero(kept)
        per_student = ("mastery", "ceiling", "enrolled", "classes", "preference", "chance")
        return replace(
            self,
            **{name: np.repeat(getattr(self, name), count, axis=0) for name in per_student},
            style=None if self.style is None else np.repeat(self.style, count, axis=0),
            row=row,
            **{name: getattr(self, name)[entry] for name in HISTORY},
        )

    def spread(self, values: NDArray[np.generic], items: int) -> NDArray[np.generic]:
        """(N, I) `values` of the history entries in their places, 0 elsewhere."""
        dense = np.zeros((len(self), items), dtype=values.dtype)
        dense[self.row, self.item] = values
        return dense

    def matrix(self, values: Floats, items: int) -> Sparse:
        """(N, I) sparse matrix of `values` of the history entries."""
        cells = (values, (self.row, self.item))
        return sparse.csr_matrix(cells, shape=(len(self), items), dtype=np.float64)


def located(lists: pd.Series, catalogue: Catalogue) -> tuple[Ints, Ints, Bools]:
    """Where lists of item ids point.

    Returns:
        Row and item position of each known entry, and which of all entries are known.
    """
    counts = lists.str.len().to_numpy(dtype=np.int64)
    flat = [np.asarray(values, dtype=object) for values in lists]
    names = np.concatenate([np.empty(0, dtype=object), *flat])
    item = catalogue.item_index.get_indexer(pd.Index(names)).astype(np.int64)
    known = item >= 0
    return np.repeat(np.arange(len(lists)), counts)[known], item[known], known


def chunks(table: pd.DataFrame, items: int) -> Iterator[pd.DataFrame]:
    """The rows in order, so few at a time that a dense matrix of them stays small."""
    size = max(1, CELLS // max(items, 1))
    for start in range(0, len(table), size):
        yield table.iloc[start : start + size]


def _style(table: pd.DataFrame) -> Floats | None:
    """(N, 3), 0 where unknown; `None` where the table does not tell it."""
    if not set(STYLE) <= set(table.columns):
        return None
    told = table[list(STYLE)].apply(pd.to_numeric).to_numpy(dtype=np.float64)
    return np.asarray(np.clip(np.nan_to_num(told), 0, 1))


def _chances(table: pd.DataFrame, seed: int) -> Floats:
    stamps = moments(table["as_of"]).astype("int64")
    return np.array(
        [
            unit_hash(f"{student}@{moment}", f"learnloop-exploration-{seed}")
            for student, moment in zip(table["student_id"], stamps, strict=True)
        ],
        dtype=np.float64,
    )


def _beliefs(lists: pd.Series, prior: Floats) -> Floats:
    lengths = lists.str.len().to_numpy(dtype=np.int64)
    wrong = (lengths != len(prior)) & (lengths > 0)
    if wrong.any():
        raise DataError(
            f"a list has {lengths[wrong][0]} entries, the catalogue {len(prior)} skills.",
            file="learner snapshots",
            column="mastery",
            rows=[int(place) + 1 for place in np.flatnonzero(wrong)],
            remedy="Fit the recommender and the mastery predictor on the same skills.",
        )
    beliefs = np.tile(prior, (len(lists), 1))
    held = lengths > 0
    if held.any():
        beliefs[held] = np.vstack(
            [np.asarray(values, dtype=np.float64) for values in lists[held]]
        )
    return beliefs


def _enrolled(lists: pd.Series, names: NDArray[np.str_]) -> Bools:
    counts = lists.str.len().to_numpy(dtype=np.int64)
    flat = np.concatenate([np.empty(0, dtype=object), *[np.asarray(v, object) for v in lists]])
    place = pd.Index(names.astype(object)).get_indexer(pd.Index(flat))
    row = np.repeat(np.arange(len(lists)), counts)
    inside = np.zeros((len(lists), len(names)), dtype=np.bool_)
    inside[row[place >= 0], place[place >= 0]] = True
    return inside


def _classes(lists: pd.Series, names: NDArray[np.str_]) -> Ints:
    """(N, most classes) index of each student's classes, -1 where there are fewer."""
    counts = lists.str.len().to_numpy(dtype=np.int64)
    flat = np.concatenate([np.empty(0, dtype=object), *[np.asarray(v, object) for v in lists]])
    found = np.full((len(lists), max(1, int(counts.max(initial=0)))), -1, dtype=np.int64)
    row = np.repeat(np.arange(len(lists)), counts)
    slot = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)
    found[row, slot] = pd.Index(names.astype(object)).get_indexer(pd.Index(flat))
    return found
