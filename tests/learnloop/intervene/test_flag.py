"""What the confidence of a flag is worth, where the truth is drawn and so is known."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.intervene import TriggerSettings
from learnloop.intervene.flag import fit_flag

Floats = NDArray[np.float64]
SETTINGS = TriggerSettings(alert_budget=0.1, strengths=(0.3,), folds=3)
EFFECTS = np.array([1.2, -0.8, 0.5, 0.3, 0.0, 0.0])
STUDENTS, WEEKS = 60, 6


def draw(rng: np.random.Generator, students: int) -> Floats:
    """Columns of `WEEKS` rows of each student, which resemble each other."""
    own = rng.normal(size=(students, 1, len(EFFECTS)))
    weekly = rng.normal(size=(students, WEEKS, len(EFFECTS)))
    return np.sqrt(0.5) * (own + weekly).reshape(-1, len(EFFECTS))


def test_a_flag_is_right_as_often_as_its_confidence_says() -> None:
    """Right is what the true risk flags: the tenth of all students who are most at risk. Eight
    classes are drawn and fitted, and each fit is asked about students it has not seen."""
    rng = np.random.default_rng(5)
    everybody = draw(rng, 5_000)
    true = everybody @ EFFECTS
    truly = true >= np.quantile(true, 0.9)
    sure, right = [], []
    for _ in range(8):
        columns = draw(rng, STUDENTS)
        temper = np.repeat(rng.normal(0, 0.7, STUDENTS), WEEKS)
        chance = 1 / (1 + np.exp(1.5 - columns @ EFFECTS - temper))
        label = (rng.random(len(chance)) < chance).astype(np.float64)
        students = [f"s{row // WEEKS:02d}" for row in range(len(label))]
        flag = fit_flag(columns, label, students, SETTINGS)
        said = flag.predict(everybody, pd.RangeIndex(len(everybody)))
        sure.append(said["confidence"].to_numpy())
        right.append(said["flagged"].to_numpy() == truly)
    confidence, agreed = np.concatenate(sure), np.concatenate(right)
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)):
        rows = (confidence >= low) & (confidence < high)
        assert rows.sum() > 1_000
        assert abs(agreed[rows].mean() - confidence[rows].mean()) < 0.06, (low, high)
