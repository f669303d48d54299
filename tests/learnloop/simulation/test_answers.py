"""True chances are those behind the true mastery."""

import numpy as np
import pandas as pd
import pytest

from learnloop.simulation.answers import true_chances

ITEMS = pd.DataFrame(
    {
        "content_id": ["easy", "hard", "alone"],
        "skill_id": ["s0", "s0", "s1"],
        "difficulty": [-1.0, 1.5, 0.3],
        "discrimination": [0.8, 1.4, 1.0],
    }
)


@pytest.mark.parametrize("theta", [-2.0, 0.4, 3.0])
def test_the_chances_of_a_known_student_are_found_from_the_mastery(theta: float) -> None:
    easy = 0.2 + 0.8 / (1 + np.exp(-0.8 * (theta + 1.0)))
    hard = 0.2 + 0.8 / (1 + np.exp(-1.4 * (theta - 1.5)))
    mastery = pd.DataFrame({"s0": [(easy + hard) / 2], "s1": [0.7]}, index=["student"])
    found = true_chances(mastery, ITEMS, guess=0.2).loc["student"]
    # With one question the mastery is the chance itself.
    assert found.to_dict() == pytest.approx(
        {"easy": easy, "hard": hard, "alone": 0.7}, abs=1e-4
    )
