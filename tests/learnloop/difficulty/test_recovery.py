"""Known items are found again, as closely as the standard errors say."""

import numpy as np
import pytest

from learnloop.difficulty import DifficultyEstimator, EstimatorSettings

from .answer_tables import drawn_answers

ITEMS = 60


def known_items(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=ITEMS), np.exp(rng.normal(0, 0.3, ITEMS))


@pytest.mark.parametrize("form", ["1pl", "2pl"])
def test_95_percent_intervals_hold_the_true_difficulty_95_times_in_100(form: str) -> None:
    held = []
    for seed in range(20):
        difficulty, discrimination = known_items(seed)
        if form == "1pl":
            discrimination = np.ones(ITEMS)
        answers = drawn_answers(difficulty, discrimination, 300, seed, seen=0.5)
        items = DifficultyEstimator(EstimatorSettings(form=form)).fit(answers).items()
        off = np.abs(items["difficulty"] - difficulty) / items["difficulty_se"]
        held.append(np.mean(off < 1.96))
    # 20 × 60 draws: a standard error of .6 %, and about 1 % as items share a scale.
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


def test_four_times_the_students_halve_the_error() -> None:
    difficulty, discrimination = known_items(3)
    few, many = (
        DifficultyEstimator()
        .fit(drawn_answers(difficulty, discrimination, students, 11))
        .items()["difficulty"]
        .to_numpy()
        for students in (250, 1000)
    )
    ratio = np.sqrt(np.mean((few - difficulty) ** 2) / np.mean((many - difficulty) ** 2))
    assert ratio == pytest.approx(2, rel=0.4)


def test_discriminations_are_found_again() -> None:
    difficulty, discrimination = known_items(5)
    items = (
        DifficultyEstimator().fit(drawn_answers(difficulty, discrimination, 1500, 5)).items()
    )
    assert np.corrcoef(items["discrimination"], discrimination)[0, 1] > 0.9
    assert items["discrimination"].mean() == pytest.approx(discrimination.mean(), rel=0.1)


def test_shrinking_sparse_items_brings_them_closer_to_the_truth() -> None:
    difficulty, discrimination = known_items(8)
    answers = drawn_answers(difficulty, discrimination, 120, 8, seen=0.15)
    errors = {}
    for shrink in (True, False):
        settings = EstimatorSettings(shrink=shrink)
        items = DifficultyEstimator(settings).fit(answers).items()
        errors[shrink] = np.sqrt(np.mean((items["difficulty"] - difficulty) ** 2))
    assert errors[True] < errors[False]
