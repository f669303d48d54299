"""Intervals of mastery: they hold the truth as often as they say, and narrow with answers."""

import numpy as np
import pandas as pd

from learnloop.mastery import MasteryPredictor
from learnloop.mastery.traits import Singles

from .toys import SKILLS, START, classroom, trained

HARDNESS = np.arange(4) - 1.5


def learned(
    model: MasteryPredictor, attempts: pd.DataFrame
) -> tuple[Singles, tuple[Singles, Singles]]:
    """Masteries of the one student of `attempts` after all answers, and their intervals."""
    state = model.new_student()
    for row in attempts.itertuples():
        model.learn(state, row.content_id, row.skill_id, bool(row.correct), row.occurred_at)
    now = pd.Series([START + pd.Timedelta(days=33)], dtype="datetime64[us, UTC]")
    return model.masteries(state, now), model.intervals(state, now)


def test_intervals_hold_the_true_mastery_about_as_often_as_they_say() -> None:
    attempts, truth = classroom(120, seed=51)
    inside = []
    for name, own in attempts.groupby("student_id"):
        known = truth[truth["student_id"] == name].set_index("skill_id")["level"]
        true = [np.mean(1 / (1 + np.exp(HARDNESS - known[skill]))) for skill in SKILLS]
        _, (low, high) = learned(trained(), own)
        inside += [bool(low[0, k] <= true[k] <= high[0, k]) for k in range(len(SKILLS))]
    assert 0.80 <= np.mean(inside) <= 1.0


def test_intervals_hold_the_mastery_itself_and_narrow_with_answers() -> None:
    attempts, _ = classroom(1, seed=52)
    wide, narrow = (learned(trained(), attempts.head(count)) for count in (1, 40))
    for mastery, (low, high) in (wide, narrow):
        assert (low <= mastery).all()
        assert (mastery <= high).all()
        assert (low >= 0).all()
        assert (high <= 1).all()
    widths = [float((high - low).mean()) for _, (low, high) in (wide, narrow)]
    assert widths[1] < 0.8 * widths[0]
