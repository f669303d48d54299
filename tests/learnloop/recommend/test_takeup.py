"""Take-up: who has left is not who comes new, and what is listed sets the probability."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.recommend.facts import NAMES
from learnloop.recommend.takeup import TakeUp

from .toy_course import course, followers, snapshot, snapshots

SMALL = RecommenderSettings(factors=3, iterations=5, list_length=4)
ACTIVE = NAMES.index("recent_starts")


def by_als_alone(slope: float, intercept: float) -> TakeUp:
    """A regression that looks at the first fact only, centred away from zero."""
    weights = np.zeros(len(NAMES))
    weights[0] = slope
    return TakeUp(np.full(len(NAMES), 0.2), weights, intercept)


def listed(rows: int = 40_000) -> np.ndarray:
    table = np.zeros((rows, len(NAMES)))
    rng = np.random.default_rng(3)
    table[:, 0], table[:, ACTIVE] = rng.normal(size=(2, rows))
    return table


def test_recalibrating_recovers_the_slope_shift_and_activity_that_made_the_outcomes() -> None:
    table, before = listed(), by_als_alone(1.0, -1.0)
    true = expit(1.5 * before.log_odds(table) + 0.4 + 0.6 * table[:, ACTIVE])
    taken = np.random.default_rng(4).random(len(true)) < true
    after = before.recalibrated(table, taken)
    assert np.abs(after.probability(table) - true).max() < 0.03
    assert after.weights[0] == pytest.approx(1.5, abs=0.06)
    assert after.weights[ACTIVE] == pytest.approx(0.6, abs=0.06)


def test_outcomes_that_contradict_the_order_flatten_it_and_do_not_turn_it_round() -> None:
    table, before = listed(2_000), by_als_alone(1.0, 0.0)
    after = before.recalibrated(table, table[:, 0] < 0)
    assert after.weights[0] == pytest.approx(0.1)


def test_two_outcomes_hardly_move_a_regression() -> None:
    table, before = listed(2), by_als_alone(1.0, -1.0)
    after = before.recalibrated(table, np.array([True, True]))
    assert np.isfinite(after.weights).all()
    assert after.probability(table).max() < 0.9


def test_students_held_back_for_calibration_teach_nothing_else() -> None:
    """Validation students who take up nothing of their lists lower what is promised."""
    held = followers(20, seed=3, split="validation")
    held["taken"] = [[] for _ in range(len(held))]
    alone = ContentRecommender(course(), SMALL).fit(followers())
    everyone = pd.concat([followers(), held], ignore_index=True)
    both = ContentRecommender(course(), SMALL).fit(everyone)
    np.testing.assert_array_equal(
        alone.fitted.context.item_factors, both.fitted.context.item_factors
    )
    np.testing.assert_array_equal(alone.fitted.prior, both.fitted.prior)
    asked = followers(5, seed=9, split="test").query("week == 2")
    for (_, before), (_, after) in zip(alone.lists(asked), both.lists(asked), strict=True):
        assert before.scored.probability.mean() > 0.4
        assert after.scored.probability.mean() < 0.05


def test_who_has_been_away_for_weeks_is_told_apart_from_who_comes_new() -> None:
    model = ContentRecommender(course(), SMALL).fit(followers())
    asked = snapshots(snapshot("new", mastery=()), snapshot("left", ("a-film",), days=(28.0,)))
    for _, made in model.lists(asked):
        scored = made.scored
        fact = {name: scored.facts[:, NAMES.index(name)] for name in ("new_student", "away")}
        new = scored.row == 0
        assert fact["new_student"].tolist() == new.astype(float).tolist()
        assert fact["away"].tolist() == (~new).astype(float).tolist()
