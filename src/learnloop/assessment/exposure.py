"""How often each question has been asked, so that none becomes known to everybody."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from learnloop.assessment.bank import Flags, TestBank
from learnloop.difficulty.response import Floats
from learnloop.errors import DataError

STEP = 0.2
"""How far one use raises a price, in questions. From .1 to .4 tests are as short; smaller
steps need more students to settle, larger ones leave the limit unused."""
AIM = 0.95
"""Prices aim at this share of the limit, so that the limit itself is seldom met."""


@dataclass
class Exposure:
    """Counts over all students and a price per question, changed in place.

    A question costs itself, 1, and its price; the one that tells most for its cost is
    asked. The price rises whenever the question is asked and falls a little with each
    student who begins: it settles where the question goes to as many students as it may,
    to those for whom nothing cheaper tells as much. (It is the multiplier of the limit in
    the linear program of the shortest tests, found by stochastic subgradient steps.)

    A question rests while one more use would bring it above `limit` × students, so the
    limit holds from the first student on; only 1 use is always allowed.

    Attributes:
        content_ids: of the bank, in its order.
        limit: largest share of students who may meet a question; 1: no control.
        students: who began a test.
        asked: uses of each question; shape (n,).
        price: of each question, in questions; shape (n,).
    """

    content_ids: tuple[str, ...]
    limit: float
    students: int
    asked: NDArray[np.int64]
    price: Floats

    @classmethod
    def of(cls, bank: TestBank, limit: float) -> Self:
        """Nothing has been asked yet."""
        counts = np.zeros(len(bank), np.int64)
        return cls(bank.content_ids, limit, 0, counts, np.zeros(len(bank)))

    def begin(self) -> None:
        """One more student begins a test."""
        self.students += 1
        self.price = np.maximum(self.price - STEP * AIM * self.limit, 0.0)

    def ask(self, place: int) -> None:
        """The question at `place` is put before a student."""
        self.asked[place] += 1
        if self.limit < 1:
            self.price[place] += STEP

    @property
    def rested(self) -> Flags:
        """Which questions may be asked once more; shape (n,)."""
        if self.limit >= 1:
            return np.ones(len(self.asked), bool)
        return np.asarray(self.asked + 1 <= max(self.limit * self.students, 1.0))

    @property
    def rates(self) -> Floats:
        """Share of the students who met each question, in [0, 1]; shape (n,)."""
        return np.asarray(self.asked / max(self.students, 1))

    @property
    def overlap(self) -> float:
        """Expected share of a test's questions that another random student met too.

        Σ rate² / Σ rate (Chen, Ankenmann & Spray 2003), in [0, 1]; 0 before any question.
        """
        rates = self.rates
        return float((rates**2).sum() / rates.sum()) if rates.any() else 0.0

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads; names, numbers."""
        uses = zip(self.asked.tolist(), self.price.tolist(), strict=True)
        return {
            "students": self.students,
            "questions": dict(zip(self.content_ids, uses, strict=True)),
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any], bank: TestBank, limit: float) -> Self:
        """The counts of the bank's questions; those new since then begin at 0.

        Raises:
            DataError: `saved` is not of `as_json`.
        """
        exposure = cls.of(bank, limit)
        try:
            exposure.students = int(saved["students"])
            for name, (asked, price) in saved["questions"].items():
                if name in bank.place:
                    exposure.asked[bank.place[name]] = int(asked)
                    exposure.price[bank.place[name]] = float(price)
        except (KeyError, AttributeError, TypeError, ValueError) as wrong:
            raise DataError(f"the saved exposure cannot be read: {wrong!r}.") from wrong
        return exposure
