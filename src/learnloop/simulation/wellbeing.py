"""Who struggles and who is lost: a hidden process that failure feeds and fading follows."""

import numpy as np
from numpy.typing import NDArray

from learnloop.simulation import rates
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import Ints

DRAWS = 3
"""Uniform numbers a student needs each day."""
USUAL_STRAIN = 0.35
"""Share of wrong answers at which struggling is as likely as `STRUGGLE_PER_DAY` says."""
_MEMORY = 0.06


class Wellbeing:
    """The hidden state of each of `count` students.

    Failing again and again (`strain`) makes struggling likely; a struggling student's
    engagement fades, answers get worse, and after some days each day may be the last.
    A few leave without any sign, and some who struggle find back.
    """

    def __init__(self, count: int) -> None:
        self.strain = np.full(count, USUAL_STRAIN)
        """Exponentially weighted share of wrong answers."""
        self.energy = np.ones(count)
        """Factor on engagement, in (0, 1]."""
        self.slump = np.zeros(count)
        """Logits lacking on every skill."""
        self.struggling_from = np.full(count, -1, dtype=np.int64)
        """Day on which the last spell of struggling began, -1 when there was none."""
        self.lost_on = np.full(count, -1, dtype=np.int64)
        """Day from which the student is gone for good, -1 for those who stay."""
        self._struggling = np.zeros(count, dtype=bool)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Students who are not lost."""
        return self.lost_on < 0

    def new_day(self, day: int, unit: Floats, behind: Floats) -> None:
        """Draws who begins to struggle, finds back, or is lost.

        Args:
            day: days since the term began.
            unit: shape (students, DRAWS).
            behind: skills that each student is behind the class, 0 or more.
        """
        present = self.present
        begins = rates.STRUGGLE_PER_DAY * np.exp(
            rates.STRUGGLE_STRAIN * (self.strain - USUAL_STRAIN) + 0.15 * np.minimum(behind, 5)
        )
        starts = present & ~self._struggling & (unit[:, 0] < begins)
        long_enough = day - self.struggling_from >= rates.SETTLING_DAYS
        leaves = np.where(self._struggling & long_enough, rates.LOST_PER_DAY, 0.0)
        lost = present & (day > 2) & (unit[:, 1] < leaves + rates.LEAVE_PER_DAY)
        back = present & self._struggling & ~lost & (unit[:, 2] < rates.RECOVER_PER_DAY)
        self.struggling_from[starts] = day
        self._struggling = (self._struggling | starts) & ~back
        self.lost_on[lost] = day
        self.energy = np.where(
            self._struggling,
            np.maximum(self.energy * rates.FADE_PER_DAY, 0.15),
            np.minimum(self.energy + 0.04, 1.0),
        )
        target = rates.SLUMP * self._struggling
        self.slump += np.clip(target - self.slump, -0.1, 0.1)

    def felt(self, student: Ints, asked: NDArray[np.bool_], failed: NDArray[np.bool_]) -> None:
        """Takes in the answers that some different students gave."""
        who = student[asked]
        self.strain[who] += _MEMORY * (failed[asked] - self.strain[who])
