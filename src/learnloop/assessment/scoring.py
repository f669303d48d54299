"""What the answers of a test say of the student so far."""

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from learnloop.assessment.bank import TestBank
from learnloop.assessment.belief import Belief, posterior
from learnloop.assessment.session import Result, Session
from learnloop.assessment.settings import AssessmentSettings
from learnloop.difficulty.response import Floats


@dataclass(frozen=True)
class Score:
    """A session read against its bank."""

    bank: TestBank
    settings: AssessmentSettings
    session: Session

    @cached_property
    def asked(self) -> list[int]:
        """Places of the answered questions, in order."""
        return [self.bank.place[name] for name in self.session.answered]

    @cached_property
    def weight(self) -> Floats:
        """Probability of each ability of the grid; shape (nodes,)."""
        prior = Belief(self.session.prior_mean, self.session.prior_sd)
        right = np.array(self.session.correct, np.intp)
        return posterior(self.bank, prior, self.asked, right)

    @cached_property
    def ability(self) -> float:
        """Expected a-posteriori ability."""
        return float(self.weight @ self.bank.grid.ability)

    @cached_property
    def standard_error(self) -> float:
        """By the definition of the settings; infinite where nothing was told yet."""
        if self.settings.error == "posterior":
            return float(np.sqrt(self.weight @ (self.bank.grid.ability - self.ability) ** 2))
        told = float(self.bank.information(self.ability)[self.asked].sum())
        return float(1 / np.sqrt(told)) if told > 0 else inf

    @cached_property
    def levels(self) -> Floats:
        """Probability of each level, the lowest first; shape (cuts + 1,)."""
        below = np.interp(self.settings.cuts, self.bank.grid.ability, self._below)
        return np.diff(below, prepend=0.0, append=1.0)

    @cached_property
    def asked_by_skill(self) -> NDArray[np.int64]:
        """Answered questions of each skill; shape (skills,)."""
        counts = np.bincount(self.bank.skill[self.asked], minlength=len(self.bank.skill_ids))
        return np.asarray(counts, np.int64)

    def result(self) -> Result:
        """All of it, ready to be shown or sent."""
        low, high = np.interp([0.025, 0.975], self._below, self.bank.grid.ability)
        placed, names = bool(self.settings.cuts), self.bank.skill_ids
        masteries = self.bank.skill_curves @ self.weight
        counts = zip(names, self.asked_by_skill.tolist(), strict=True)
        return Result(
            ability=self.ability,
            standard_error=self.standard_error,
            low=float(low),
            high=float(high),
            questions=len(self.asked),
            level=int(self.levels.argmax()) if placed else None,
            level_probabilities=tuple(self.levels.tolist()) if placed else (),
            masteries=dict(zip(names, masteries.tolist(), strict=True)),
            asked_by_skill={name: count for name, count in counts if count},
            ended=self.session.ended,
        )

    @cached_property
    def _below(self) -> Floats:
        """Probability of an ability below each node, half of the node's own counted."""
        return np.asarray(np.cumsum(self.weight) - self.weight / 2)
