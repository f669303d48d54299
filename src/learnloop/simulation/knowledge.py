"""What the students know: one latent logit per skill that study raises and time lowers."""

from copy import copy
from typing import Self

import numpy as np
from scipy.special import expit

from learnloop.simulation import rates
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import Ints
from learnloop.simulation.learners import CAMPUS, LearnerFamily


def response_probability(
    theta: Floats, difficulty: Floats, discrimination: Floats, guess: float, slip: float = 0.0
) -> Floats:
    """guess + (1 - guess - slip) / (1 + exp(-discrimination (theta - difficulty))).

    The logistic response model (Birnbaum in Lord and Novick 1968; with slips, Barton and
    Lord 1981). Example: theta equal to the difficulty and no guessing give one half.
    """
    known = expit(discrimination * (theta - difficulty))
    return np.asarray(guess + (1 - guess - slip) * known)


def known_share(theta: Floats) -> Floats:
    """How far a skill at some logits counts as known where others need it, in [0, 1]."""
    return np.asarray(expit(1.6 * theta))


def gain_left(readiness: Floats, least: float) -> Floats:
    """Share of the gain, in [least, 1], that work brings at a readiness in [0, 1].

    Args:
        readiness: share of the prerequisites that is known.
        least: what is left when none is.
    """
    return np.asarray(least + (1 - least) * np.clip(1.5 * readiness - 0.25, 0, 1))


class Knowledge:
    """Latent state of some students: `theta = prior + learnt(t) - slump`, in logits.

    What was learnt fades as 2^(-days / half-life); the half-life of a skill grows with
    every practice of it (Settles and Meeder 2016).
    """

    def __init__(
        self,
        prior: Floats,
        learning_rate: Floats,
        forgetting_rate: Floats,
        curriculum: Curriculum,
        family: LearnerFamily = CAMPUS,
    ) -> None:
        """Args:
        prior: shape (students, skills), logits before any study.
        learning_rate: shape (students,), logits a whole item adds to an untouched skill.
        forgetting_rate: shape (students,), per day.
        curriculum: skills and items.
        family: how students differ from those of the campus.
        """
        self._prior = prior
        self._rate = learning_rate
        self._forgetting = forgetting_rate / family.half_life
        self._curriculum = curriculum
        self._family = family
        self._learnt = np.zeros_like(prior)
        self._seen = np.zeros_like(prior)
        self._practices = np.zeros_like(prior)
        self.slump = np.zeros(len(prior))
        """Logits that each student lacks for now on every skill."""

    def __len__(self) -> int:
        return len(self._prior)

    def imagine(self, copies: int, rng: np.random.Generator) -> Self:  # noqa: ARG002
        """The first student `copies` times, to try futures on without touching the present.

        Args:
            copies: students in the twin.
            rng: draws what the present does not decide yet; here nothing.
        """
        twin = copy(self)
        for name, state in vars(self).items():
            if isinstance(state, np.ndarray):
                setattr(twin, name, np.repeat(state[:1], copies, axis=0))
        return twin

    def _fade(self, student: Ints, skill: Ints, day: Floats) -> Floats:
        """Share of what was learnt that is left; any shapes that broadcast."""
        practice = np.minimum(self._practices[student, skill] - 1, rates.HALF_LIFE_PRACTICES)
        slowed = np.exp2(-rates.HALF_LIFE_GROWTH * np.maximum(practice, 0))
        gap = np.maximum(day - self._seen[student, skill], 0)
        return np.asarray(np.exp(-self._forgetting[student] * slowed * gap))

    def theta(self, student: Ints, skill: Ints, day: Floats) -> Floats:
        """Logits of `student` on `skill` at `day` (days since the term began)."""
        learnt = self._learnt[student, skill] * self._fade(student, skill, day)
        return np.asarray(self._prior[student, skill] + learnt - self.slump[student])

    def readiness(self, student: Ints, skill: Ints, day: Floats) -> Floats:
        """Share of the skill's prerequisites that is known, 1 where there are none."""
        needed = self._curriculum.requires[skill]
        there = needed >= 0
        known = known_share(self.theta(student[:, None], needed, day[:, None]))
        count = there.sum(axis=1)
        if self._family.weakest_link:
            share = np.where(there, known, 1.0).min(axis=1)
        else:
            share = (known * there).sum(axis=1) / np.maximum(count, 1)
        return np.asarray(np.where(count > 0, share, 1.0))

    def learn(self, student: Ints, skill: Ints, day: Floats, effort: Floats) -> None:
        """Adds what `effort` (1 for a whole item) teaches; a student appears once at most."""
        now = self._learnt[student, skill] * self._fade(student, skill, day)
        room = np.maximum(1 - now / rates.LEARNT_CEILING, 0)
        ready = self._ready_share(student, skill, day)
        self._learnt[student, skill] = now + self._rate[student] * effort * ready * room
        self._seen[student, skill] = day
        self._practices[student, skill] += 1

    def _ready_share(self, student: Ints, skill: Ints, day: Floats) -> Floats:
        """Share of the gain that what is known of the prerequisites leaves."""
        return gain_left(self.readiness(student, skill, day), self._family.unready_gain)

    def mastery(self, students: Ints, day: float, guess: float) -> Floats:
        """True mastery, shape (students, skills), in [0, 1].

        The mean, over the skill's assessment items, of the probability that the student
        would answer the item right at `day`.
        """
        questions = self._curriculum.assessments()
        skills = np.arange(questions.shape[0])
        theta = self.theta(students[:, None], skills[None, :], np.array(float(day)))
        chance = np.zeros_like(theta)
        for column in range(questions.shape[1]):
            item = questions[:, column]
            chance += response_probability(
                theta,
                self._curriculum.difficulty[item],
                self._curriculum.discrimination[item],
                guess,
                self._family.slip,
            )
        return np.asarray(chance / questions.shape[1])
