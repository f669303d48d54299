"""Item parameters by marginal maximum likelihood (Bock & Aitkin 1981), vectorised."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from learnloop.difficulty.answers import Answers
from learnloop.difficulty.prior import ItemPrior, Spread, TraitMean
from learnloop.difficulty.response import AbilityGrid, Floats, curves
from learnloop.difficulty.settings import EstimatorSettings

SLOPE_BOUNDS = (0.2, 5.0)
EASINESS_BOUND = 12.0
NEWTON_STEPS = 2


@dataclass(frozen=True)
class Fit:
    """What the estimation ends with.

    Attributes:
        slope: discrimination a; shape (items,).
        easiness: d = −a·b; shape (items,).
        posterior: P(ability | answers) of each student at each point of the grid;
            shape (students, nodes).
        log_likelihood: marginal, in nats, without the prior.
        iterations: EM iterations used.
        prior: by which the items were pulled.
        unseen: what is believed of an item that nobody answered.
    """

    slope: Floats
    easiness: Floats
    posterior: Floats
    log_likelihood: float
    iterations: int
    prior: ItemPrior
    unseen: ItemPrior


@dataclass(frozen=True)
class Expected:
    """The E-step: what the M-step needs of the unseen abilities.

    Attributes:
        counts: expected answers to each item at each ability; shape (items, nodes).
        solved: correct answers to each item; shape (items,).
        solved_ability: sum of the expected ability of those who solved it; (items,).
        posterior: see `Fit`.
        log_likelihood: see `Fit`.
    """

    counts: Floats
    solved: Floats
    solved_ability: Floats
    posterior: Floats
    log_likelihood: float


class AnswerMatrix:
    """Answers as two sparse matrices, students × items: solved, and answered at all."""

    def __init__(self, answers: Answers, items: int) -> None:
        shape = (answers.students, items)
        places = (answers.student, answers.item)
        self._answered = csr_array((np.ones(len(answers.item)), places), shape=shape)
        self._solved = csr_array((answers.correct, places), shape=shape)
        self._answered_of_item = self._answered.T.tocsr()
        self._solved_of_item = self._solved.T.tocsr()
        self.solved = _times(self._solved_of_item, np.ones(answers.students))

    def expect(self, slope: Floats, easiness: Floats, grid: AbilityGrid) -> Expected:
        """The E-step at the given item parameters."""
        failure_cost = np.logaddexp(0, np.outer(slope, grid.ability) + easiness[:, None])
        joint = np.outer(_times(self._solved, slope), grid.ability)
        joint += _times(self._solved, easiness)[:, None]
        joint -= _times(self._answered, failure_cost)
        joint += np.log(grid.weight)
        peak = joint.max(axis=1, keepdims=True)
        posterior = np.exp(joint - peak)
        total = posterior.sum(axis=1, keepdims=True)
        posterior /= total
        return Expected(
            counts=_times(self._answered_of_item, posterior),
            solved=self.solved,
            solved_ability=_times(self._solved_of_item, posterior @ grid.ability),
            posterior=posterior,
            log_likelihood=float((np.log(total) + peak).sum()),
        )


def _times(matrix: csr_array, dense: Floats) -> Floats:
    return np.asarray(matrix @ dense, dtype=np.float64)


@dataclass(frozen=True)
class Curvature:
    """Minus the second derivatives of each item's log-posterior in (slope, easiness)."""

    slope: Floats
    cross: Floats
    easiness: Floats

    def determinant(self) -> Floats:
        """Of each item's 2 × 2 matrix."""
        return self.slope * self.easiness - self.cross**2

    def spreads(self, slope: Floats, easiness: Floats) -> tuple[Spread, Spread]:
        """Both estimates with their variances, the inverse of the curvature."""
        determinant = self.determinant()
        return (
            Spread(slope, self.easiness / determinant),
            Spread(easiness, self.slope / determinant),
        )


