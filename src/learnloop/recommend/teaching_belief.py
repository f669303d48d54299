"""What a teaching policy believes of one student, under many hypotheses of how they learn.

A hypothesis fixes how much a question and a study item teach, what an unknown prerequisite
takes away, how fast is forgotten, and how often is guessed or slipped. Under each, what
the student knows is `ability + luck with the skill + learnt`, in logits, the first two
Gaussian and moved by answers (assumed-density filtering, Opper 1998; the extended Kalman
step of Elo-like tracking, Pelanek 2016, Computers & Education 98), the third moved by work. The
hypotheses are weighted by how well they foretold the answers, so that none has to be true.
"""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.special import expit, logit, ndtri
from scipy.stats import qmc

from learnloop.errors import DataError
from learnloop.recommend.teaching import Lesson
from learnloop.recommend.teaching_items import LessonItem, finite

Floats = NDArray[np.float64]

SHRINK = 0.35
"""A logistic curve under a Gaussian of variance v: expit(x / sqrt(1 + 0.35 v)), near
pi / 8 (MacKay 1992, Neural Computation 4)."""


class BeliefSettings(BaseModel):
    """What is believed before the first answer; medians and spreads of hypotheses.

    No classroom of people was measured for them. They are wide and round on purpose: each
    spans what the literature or plain reasoning allows, not what one simulator does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hypotheses: int = 512
    question_gain: tuple[float, float] = (0.25, 0.9)
    """Logits that a question adds to an untouched skill whose prerequisites are known:
    median, and standard deviation of the log. Learning curves of 27 courses rise by about
    0.1 an opportunity once all hurdles count (Koedinger et al. 2023, PNAS 120), which an
    untouched, ready skill exceeds; two standard deviations reach from 0.04, where questions
    hardly do more than test, to 1.5, where three are enough."""
    study_gain: tuple[float, float] = (0.5, 0.9)
    """The same for a video, a text or an interactive item, of some five minutes: per minute
    less than half of what doing teaches, with room for six times less (Koedinger et al. 2015,
    Learning at Scale) and for more (worked examples, Sweller and Cooper 1985)."""
    half_life_days: tuple[float, float] = (14.0, 1.5)
    """Of what was learnt once: from a day to nine months (Settles and Meeder 2016)."""
    growth: tuple[float, ...] = (0.0, 0.35, 0.7)
    """Doublings of that half-life per further practice: none, or up to a hundredfold after
    the 8 that count (Settles and Meeder 2016 fit the form)."""
    unready: tuple[float, ...] = (0.0, 0.0, 0.1, 1.0)
    """Shares of the gain that are left where no prerequisite is known; 1: the graph is idle,
    which it is one time in four."""
    weakest_link: tuple[bool, ...] = (False, True)
    """Whether the least known prerequisite decides instead of their mean."""
    steepness: tuple[float, ...] = (1.5, 3.0)
    """With which a level in logits counts as knowing a prerequisite: gradually or at once."""
    threshold: tuple[float, ...] = (-0.5, 0.0, 0.5, 1.0)
    """The level at which a prerequisite is half known: success of 0.4 to 0.7."""
    guess: tuple[float, ...] = (0.0, 0.1, 0.25)
    """None, some, one of four choices."""
    slip: tuple[float, ...] = (0.0, 0.05, 0.15)
    """Corbett and Anderson (1995) allow 0.1; noisy recording adds to it."""
    leap: float = 0.3
    """Variance that a piece of work adds, in units of its gain: learning is not even."""
    ceiling: float = 4.0
    """Most logits that work adds to a skill: from a success of 0.12 to one of 0.88."""
    ability: tuple[float, float] = (-0.5, 1.5)
    """Mean and standard deviation, in logits, over students and the mean question: whoever is
    to learn something fails a little more than half of it; 95 in 100 students succeed between
    3 and 92 times in 100."""
    luck: float = 0.8
    """Standard deviation of a student's level over skills, half of that over students."""
    item_spread: float = 0.8
    """Standard deviation of difficulty that a lesson does not tell; about 1 in item banks,
    of which questions of one skill share a part."""
    mastery_spread: float = 0.6
    """Standard deviation of a level, in logits, where mastery was handed in."""


