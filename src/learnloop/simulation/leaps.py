"""Knowledge that is all or none: a skill is learnt in one leap and never forgotten."""

from typing import Self

import numpy as np

from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Floats, Keys, uniforms
from learnloop.simulation.items import Ints
from learnloop.simulation.knowledge import Knowledge
from learnloop.simulation.learners import LearnerFamily

LEVEL = 2.5
"""Logits of a skill that is known; minus this where it is not."""


class LeapKnowledge(Knowledge):
    """Two states per skill (Corbett and Anderson 1995).

    A piece of work teaches an unknown skill with probability `1 - exp(-gain)`, where `gain`
    is what it would add to an untouched skill in `Knowledge`. That is the same as a leap
    when the gains so far exceed a number drawn from the unit exponential, which belongs to
    the student and the skill; so the same luck meets every policy.
    """

    def __init__(
        self,
        prior: Floats,
        learning_rate: Floats,
        forgetting_rate: Floats,
        curriculum: Curriculum,
        family: LearnerFamily,
        keys: Keys,
    ) -> None:
        """Args are those of `Knowledge`; `keys`: shape (students,), whose luck it is.

        A skill is known from the start with the probability that its prior says.
        """
        super().__init__(prior, learning_rate, forgetting_rate, curriculum, family)
        known = uniforms(keys, "known", 0, prior.shape[1]) < 1 / (1 + np.exp(-prior))
        waits = -np.log(uniforms(keys, "leap", 0, prior.shape[1]))
        self._leap = np.where(known, 0.0, waits)

    def theta(self, student: Ints, skill: Ints, day: Floats) -> Floats:
        """Logits of `student` on `skill`, one of two values less the slump."""
        student, skill, _ = np.broadcast_arrays(student, skill, day)
        known = self._learnt[student, skill] >= self._leap[student, skill]
        return np.asarray(np.where(known, LEVEL, -LEVEL) - self.slump[student])

    def learn(self, student: Ints, skill: Ints, day: Floats, effort: Floats) -> None:
        """Adds to the chance of a leap; a student appears once at most."""
        ready = self._ready_share(student, skill, day)
        self._learnt[student, skill] += self._rate[student] * effort * ready

    def imagine(self, copies: int, rng: np.random.Generator) -> Self:
        """As `Knowledge.imagine`; what is not known yet takes a wait drawn anew."""
        twin = super().imagine(copies, rng)
        waits = self._learnt[0] + rng.exponential(size=twin._learnt.shape)
        twin._leap = np.where(self._learnt[0] >= self._leap[0], 0.0, waits)
        return twin
