"""Training: it recovers known weights, and leaves torch as it found it."""

import numpy as np
import pytest

from learnloop.mastery import MasterySettings

SETTINGS = MasterySettings(hidden_units=4, epochs=15, batch_size=256)


def known_logits(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs of very different scale, logit 2 x0 - x1 / 100, and answers drawn from it."""
    rng = np.random.default_rng(seed)
    inputs = np.column_stack([rng.normal(0, 1, rows), rng.normal(50, 100, rows), np.ones(rows)])
    logits = 2 * inputs[:, 0] - inputs[:, 1] / 100
    return inputs, logits, (rng.random(rows) < 1 / (1 + np.exp(-logits))).astype(float)


def test_a_linear_truth_is_recovered_in_the_units_of_the_inputs() -> None:
    from learnloop.mastery.training import train

    inputs, logits, correct = known_logits(8000, seed=1)
    skill = np.zeros(len(inputs), np.int64)
    found = train((inputs, skill, correct), None, 2, SETTINGS).logits(inputs, skill)
    assert np.corrcoef(found, logits)[0, 1] > 0.98
    assert np.abs(found - logits).mean() < 0.25


def test_what_is_particular_to_a_skill_is_learned_and_a_new_skill_is_like_all() -> None:
    from learnloop.mastery.training import train

    rng = np.random.default_rng(6)
    skill = rng.integers(2, size=8000)
    inputs = rng.normal(size=(8000, 1))
    correct = (rng.random(8000) < np.where(skill == 0, 0.8, 0.4)).astype(float)
    network = train((inputs, skill, correct), None, 3, SETTINGS)
    chances = 1 / (1 + np.exp(-network.logits(np.zeros((3, 1)), np.arange(3))))
    assert chances == pytest.approx([0.8, 0.4, 0.6], abs=0.08)


def test_training_leaves_torchs_threads_and_random_numbers_alone() -> None:
    import torch

    from learnloop.mastery.training import train

    inputs, _, correct = known_logits(300, seed=2)
    threads, before = torch.get_num_threads(), torch.get_rng_state()
    table = (inputs, np.zeros(300, np.int64), correct)
    train(table, table, 2, SETTINGS)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), before)


def test_validation_students_keep_noise_from_being_learned() -> None:
    from learnloop.mastery.training import train

    rng = np.random.default_rng(3)
    inputs, _, correct = known_logits(150, seed=4)
    noise = np.column_stack([inputs, rng.normal(size=(150, 20))])
    fresh, _, outcome = known_logits(2000, seed=5)
    held = np.column_stack([fresh, rng.normal(size=(2000, 20))])
    long = SETTINGS.model_copy(update={"epochs": 80, "learning_rate_decay": 1.0})

    skill = np.zeros(2000, np.int64)

    def loss(validation: tuple[np.ndarray, ...] | None) -> float:
        network = train((noise, skill[:150], correct), validation, 2, long)
        logits = network.logits(held, skill)
        return float(np.mean(np.logaddexp(0, logits) - outcome * logits))

    assert loss((held[:1000], skill[:1000], outcome[:1000])) < loss(None)
