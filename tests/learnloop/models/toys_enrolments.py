"""A toy class for the enrolment trigger: who hands in little, or late, fails more often."""

import numpy as np
import pandas as pd

from learnloop.intervene.enrolment_signals import CURVES

MODULES = ("AAA", "BBB", "DDD")


def class_days(students: int = 60, seed: int = 3) -> pd.DataFrame:
    """Each student on day 28 and on day 56; every third one has no score yet."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(students):
        behind = rng.random() < 0.5
        for day in (28, 56):
            drawn = {curve.name: rng.uniform(*curve.span) for curve in CURVES}
            rows.append(
                {
                    "module": MODULES[number % 3],
                    "presentation": "2013B" if number % 2 else "2013J",
                    "student_id": f"s{seed}-{number:03d}",
                    "day": day,
                    "split": "train" if number < 0.8 * students else "test",
                    "fold": number % 5,
                    "label": bool(rng.random() < (0.85 if behind else 0.15)),
                    **drawn,
                    "missing_weight": 20.0 * behind,
                    "days_ahead": rng.normal(-4 if behind else 3),
                    "score_beside_class": np.nan if number % 3 == 0 else rng.normal(),
                }
            )
    return pd.DataFrame(rows)
