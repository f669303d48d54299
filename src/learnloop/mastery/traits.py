"""Fits the items of a multidimensional item response model: which traits of a student they ask.

logit P(correct) = slopes · traits - hardness, where a student's traits are standard normal
(Reckase 2009, "Multidimensional Item Response Theory", eq. 4.1). An item's slopes are drawn
to those of its skill, and a skill's to one general trait, so that an item with few answers
is taken to be like its skill. Fitted by expectation-maximisation with a Gaussian (Laplace)
approximation of each student's traits and one Newton step an iteration for the items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Places = NDArray[np.int64]

LEAST_INFORMATION = 0.02
"""A single answer never counts less: p (1 - p) of a chance of .98."""
HARDNESS_PRECISION = 1.0
"""Hardness is drawn to that of the difficulty model as if by so much information."""
LONGEST_STEP = 1.0
"""Of one iteration, in logits: keeps the first ones from overshooting."""
SPREAD_OF_FIRST_GUESS = 0.3
"""Standard deviation of the skills' slopes before the first iteration; must not be 0."""
EARLY_ITERATIONS = 2
"""Of the iterations, with two steps for the students: they start from no traits at all."""


@dataclass(frozen=True)
class Asked:
    """Answers as parallel arrays (n,), and what is known of the J items."""

    student: Places
    """0-based number of the student."""
    item: Places
    """0-based number of the item."""
    correct: Floats
    """1 for correct, 0 for wrong."""
    skill: Places
    """(J,) of each item, 0..K."""
    hardness: Floats
    """(J,) by the difficulty model."""
    skills: int
    """K + 1: the last one stands for skills that are not in the list."""


@dataclass(frozen=True)
class Traits:
    """Items and skills in the space of D traits."""

    hardness: Floats
    """(J,) minus the logit of an average student's chance."""
    slopes: Singles
    """(J, D)"""
    skill_slopes: Singles
    """(K + 1, D) what to expect of an item of the skill that nobody has seen."""


def fit_traits(
    asked: Asked,
    traits: int,
    iterations: int,
    item_precision: float,
    skill_precision: float,
    seed: int,
) -> Traits:
    """The item parameters with the largest approximate posterior.

    Args:
        asked: the answers to learn from.
        traits: D.
        iterations: of expectation-maximisation.
        item_precision: of an item's slopes around those of its skill.
        skill_precision: of a skill's slopes around those of one general trait.
        seed: of the first guess, which decides only what is called which trait.

    Returns:
        Parameters of all J items; those without answers are as their skill.
    """
    students, items = int(asked.student.max()) + 1, len(asked.skill)
    general = np.zeros(traits)
    general[0] = 1.0
    rng = np.random.default_rng(seed)
    by_skill = general + rng.normal(0, SPREAD_OF_FIRST_GUESS, (asked.skills, traits))
    by_skill[:, 0] = 1.0
    slopes, hardness = by_skill[asked.skill], asked.hardness.copy()
    mean = np.zeros((students, traits))
    precision = np.append(np.full(traits, item_precision), HARDNESS_PRECISION)
    members = np.bincount(asked.skill, minlength=asked.skills)[:, None]
    shape = (students, items)
    for iteration in range(iterations):
        for _ in range(2 if iteration < EARLY_ITERATIONS else 1):
            surprise, weight = _surprise(asked, mean, slopes, hardness, shape)
            mean, spread = _students(mean, slopes, surprise, weight)
        surprise, weight = _surprise(asked, mean, slopes, hardness, shape)
        prior = np.column_stack([by_skill[asked.skill], asked.hardness])
        now = np.column_stack([slopes, hardness])
        step = _items(now, prior, precision, mean, spread, surprise, weight)
        now = now + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        slopes, hardness = now[:, :traits], now[:, traits]
        summed = np.zeros_like(by_skill)
        np.add.at(summed, asked.skill, slopes)
        drawn = item_precision * summed + skill_precision * general
        by_skill = drawn / (item_precision * members + skill_precision)
    return Traits(hardness, slopes.astype(np.float32), by_skill.astype(np.float32))


def _surprise(
    asked: Asked, mean: Floats, slopes: Floats, hardness: Floats, shape: tuple[int, int]
) -> tuple[csr_array, csr_array]:
    """Students × items: the sum of correct minus expected, and the information p (1 - p).

    In single precision, as all that has D² numbers a row: items by the ten thousand fit.
    """
    logit = np.einsum("na,na->n", slopes[asked.item], mean[asked.student])
    chance = expit(logit - hardness[asked.item])
    weight = np.maximum(chance * (1 - chance), LEAST_INFORMATION)
    places = (asked.student, asked.item)
    return (
        csr_array(((asked.correct - chance).astype(np.float32), places), shape=shape),
        csr_array((weight.astype(np.float32), places), shape=shape),
    )


def _students(
    mean: Floats, slopes: Floats, surprise: csr_array, weight: csr_array
) -> tuple[Floats, Singles]:
    """One Newton step of all students' traits: (S, D) means and (S, D, D) covariances."""
    size = slopes.shape[1]
    information = (weight @ _squares(slopes)).reshape(-1, size, size)
    spread = np.asarray(np.linalg.inv(information + np.eye(size, dtype=np.float32)))
    return mean + np.einsum("sab,sb->sa", spread, surprise @ slopes - mean), spread


def _items(
    now: Floats,
    prior: Floats,
    precision: Floats,
    mean: Floats,
    spread: Singles,
    surprise: csr_array,
    weight: csr_array,
) -> Floats:
    """(J, D + 1) the Newton step of each item's slopes and hardness, students averaged over."""
    size = mean.shape[1]
    surprise, weight = surprise.T.tocsr(), weight.T.tocsr()
    doubt = (weight @ spread.reshape(len(spread), -1)).reshape(-1, size, size)
    curvature = np.empty((len(now), size + 1, size + 1), dtype=np.float32)
    curvature[:, :size, :size] = doubt
    curvature[:, :size, :size] += (weight @ _squares(mean)).reshape(-1, size, size)
    curvature[:, size, :size] = curvature[:, :size, size] = -(weight @ mean)
    curvature[:, size, size] = weight.sum(axis=1)
    diagonal = np.arange(size + 1)
    curvature[:, diagonal, diagonal] += precision
    slope = surprise @ mean - np.einsum("jab,jb->ja", doubt, now[:, :size])
    gradient = np.column_stack([slope, -surprise.sum(axis=1)]) - precision * (now - prior)
    step = np.linalg.solve(curvature, gradient[..., None].astype(np.float32))
    return np.asarray(step[..., 0], dtype=np.float64)


def _squares(wide: Floats) -> Singles:
    """(n, D²) the outer product of each row with itself, flat."""
    rows = wide.astype(np.float32)
    return (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
