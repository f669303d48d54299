"""What each student chose, in order: the form in which item-to-item models read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Sparse = sparse.csr_matrix


@dataclass(frozen=True)
class Sequences:
    """N sequences over I items, the earliest first."""

    item: Ints
    """(L,) item positions, sequence after sequence."""
    length: Ints
    """(N,)"""
    items: int
    """I."""

    def __len__(self) -> int:
        return len(self.length)

    @classmethod
    def of(cls, lists: Sequence[Sequence[int] | Ints], items: int) -> Self:
        """From one list of item positions per student."""
        length = np.array([len(one) for one in lists], dtype=np.int64)
        flat = [np.asarray(one, dtype=np.int64) for one in lists]
        return cls(np.concatenate([np.empty(0, np.int64), *flat]), length, items)

    @cached_property
    def start(self) -> Ints:
        """(N,) where each begins in `item`."""
        return np.cumsum(self.length) - self.length

    @cached_property
    def row(self) -> Ints:
        """(L,) the sequence of each entry."""
        return np.repeat(np.arange(len(self)), self.length)

    @cached_property
    def place(self) -> Ints:
        """(L,) 0 for the first entry of a sequence, 1 for the next."""
        return np.arange(len(self.item)) - np.repeat(self.start, self.length)

    def lists(self) -> list[Ints]:
        """One array per sequence."""
        return list(np.split(self.item, np.cumsum(self.length)[:-1])) if len(self) else []

    def take(self, rows: Ints | slice) -> Self:
        """Some of the sequences."""
        chosen = np.arange(len(self))[rows]
        entries = _ranges(self.start[chosen], self.length[chosen])
        return type(self)(self.item[entries], self.length[chosen], self.items)

    def bag(self, decay: float = 1.0) -> Sparse:
        """(N, I) `decay` to the power of how many choices ago each item was; 0 elsewhere."""
        ago = np.repeat(self.length, self.length) - 1 - self.place
        return self._matrix(decay**ago)

    def upcoming(self, decay: float = 1.0) -> Sparse:
        """(N, I) `decay` to the power of how many choices ahead each item is."""
        return self._matrix(decay**self.place)

    def last(self, lag: int = 1) -> Sparse:
        """(N, I) 1 at the item chosen `lag` choices ago, 1 being the latest."""
        held = np.flatnonzero(self.length >= lag)
        item = self.item[self.start[held] + self.length[held] - lag]
        cells = (np.ones(len(held)), (held, item))
        return sparse.csr_matrix(cells, shape=(len(self), self.items))

    def prefixes(self) -> tuple[Self, Self]:
        """Every beginning of every sequence, and beside each what followed it."""
        cuts = np.maximum(self.length - 1, 0)
        whole = np.repeat(np.arange(len(self)), cuts)
        cut = np.arange(len(whole)) - np.repeat(np.cumsum(cuts) - cuts, cuts) + 1
        start, rest = self.start[whole], self.length[whole] - cut
        before = type(self)(self.item[_ranges(start, cut)], cut, self.items)
        after = type(self)(self.item[_ranges(start + cut, rest)], rest, self.items)
        return before, after

    def without_last(self, share: float = 0.2) -> tuple[Self, Self]:
        """Each without the last `share` of its choices, and those choices.

        Rounded down, but one at least, so that a sequence of one becomes empty.
        """
        off = np.maximum(1, np.floor(self.length * share + 1e-9)).astype(np.int64)
        off = np.minimum(off, self.length)
        kept = self.length - off
        before = type(self)(self.item[_ranges(self.start, kept)], kept, self.items)
        after = type(self)(self.item[_ranges(self.start + kept, off)], off, self.items)
        return before, after

    def _matrix(self, values: NDArray[np.floating]) -> Sparse:
        cells = (values, (self.row, self.item))
        return sparse.csr_matrix(cells, shape=(len(self), self.items))


def _ranges(start: Ints, length: Ints) -> Ints:
    """start[0], start[0] + 1, …, for each start as many as `length` says."""
    first = np.cumsum(length) - length
    return np.asarray(np.arange(length.sum()) + np.repeat(start - first, length))
