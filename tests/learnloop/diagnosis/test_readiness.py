"""What prerequisites are worth, learned from drawn answers."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from learnloop.diagnosis.beliefs import Beliefs
from learnloop.diagnosis.readiness import Readiness, between_variance, fit_readiness

NEEDED = ["rarely-known", "mostly-known"]
SKILLS = ["slow", "fast", *NEEDED]
EDGES = pd.DataFrame({"skill_id": SKILLS[:2], "requires_skill_id": NEEDED})
START = pd.Timestamp(datetime(2025, 9, 1, tzinfo=UTC))
VARIANCE = 0.25
ROUNDS = 8


def learned(
    worth: float,
    rates: tuple[float, float],
    seed: int = 0,
    ahead: tuple[float, float] = (0.0, 0.0),
) -> Readiness:
    """From answers on a skill of each rate, where practice brings `worth` more to those who
    know its prerequisite: one in five on the first skill, four in five on the second. They
    are `ahead` by so much from the start."""
    rng = np.random.default_rng(seed)
    students = 800
    known = rng.random((students, 2)) < [0.2, 0.8]
    done = np.log1p(np.arange(ROUNDS))
    slopes = np.array(rates) + worth * known
    # Skills differ in where they begin, too: the one learnt fast is the harder one at first.
    starts = np.array([0.3, -0.8]) + ahead * known
    line = starts[:, :, None] + slopes[:, :, None] * done
    correct = rng.random(line.shape) < expit(line)
    ids = np.array([f"s{number:03d}" for number in range(students)])
    student, skill, place = (axis.ravel() for axis in np.indices(line.shape))
    answers = pd.DataFrame(
        {
            "student_id": ids[student],
            "skill_id": np.array(SKILLS)[skill],
            "content_id": np.array(SKILLS)[skill],
            "correct": correct.ravel(),
            "occurred_at": START,
            "position": skill * ROUNDS + place,
            "studied": 0,
        }
    ).astype({"occurred_at": "datetime64[us, UTC]"})
    masteries = [[0.5, 0.5, *np.where(own, 0.97, 0.03)] for own in known]
    snapshots = pd.DataFrame(
        {
            "student_id": ids,
            "event_timestamp": START,
            "student_mastery_scores": masteries,
        }
    ).astype({"event_timestamp": "datetime64[us, UTC]"})
    items = pd.DataFrame({"content_id": SKILLS[:2], "difficulty": 0.0, "discrimination": 1.0})
    beliefs = Beliefs.of(snapshots, SKILLS, np.full(len(SKILLS), 0.5))
    courses = pd.Series("c", index=SKILLS)
    return fit_readiness(answers, beliefs, EDGES, items, courses, VARIANCE)


def test_a_prerequisite_of_a_skill_that_is_learnt_fast_is_worth_no_more_for_that() -> None:
    found = learned(worth=0.0, rates=(0.1, 1.3))
    worth, error = found.weights["practice_ready"]
    assert abs(worth) < 3 * error
    assert error < 0.1
    assert (found.effects["effect"].abs() < 0.2).all()


def test_a_head_start_on_one_skill_does_not_make_its_prerequisite_matter() -> None:
    found = learned(worth=0.0, rates=(0.3, 0.3), ahead=(2.0, 0.0))
    worth, error = found.weights["practice_ready"]
    assert abs(worth) < 3 * error
    assert (found.effects["effect"].abs() < 0.2).all()


def test_what_prerequisites_are_worth_is_found_at_any_rate() -> None:
    found = learned(worth=0.8, rates=(0.1, 0.6))
    worth, error = found.weights["practice_ready"]
    assert worth == pytest.approx(0.8, abs=3 * error + 0.05)
    assert found.effects["effect"].to_numpy() == pytest.approx([0.8, 0.8], abs=0.25)


def test_standard_errors_are_those_of_repeated_draws() -> None:
    found = [learned(0.4, (0.1, 0.6), seed).weights["practice_ready"] for seed in range(30)]
    worth, error = np.array(found).T
    # The deviation of 30 draws is within a third of the true one with a chance of 99 %.
    assert worth.std(ddof=1) == pytest.approx(error.mean(), rel=0.35)


def test_a_skill_that_everybody_answers_rightly_tells_nothing_and_does_no_harm() -> None:
    rates = (0.1, 40.0)
    found = learned(worth=0.8, rates=rates)
    assert np.isfinite(found.effects["effect"]).all()
    assert found.weights["practice_ready"][0] == pytest.approx(0.8, abs=0.3)


def test_weights_that_have_not_settled_are_not_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("learnloop.diagnosis.readiness.MOST_STEPS", 3)
    found = learned(worth=0.8, rates=(0.1, 0.6))
    assert not found.weights
    assert found.effects["effect"].isna().all()
    assert "not found in 3 steps" in caplog.text


def test_no_difference_between_equal_or_single_values() -> None:
    assert between_variance(np.array([0.3, 0.3]), np.array([1.0, 1.0])) == 0.0
    assert between_variance(np.array([0.3]), np.array([1.0])) == 0.0
