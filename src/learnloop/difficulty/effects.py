"""Effects of student, skill, item and student × skill on an answer, and factors, in one fit.

    logit P(correct) = μ + θ[s] + κ[k] + β[i] + γ[s, k] + Σ_r u[r, s]·v[r, i]

of student s, skill k and item i, with a normal prior of mean 0 on every effect: a logistic
model with crossed random effects (De Boeck 2008), of which Rasch's is the part θ + β. The
factors u · v are what items share beyond their skill: a multidimensional item response model
(Reckase 2009). `mastery.traits` fits another one, averaged over students who are then followed
answer by answer; on this room's task it is .02 of AUC worse, and this one holds no covariances
to follow anybody by.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from learnloop.difficulty.answers import Floats, Places

Codes = Mapping[str, Places]
"""By effect, the place of each answer in its values; −1 where nothing is known; (answers,)."""

FIRST_LOADING = 0.3
"""Standard deviation of the random loadings that the factors start from."""


@dataclass(frozen=True)
class Priors:
    """Variances of the effects around 0, in logits²."""

    effect: Mapping[str, float]
    factor: float
    """Of an item's loading v; that of a student's u is 1. 0: no factors."""
    rank: int
    """How many factors at most."""


@dataclass(frozen=True)
class Effects:
    """The most probable effects.

    Attributes:
        intercept: μ, the logit of an average student at an average item.
        value: by effect; shape (levels of the effect,).
        student_factor: u; shape (rank, students).
        item_factor: v; shape (rank, items).
    """

    intercept: float
    value: Mapping[str, Floats]
    student_factor: Floats
    item_factor: Floats

    def logit(self, codes: Codes) -> Floats:
        """Of a correct answer; what is not known of an answer adds nothing. (answers,)."""
        total = np.full(len(codes["item"]), self.intercept)
        for name, value in self.value.items():
            total += np.append(value, 0.0)[codes[name]]
        for of_student, of_item in zip(self.student_factor, self.item_factor, strict=True):
            taste = np.append(of_student, 0.0)[codes["student"]]
            total += taste * np.append(of_item, 0.0)[codes["item"]]
        return total


class _Ascent:
    """The log-likelihood as a quadratic that touches it from below (Jaakkola & Jordan 2000).

    Whatever raises the quadratic raises the likelihood, and one effect's best values, with
    the others held, have a closed form.
    """

    def __init__(self, correct: Floats) -> None:
        share = (correct.sum() + 1) / (len(correct) + 2)
        self.intercept = float(np.log(share / (1 - share)))
        self._centred = correct - 0.5
        self._weight = np.full(len(correct), 0.25)
        self._pull = self._centred - self._weight * self.intercept

    def touch(self) -> None:
        """Puts the quadratic where the logits are now, and the intercept at its best."""
        logit = (self._centred - self._pull) / self._weight
        half = np.maximum(np.abs(logit) / 2, 1e-9)
        self._weight = np.tanh(half) / (4 * half)
        self._pull = self._centred - self._weight * logit
        step = float(self._pull.sum() / self._weight.sum())
        self.intercept += step
        self._pull -= self._weight * step

    def improve(
        self, value: Floats, code: Places, variance: float, times: Floats | None = None
    ) -> Floats:
        """The best values of one effect; `times` is what each answer multiplies it by."""
        weight, pull = self._weight, self._pull
        curvature = weight
        if times is not None:
            weight, pull = weight * times, pull * times
            curvature = weight * times
        of_level = np.bincount(code, curvature, len(value))
        better = np.bincount(code, pull, len(value)) + of_level * value
        better /= of_level + 1 / variance
        self._pull -= weight * (better - value)[code]
        return better


def fit_effects(
    codes: Codes,
    correct: Floats,
    levels: Mapping[str, int],
    priors: Priors,
    sweeps: int,
    rng: np.random.Generator,
) -> Effects:
    """The most probable effects given the answers, by cyclic ascent (Yu et al. 2012).

    Args:
        codes: none of them −1.
        correct: 1.0 or 0.0; shape (answers,).
        levels: how many values each effect has.
        priors: how far effects are from 0.
        sweeps: how often every effect is improved.
        rng: for the loadings at the start.
    """
    most = min(priors.rank, levels["student"], levels["item"])
    rank = most if priors.factor > 0 else 0
    value = {name: np.zeros(levels[name]) for name in priors.effect}
    of_student = np.zeros((rank, levels["student"]))
    of_item = rng.normal(0, FIRST_LOADING, (rank, levels["item"]))
    student, item = codes["student"], codes["item"]
    ascent = _Ascent(correct)
    for _ in range(sweeps):
        ascent.touch()
        for name, variance in priors.effect.items():
            value[name] = ascent.improve(value[name], codes[name], variance)
        for r in range(rank):
            of_student[r] = ascent.improve(of_student[r], student, 1.0, of_item[r][item])
            of_item[r] = ascent.improve(of_item[r], item, priors.factor, of_student[r][student])
    return Effects(ascent.intercept, value, of_student, of_item)


@dataclass(frozen=True)
class Nested:
    """Variances of what is left unknown of parents and of their children."""

    parent: Floats
    """(parents,) of the parent's effect."""
    child: Floats
    """(children,) of the sum of the child's effect and its parent's."""


def nested_variances(
    information: Floats, parent: Places, parents: int, child_prior: float, parent_prior: float
) -> Nested:
    """What is not known of effects of which one is nested in the other.

    Given its parent, a child has precision h + p, of its answers and its prior; what its
    answers say of the parent is h·p / (h + p). The child's variance is the one given the
    parent plus the parent's own, by the part p / (h + p) that the child is drawn to it.

    Args:
        information: h, of the answers on each child; shape (children,).
        parent: place of each child's parent; shape (children,).
        parents: how many there are.
        child_prior: variance of a child around its parent, 1/p.
        parent_prior: variance of the parents.

    Example:
        A child without answers has the variance of its prior plus that of its parent.
    """
    precision = 1 / child_prior
    passed_on = information * precision / (information + precision)
    of_parent = 1 / (np.bincount(parent, passed_on, parents) + 1 / parent_prior)
    drawn = precision / (information + precision)
    return Nested(of_parent, 1 / (information + precision) + drawn**2 * of_parent[parent])
