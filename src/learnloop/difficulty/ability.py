"""What a student's answers so far say of the student's ability."""

from dataclasses import dataclass

import numpy as np

from learnloop.difficulty.answers import Answers
from learnloop.difficulty.response import AbilityGrid, Floats

LEAST_CHANCE = 1e-12
"""A prediction is never certain, whatever rounding says."""


@dataclass(frozen=True)
class Course:
    """What was known at the moment of each question; arrays of shape (answers,).

    Attributes:
        chance: P(correct) by the student's earlier answers alone.
        ability: expected ability before the answer.
        ability_sd: its posterior standard deviation.
    """

    chance: Floats
    ability: Floats
    ability_sd: Floats


def follow(answers: Answers, chances: Floats, grid: AbilityGrid) -> Course:
    """Goes through all students' answers in lockstep, updating each one's posterior.

    Args:
        answers: in order; NaN in `correct` is predicted and not learned from.
        chances: P(correct) of each item of the bank, and of an unknown item last, at
            each ability; shape (items + 1, nodes).
        grid: abilities.

    Returns:
        One value per answer, in the order of `answers`: the expected a-posteriori
        ability (Bock & Mislevy 1982) before the answer is known.
    """
    length = np.bincount(answers.student, minlength=answers.students)
    start = np.cumsum(length) - length
    longest_first = np.argsort(-length, kind="stable")
    length, start = length[longest_first], start[longest_first]
    belief = np.tile(np.log(grid.weight), (answers.students, 1))
    tables = likelihoods(chances)
    kind = np.where(np.isnan(answers.correct), 2, answers.correct).astype(np.intp)
    moments = np.column_stack([grid.ability, grid.ability**2])
    chance, known = np.empty(len(answers.item)), np.empty((len(answers.item), 2))
    for step in range(length.max(initial=0)):
        active = int(np.searchsorted(-length, -step, side="left"))
        rows = start[:active] + step
        now = belief[:active]
        weight = np.exp(now - now.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        item = answers.item[rows]
        chance[rows] = np.einsum("nq,nq->n", weight, chances[item])
        known[rows] = np.einsum("nq,qk->nk", weight, moments)
        now += tables[kind[rows], item]
    ability = known[:, 0]
    chance = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return Course(chance, ability, np.sqrt(np.maximum(known[:, 1] - ability**2, 0)))


def likelihoods(chances: Floats) -> Floats:
    """Log-likelihood of an answer at each ability: failed, solved, and not yet given.

    Logarithms, so that thousands of answers of one kind can be outweighed by as many
    of the other.

    Args:
        chances: P(correct) of each item at each ability; shape (items, nodes).

    Returns:
        Shape (3, items, nodes).
    """
    return np.stack([np.log1p(-chances), np.log(chances), np.zeros_like(chances)])