def climb(
    expected: Expected,
    slope: Floats,
    easiness: Floats,
    prior: ItemPrior,
    grid: AbilityGrid,
    common_slope: bool,
) -> tuple[Floats, Floats, Curvature]:
    """The M-step: Newton steps of all items at once; returns the curvature with them."""
    bend = _curvature(expected, slope, easiness, prior, grid)
    for _ in range(NEWTON_STEPS):
        explained = expected.counts * curves(slope, easiness, grid)
        up_slope = expected.solved_ability - explained @ grid.ability
        up_slope -= prior.slope.pull(slope)
        up_easiness = expected.solved - explained.sum(axis=1)
        up_easiness -= prior.easiness.pull(easiness)
        if common_slope:
            to_slope = np.sum(up_slope - bend.cross * up_easiness / bend.easiness)
            to_slope /= np.sum(bend.slope - bend.cross**2 / bend.easiness)
            step_slope = np.full_like(slope, to_slope)
        else:
            step_slope = bend.easiness * up_slope - bend.cross * up_easiness
            step_slope /= bend.determinant()
        step_easiness = (up_easiness - bend.cross * step_slope) / bend.easiness
        slope = np.clip(slope + np.clip(step_slope, -0.5, 0.5), *SLOPE_BOUNDS)
        easiness = easiness + np.clip(step_easiness, -1, 1)
        easiness = np.clip(easiness, -EASINESS_BOUND, EASINESS_BOUND)
        bend = _curvature(expected, slope, easiness, prior, grid)
    return slope, easiness, bend


def restore_scale(
    slope: Floats, easiness: Floats, posterior: Floats, grid: AbilityGrid
) -> tuple[Floats, Floats]:
    """Moves the students' mean and spread of ability, as now seen, into the items.

    Ability is standard normal by definition; letting it drift within a step and putting
    it back saves most of the iterations (PX-EM, Liu, Rubin & Wu 1998).
    """
    seen = posterior.mean(axis=0)
    mean = float(seen @ grid.ability)
    sd = float(np.sqrt(seen @ (grid.ability - mean) ** 2))
    return np.clip(slope * sd, *SLOPE_BOUNDS), easiness + slope * mean


def _curvature(
    expected: Expected, slope: Floats, easiness: Floats, prior: ItemPrior, grid: AbilityGrid
) -> Curvature:
    chance = curves(slope, easiness, grid)
    weight = expected.counts * chance * (1 - chance)
    return Curvature(
        slope=weight @ grid.ability**2 + prior.slope.precision(slope),
        cross=weight @ grid.ability,
        easiness=weight.sum(axis=1) + prior.easiness.precision(easiness),
    )


def fit_items(
    answers: Answers,
    items: int,
    traits: csr_array,
    settings: EstimatorSettings,
    grid: AbilityGrid,
) -> Fit:
    """Fits every item that has answers; the others stay at their prior.

    Args:
        answers: first answers, none of them NaN.
        items: size of the bank.
        traits: what is known of each item's content, from which its prior's mean comes;
            shape (items, traits), of which there may be none.
        settings: form of the model and when to stop.
        grid: abilities.
    """
    matrix = AnswerMatrix(answers, items)
    answered = np.bincount(answers.item, minlength=items)
    common = settings.form == "1pl"
    share = (matrix.solved + 1) / (answered + 2)
    slope, easiness = np.ones(items), np.log(share / (1 - share))
    prior = unseen = ItemPrior.start(
        TraitMean.of(traits, answered > 0), settings.shrink, common
    )
    expected = matrix.expect(slope, easiness, grid)
    moved, iterations = np.inf, 0
    while moved >= settings.tolerance and iterations < settings.max_iterations:
        iterations += 1
        before = slope, easiness
        slope, easiness, bend = climb(expected, slope, easiness, prior, grid, common)
        slope, easiness = restore_scale(slope, easiness, expected.posterior, grid)
        unseen = prior.learn(*bend.spreads(slope, easiness), answered)
        prior = unseen if settings.shrink else prior
        expected = matrix.expect(slope, easiness, grid)
        moved = max(np.abs(slope - before[0]).max(), np.abs(easiness - before[1]).max())
    return Fit(
        slope,
        easiness,
        expected.posterior,
        expected.log_likelihood,
        iterations,
        prior,
        unseen,
    )
