"""Intervals of mastery: they hold the truth as often as they say, and narrow with answers."""

import numpy as np
import pandas as pd

from learnloop.mastery import MasteryPredictor
from learnloop.mastery.traits import Singles

from .toys import SKILLS, START, classroom, history, trained

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
    assert 0.85 <= np.mean(inside) <= 0.99


def test_intervals_hold_the_mastery_itself_and_are_narrower_on_a_practised_skill() -> None:
    practised = pd.concat([history([True, False] * 8)], ignore_index=True)
    mastery, (low, high) = learned(trained(), practised)
    assert (low <= mastery).all()
    assert (mastery <= high).all()
    assert (low >= 0).all()
    assert (high <= 1).all()
    logit = [np.log(end / (1 - end)) for end in (low[0], high[0])]
    width = dict(zip(SKILLS, logit[1] - logit[0], strict=True))
    assert width["adding"] < 0.8 * width["dividing"]
