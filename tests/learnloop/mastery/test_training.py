"""Training: it recovers known weights, and leaves torch as it found it."""

import numpy as np

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
    network = train(inputs, correct, None, SETTINGS)
    assert np.corrcoef(network.logits(inputs), logits)[0, 1] > 0.99
    assert np.abs(network.logits(inputs) - logits).mean() < 0.25


def test_training_leaves_torchs_threads_and_random_numbers_alone() -> None:
    import torch

    from learnloop.mastery.training import train

    inputs, _, correct = known_logits(300, seed=2)
    threads, before = torch.get_num_threads(), torch.get_rng_state()
    train(inputs, correct, (inputs, correct), SETTINGS)
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

    def loss(validation: tuple[np.ndarray, np.ndarray] | None) -> float:
        logits = train(noise, correct, validation, long).logits(held)
        return float(np.mean(np.logaddexp(0, logits) - outcome * logits))

    assert loss((held[:1000], outcome[:1000])) < loss(None)
