"""What comes of working on an item: an answer, a watched share, the time it takes."""

from copy import copy
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from learnloop.simulation import rates
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import ASSESSMENT, STUDY_TYPES, Ints
from learnloop.simulation.knowledge import Knowledge, response_probability
from learnloop.simulation.learners import CAMPUS, LearnerFamily
from learnloop.simulation.people import People, Traits, access_of
from learnloop.simulation.settings import CampusSettings

CHALLENGE = 0.7
"""Rate of success at which a question teaches most, where a family of learners minds."""
DRAWS = 6
"""Uniform numbers that one piece of work uses."""
DURATION_LUCK = (0.45, 0.18)
"""Standard deviation of the log of the seconds of a question, and of other items."""
_VIDEO = 0


@dataclass(frozen=True)
class Outcome:
    """One row per piece of work."""

    correct: NDArray[np.int8]
    """As recorded: 1 right, 0 wrong, -1 not a question."""
    progress: Floats
    """Share of the item done, NaN for questions."""
    duration_s: Floats
    hints: NDArray[np.int16]
    """-1 where the item is not a question."""
    failed: NDArray[np.bool_]
    """A question that was truly answered wrong, whatever was recorded."""


class Workbench:
    """Lets students work on items and learn from them."""

    def __init__(
        self,
        settings: CampusSettings,
        curriculum: Curriculum,
        people: People,
        knowledge: Knowledge,
        family: LearnerFamily = CAMPUS,
    ) -> None:
        self.freshness: float | Floats = 1.0
        """Factor on what work teaches, in (0, 1]."""
        self._family = family
        self._curriculum = curriculum
        self._traits = people.traits
        self._knowledge = knowledge
        self._guess = settings.guess
        bias = settings.bias
        noise = bias.strength if bias is not None and bias.kind == "labels" else 0.0
        self._flips = rates.LABEL_FLIPS * noise * people.disadvantaged
        self._access = access_of(settings, people.disadvantaged)

    def work(
        self, student: Ints, item: Ints, kind: Ints, day: Floats, tired: Floats, unit: Floats
    ) -> Outcome:
        """One item for each of some different students.

        Args:
            student: shape (n,), each student at most once.
            item: shape (n,).
            kind: shape (n,), places in `items.TYPES`.
            day: shape (n,), days since the term began.
            tired: shape (n,), in [0, 1]: 1 finishes nothing.
            unit: shape (n, DRAWS), uniform numbers.
        """
        asked = kind == ASSESSMENT
        right, chance = self._answer(student, item, day, unit[:, 0])
        progress = self._progress(student, item, kind, tired, unit[:, 1], unit[:, 2])
        duration = self._duration(student, item, asked, chance, progress, unit[:, 3])
        recorded = right ^ (unit[:, 4] < self._flips[student])
        hints = np.minimum(np.floor(-np.log(unit[:, 5]) * (1 - chance)), 3)
        effort = self._effort(asked, right, chance, progress)
        self._learn(student, item, day, effort)
        return Outcome(
            correct=np.where(asked, recorded, -1).astype(np.int8),
            progress=np.where(asked, np.nan, progress),
            duration_s=duration,
            hints=np.where(asked, hints, -1).astype(np.int16),
            failed=asked & ~right,
        )

    def rehearse(
        self,
        student: Ints,
        item: Ints,
        kind: Ints,
        day: Floats,
        tired: Floats,
        repeats: float | Floats = 1.0,
    ) -> tuple[Floats, Floats]:
        """As `work` with luck averaged out; gives the effort learnt and the mean seconds.

        Args are those of `work`, and how many times over the work is done, as one.
        """
        asked = kind == ASSESSMENT
        _, chance = self._answer(student, item, day, np.ones(len(item)))
        finishes, end = self._finishing(student, item, kind, tired)
        progress = finishes + (1 - finishes) * (0.02 + 0.93 * end / 2)
        effort = repeats * self._effort(asked, chance, chance, progress)
        self._learn(student, item, day, effort)
        seconds = repeats * self._duration(
            student, item, asked, chance, progress, np.array(0.5)
        )
        return effort, seconds * np.exp(np.where(asked, *DURATION_LUCK) ** 2 / 2)

    def imagine(self, knowledge: Knowledge) -> "Workbench":
        """The first student's workbench for all the copies in `knowledge.imagine`."""
        twin, rows = copy(self), np.zeros(len(knowledge), dtype=np.int64)
        twin._knowledge = knowledge
        twin._traits = replace(
            self._traits,
            **{part.name: getattr(self._traits, part.name)[rows] for part in fields(Traits)},
        )
        twin._access, twin._flips = self._access[rows], self._flips[rows]
        return twin

    def _answer(
        self, student: Ints, item: Ints, day: Floats, unit: Floats
    ) -> tuple[NDArray[np.bool_], Floats]:
        theta = self._knowledge.theta(student, self._curriculum.primary[item], day)
        chance = self.chance(theta, item)
        return unit < chance, chance

    def chance(self, theta: Floats, item: Ints) -> Floats:
        """Probability of a right answer; any shapes that broadcast."""
        return response_probability(
            theta,
            self._curriculum.difficulty[item],
            self._curriculum.discrimination[item],
            self._guess,
            self._family.slip,
        )

    def _effort(
        self, asked: NDArray[np.bool_], right: NDArray[Any], chance: Floats, progress: Floats
    ) -> Floats:
        """What the work counts for, in whole study items of the campus."""
        family = self._family
        practice = rates.PRACTICE_GAIN / rates.STUDY_GAIN * (0.8 + 0.4 * right)
        if family.challenge_width is not None:
            distance = (chance - CHALLENGE) / family.challenge_width
            practice = practice * np.exp(-0.5 * distance**2)
        effort = np.where(asked, practice * family.practice, progress * family.study)
        return np.asarray(effort * self.freshness)

    def _progress(
        self, student: Ints, item: Ints, kind: Ints, tired: Floats, unit: Floats, part: Floats
    ) -> Floats:
        """Finished with a chance that falls with length; else somewhere before the end."""
        finishes, end = self._finishing(student, item, kind, tired)
        return np.asarray(np.where(unit < finishes, 1.0, np.round(0.02 + 0.93 * end * part, 3)))

    def _finishing(
        self, student: Ints, item: Ints, kind: Ints, tired: Floats
    ) -> tuple[Floats, Floats]:
        """The chance of doing all of it, and the share by which those stop who do not."""
        study = np.minimum(kind, len(STUDY_TYPES) - 1)
        length = self._curriculum.duration_s[item]
        slope = rates.VIDEO_SLOPE * (kind == _VIDEO)
        logit = np.array(rates.FINISHING)[study] - slope * np.log1p(length / rates.VIDEO_KNEE_S)
        liking = 0.5 * self._traits.liking[student, study]
        finishes = expit(logit + liking) * self._access[student] * (1 - tired)
        end = np.where(kind == _VIDEO, np.minimum(rates.VIDEO_STOP_S / length, 1.0), 1.0)
        return np.asarray(finishes), np.asarray(end)

    def _duration(
        self,
        student: Ints,
        item: Ints,
        asked: NDArray[np.bool_],
        chance: Floats,
        progress: Floats,
        unit: Floats,
    ) -> Floats:
        """Seconds, log-normal (van der Linden 2006); a hard question takes longer."""
        base = self._curriculum.duration_s[item] / self._traits.pace[student]
        share = np.where(asked, 0.6 + 0.9 * (1 - chance), progress)
        seconds = base * share * np.exp(np.where(asked, *DURATION_LUCK) * ndtri(unit))
        return np.asarray(np.round(np.clip(seconds, 3.0, 3600.0), 1))

    def _learn(self, student: Ints, item: Ints, day: Floats, effort: Floats) -> None:
        self._knowledge.learn(student, self._curriculum.primary[item], day, effort)
        second = self._curriculum.secondary[item]
        has = second >= 0
        if has.any():
            self._knowledge.learn(student[has], second[has], day[has], 0.4 * effort[has])
        if self._family.transfer > 0:
            self._transfer(student, item, day, self._family.transfer * effort)

    def _transfer(self, student: Ints, item: Ints, day: Floats, effort: Floats) -> None:
        """Work on a skill exercises what it builds on."""
        for needed in self._curriculum.requires[self._curriculum.primary[item]].T:
            has = needed >= 0
            if has.any():
                self._knowledge.learn(student[has], needed[has], day[has], effort[has])
