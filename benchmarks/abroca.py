"""How often ABROCA's test finds a difference where there is none, by how students are dealt.

Two nulls: every row of everyone comes from the same curve, but students of the group have a
quarter of the rows of the others. Each sample is tested twice, with students dealt among all
and among those with about as many positives and negatives.

    python -m benchmarks.abroca              # prints a table
    python -m benchmarks.abroca 100          # another number of samples
"""

import sys
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from learnloop.governance import fairness_abroca
from learnloop.governance.fairness_gaps import Cohort
from learnloop.governance.fairness_verdict import FairnessSettings

STUDENTS, SHARE, ROWS = 300, 0.3, 20
SETTINGS = FairnessSettings(permutations=39)
"""So few that (1 + draws at least as large) / 40 is at most .05 in exactly 2 of 40 ranks."""
DEALT = {"among all": 1, "within strata": fairness_abroca.STRATA}
NULLS = {
    "students alike": (0.0, 0.0),
    "students differ": (1.0, 1.0),
}
"""Standard deviations between students, of ability and of the score's error; 1 between rows."""


def sample(seed: int, ability: float, error: float) -> tuple[Any, Any, Any, Cohort]:
    """Labels, scores and students of the rows, and the students with their group."""
    rng = np.random.default_rng(seed)
    inside = rng.random(STUDENTS) < SHARE
    counts = 1 + rng.poisson(np.where(inside, ROWS / 4, ROWS) - 1)
    student = np.repeat(np.arange(STUDENTS), counts)
    rows = len(student)
    truth = ability * rng.normal(size=STUDENTS)[student] + rng.normal(size=rows)
    label = rng.random(rows) < 1 / (1 + np.exp(-2 * truth))
    score = truth + error * rng.normal(size=STUDENTS)[student] + rng.normal(size=rows)
    names = pd.Series([f"s{number:03d}" for number in range(STUDENTS)])
    people = pd.DataFrame({"student_id": names, "group": np.where(inside, "few", "many")})
    return label, score, student, Cohort.of(names, people)


def found(strata: int, samples: int, null: tuple[float, float]) -> int:
    """In how many samples p is at most .05."""
    with patch.object(fairness_abroca, "STRATA", strata):
        tests = [
            fairness_abroca.abroca_tests(*sample(seed, *null), SETTINGS)
            for seed in range(samples)
        ]
    return sum(test["attributes"]["group"]["few"]["p"] <= 0.05 for test in tests)


def main(samples: int) -> None:
    """Prints the share of p <= .05, which should be .05, with its 95 % interval."""
    for name, null in NULLS.items():
        for dealt, strata in DEALT.items():
            count = found(strata, samples, null)
            low, high = binomtest(count, samples).proportion_ci(method="wilson")
            share = f"{count / samples:.3f} ({low:.3f}–{high:.3f})"
            print(f"{name:<18}{dealt:<16}{share}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