class Belief:
    """One student's state under every hypothesis: arrays of shape (hypotheses, skills)."""

    def __init__(
        self,
        lesson: Lesson,
        settings: BeliefSettings,
        mastery: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> None:
        """Args:
        lesson: whose skills and items are tracked.
        settings: the prior.
        mastery: by skill, in [0, 1], what another model believes already; `None`: nothing.
            Skills that the lesson does not have say nothing.
        seed: of the draw of hypotheses.
        """
        self._place = {skill: place for place, skill in enumerate(lesson.skills)}
        width = max([1, *map(len, lesson.prerequisites.values())])
        self.needs = np.full((len(self._place), width), -1)
        """Shape (skills, most prerequisites): places, -1 where there are fewer."""
        for place, needed in enumerate(lesson.prerequisites.values()):
            self.needs[place, : len(needed)] = [self._place[skill] for skill in needed]
        self._draw_hypotheses(settings, seed)
        shape = (settings.hypotheses, len(self._place))
        self.log_weight = np.zeros(settings.hypotheses)
        self.learnt, self._practices = np.zeros(shape), np.zeros(len(self._place))
        self._ability = np.full((settings.hypotheses, 1), settings.ability[0])
        self._ability_var = np.full_like(self._ability, settings.ability[1] ** 2)
        self._luck, self._luck_var = np.zeros(shape), np.full(shape, settings.luck**2)
        for skill, known in (mastery or {}).items():
            own, share = (
                self._place.get(str(skill)),
                finite(known, f"mastery of '{skill}'", 0, 1),
            )
            if own is None or share is None:
                continue
            self._luck[:, own] = logit(np.clip(share, 0.02, 0.98)) - settings.ability[0]
            self._luck_var[:, own] = settings.mastery_spread**2
            self._ability_var[:] = settings.mastery_spread**2
        self._difficulty = {item.key: item.difficulty or 0.0 for item in lesson.items}
        self._item: dict[str, tuple[Floats, Floats]] = {}
        self._item_var = settings.item_spread**2
        self._now: datetime | None = None

    def _draw_hypotheses(self, settings: BeliefSettings, seed: int) -> None:
        """Spreads them evenly over the prior (Sobol 1967)."""
        unit = qmc.Sobol(10, rng=np.random.default_rng(seed)).random(settings.hypotheses)
        unit = np.clip(unit, 1e-3, 1 - 1e-3)

        def around(column: int, median: float, spread: float) -> Floats:
            return np.asarray(median * np.exp(spread * ndtri(unit[:, column])))

        def among(column: int, values: tuple[float, ...]) -> Floats:
            return np.array(values, dtype=np.float64)[
                (unit[:, column] * len(values)).astype(np.int64)
            ]

        gains = [around(0, *settings.study_gain), around(1, *settings.question_gain)]
        self.gain = np.stack(gains, axis=1)
        """Shape (hypotheses, 2): of a study item, of a question."""
        self._forgetting = np.log(2) / around(2, *settings.half_life_days)
        self._growth = among(3, settings.growth)
        self.unready = among(4, settings.unready)
        self.weakest = among(5, settings.weakest_link)
        self.steepness = among(6, settings.steepness)
        self.threshold = among(7, settings.threshold)
        self._guess, self._slip = among(8, settings.guess), among(9, settings.slip)
        self._leap = settings.leap
        self.ceiling = settings.ceiling

    @property
    def weights(self) -> Floats:
        """Of the hypotheses, shape (hypotheses,), summing to 1."""
        weight = np.exp(self.log_weight - self.log_weight.max())
        return np.asarray(weight / weight.sum())

    @property
    def level(self) -> Floats:
        """Mean logits on each skill."""
        return self._ability + self._luck + self.learnt

    @property
    def variance(self) -> Floats:
        """Of `level`."""
        return np.asarray(self._ability_var + self._luck_var)

    def drawn(self, hypotheses: NDArray[np.int64], normal: Floats) -> Floats:
        """Levels of students drawn from some hypotheses, shape (n, skills).

        Args:
            hypotheses: shape (n,).
            normal: shape (n, 1 + skills), standard normal numbers.
        """
        ability = np.sqrt(np.maximum(self._ability_var[hypotheses], 0)) * normal[:, :1]
        luck = np.sqrt(np.maximum(self._luck_var[hypotheses], 0)) * normal[:, 1:]
        return np.asarray(self.level[hypotheses] + ability + luck)

    def mastery(self) -> dict[str, float]:
        """Expected probability, by skill, that the student can do a mean question."""
        known = self.weights @ expit(self.level / np.sqrt(1 + SHRINK * self.variance))
        return {skill: float(known[place]) for skill, place in self._place.items()}

    def success(self, item: LessonItem) -> float:
        """Expected probability of a right answer to a question."""
        place, (offset, spread) = self._place[item.skill_ids[0]], self._offset(item)
        return float(self.weights @ self._chance(place, offset, spread)[0])

    def answered(self, item: LessonItem, correct: bool) -> None:
        """Learns from an answer, about the student and about the hypotheses."""
        place, (offset, spread) = self._place[item.skill_ids[0]], self._offset(item)
        chance, slope = self._chance(place, offset, spread)
        self.log_weight += np.log(chance if correct else 1 - chance)
        luck_var, own_var = self._luck_var[:, place], self._ability_var[:, 0]
        noise = slope**2 * (luck_var + own_var + spread) + chance * (1 - chance)
        step = slope * (float(correct) - chance) / noise
        self._ability[:, 0] += own_var * step
        self._luck[:, place] += luck_var * step
        self._ability_var[:, 0] -= (own_var * slope) ** 2 / noise
        self._luck_var[:, place] -= (luck_var * slope) ** 2 / noise
        self._item[item.key] = (
            offset - spread * step,
            spread - (spread * slope) ** 2 / noise,
        )

    def worked(self, item: LessonItem, share: float = 1.0) -> None:
        """Adds what an item teaches; `share` of it was done."""
        place = self._place[item.skill_ids[0]]
        room = np.clip(1 - self.learnt[:, place] / self.ceiling, 0, 1)
        gain = self.gain[:, int(item.question)] * share * self.ready()[:, place] * room
        self.learnt[:, place] += gain
        self._luck_var[:, place] += self._leap * gain
        self._practices[place] += 1

    def ready(self) -> Floats:
        """Share of the gain that prerequisites leave."""
        level = self.level / np.sqrt(1 + SHRINK * self.variance)
        known = expit(self.steepness[:, None] * (level - self.threshold[:, None]))
        return ready_share(known, self.needs, self.unready[:, None], self.weakest[:, None])

    def passed(self, now: datetime | None) -> None:
        """Forgets what the time since the last call takes; half-lives grow with practice."""
        if now is None:
            return
        if not isinstance(now, datetime):
            raise DataError(f"occurred_at is no datetime: '{now}'.")
        if self._now is not None and (now.tzinfo is None) != (self._now.tzinfo is None):
            raise DataError("occurred_at has a time zone in one outcome and none in another.")
        if self._now is not None:
            days = max((now - self._now).total_seconds() / 86_400, 0.0)
            if days < LEAST_DAYS:
                return
            doublings = self._growth[:, None] * np.clip(self._practices - 1, 0, 8)
            self.learnt *= np.exp(-days * self._forgetting[:, None] * np.exp2(-doublings))
        self._now = now

    def _offset(self, item: LessonItem) -> tuple[Floats, Floats]:
        fresh = np.full(len(self.log_weight), self._difficulty[item.key])
        return self._item.get(item.key, (fresh, np.full_like(fresh, self._item_var)))

    def _chance(self, place: int, offset: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """P(correct) = guess + (1 - guess - slip) expit(level - difficulty), and its slope."""
        variance = self._ability_var[:, 0] + self._luck_var[:, place] + spread
        level = self._ability[:, 0] + self._luck[:, place] + self.learnt[:, place]
        known = expit((level - offset) / np.sqrt(1 + SHRINK * variance))
        span = 1 - self._guess - self._slip
        chance = np.clip(self._guess + span * known, 0.01, 0.99)
        return chance, span * known * (1 - known)


LEAST_DAYS = 0.02
"""Shorter gaps wait until they add up."""


def ready_share(
    known: Floats, needs: NDArray[np.int64], unready: Floats, weakest: Floats
) -> Floats:
    """`unready + (1 - unready) * what is known of the prerequisites`.

    Args:
        known: shape (…, skills), in [0, 1].
        needs: shape (n, most prerequisites), places in `skills`, -1 where there are fewer.
        unready: broadcasts against (…, n).
        weakest: the same; 1 where the least known prerequisite decides, 0: their mean.
    """
    there = needs >= 0
    if not there.any():
        return np.ones((*known.shape[:-1], len(needs)))
    count = np.maximum(there.sum(axis=-1), 1)
    each = np.where(there, known[..., needs], 1.0)
    mean = 1 - (1 - each).sum(axis=-1) / count
    share = mean + weakest * (each.min(axis=-1) - mean)
    return np.asarray(unready + (1 - unready) * share)
