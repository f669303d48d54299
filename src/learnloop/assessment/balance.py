"""Which skill the next question should be of, so that a test covers what it promises."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def deficits(share: Floats, asked: NDArray[np.int64]) -> Floats:
    """How many questions each skill is behind its share, the next one counted.

    The next question comes from the skill that is furthest behind (Kingsbury & Zara 1989).

    Args:
        share: target of each skill, summing to 1; shape (skills,).
        asked: questions so far of each skill.

    Example:
        Shares of 3/4 and 1/4 and one question of each: (3/4 · 3 − 1, 1/4 · 3 − 1) =
        (1.25, −.25), so that the first skill is next.
    """
    return np.asarray(share * (asked.sum() + 1) - asked)
