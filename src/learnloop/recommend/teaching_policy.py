"""The platform's teaching policy: plans the time that is left on what it believes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from learnloop.errors import DataError
from learnloop.recommend.gain import challenge_fit
from learnloop.recommend.teaching import Lesson, Outcome
from learnloop.recommend.teaching_belief import (
    Belief,
    BeliefSettings,
    Floats,
)
from learnloop.recommend.teaching_items import LessonItem, finite, generator, right_of
from learnloop.recommend.teaching_plan import Ints, Outlook, better, generations_of, resample


class PolicySettings(BaseModel):
    """How the policy plans."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    belief: BeliefSettings = BeliefSettings()
    minutes_ahead: float = 90.0
    """How far it plans where nobody knows how long the student has."""
    steps_between: int = 4
    minutes_between: float = 5.0
    """Items, or minutes of study, after which it plans again."""
    stand_ins: int = 64
    """Students drawn from the belief for whom a plan is made."""
    rounds: int = 4
    children: int = 48
    """Of the search for a plan."""
    question_minutes: float = 1.0
    study_minutes: float = 5.0
    """Expected where the lesson does not say, until items were seen."""


@dataclass
class _Pace:
    """Minutes that items of a kind took, and that they should have taken."""

    took: float = 0.0
    said: float = 0.0


class PlanningPolicy:
    """Teaches by a belief over hypotheses and a plan for the rest of the time.

    It needs nothing but the protocol: where the lesson tells difficulty, duration or the
    time that the student has, it uses them; `mastery` lets another model say what the
    student knows already.
    """

    def __init__(
        self,
        settings: PolicySettings | None = None,
        mastery: Mapping[str, float] | None = None,
    ) -> None:
        """Args: settings: `None`: the defaults; mastery: by skill, in [0, 1], if known."""
        self._settings = settings or PolicySettings()
        self._mastery = mastery

    def begin(self, lesson: Lesson, seed: int = 0) -> None:
        """A new student.

        Raises:
            DataError: the seed is no whole number from 0 up, or a mastery no number in [0, 1].
        """
        self._rng = generator(seed)
        self._lesson = lesson
        shape = (self._settings.stand_ins, len(lesson.skills) + 1)
        self._normals = self._rng.normal(size=shape)
        self.belief = Belief(lesson, self._settings.belief, self._mastery, seed)
        self._items = {item.key: item for item in lesson.items}
        self._place = {skill: place for place, skill in enumerate(lesson.skills)}
        self._shelves: dict[tuple[int, bool], list[LessonItem]] = {}
        for item in lesson.items:
            key = (self._place[item.skill_ids[0]], item.question)
            self._shelves.setdefault(key, []).append(item)
        self._generations = generations_of(self.belief.needs)
        self._goal = np.array([self._place[skill] for skill in lesson.objective])
        self._uses, self._took = Counter[str](), defaultdict[str, float](float)
        self._done = defaultdict[str, float](float)
        self._pace = {True: _Pace(), False: _Pace()}
        self._spent, self._steps = 0.0, 0
        self._plan: Floats | None = None

    def choose(self) -> str | int:
        """The next item: of the first skill that the plan has time for.

        Raises:
            DataError: nobody sits there, or no item may be repeated and all are done.
        """
        if not hasattr(self, "_lesson"):
            raise DataError("no lesson has begun.", remedy="Call begin(lesson) first.")
        if not self._shelves:
            raise DataError(
                "every item of the lesson is done, and none may be repeated.",
                remedy="End the lesson, or say repeats=True.",
            )
        if self._plan is None or self._due():
            self._rate, self._question = self._rates()
            self._plan = self._planned(self._rate)
            self._planned_at = self._steps, self._spent
        place = self._turn(self._plan, self._rate)
        shelf = self._shelves[place, bool(self._question[place])]
        return max(shelf, key=self._appeal).content_id

    def observe(self, outcome: Outcome) -> None:
        """Learns from what came of the item.

        Raises:
            DataError: no lesson has begun, it has no such item, `correct` is neither true nor
                false, `duration_s` or `progress` no number, or `occurred_at` no time.
        """
        if not hasattr(self, "_lesson"):
            raise DataError("no lesson has begun.", remedy="Call begin(lesson) first.")
        item = self._items.get(str(outcome.content_id))
        if item is None:
            raise DataError(f"the lesson has no item '{outcome.content_id}'.")
        right, seconds = (
            right_of(outcome.correct),
            finite(getattr(outcome, "duration_s", None), "duration_s"),
        )
        progress = finite(getattr(outcome, "progress", None), "progress")
        share = 1.0 if progress is None else min(max(progress, 0.0), 1.0)
        minutes = share * self._expected(item)
        self._uses[item.key] += 1
        if seconds is not None:
            minutes = max(seconds, 0.0) / 60
            self._done[item.key] += share
            self._took[item.key] += minutes
            self._pace[item.question].took += minutes
            self._pace[item.question].said += share * self._said(item)
        self.belief.passed(outcome.occurred_at)
        if right is not None:
            self.belief.answered(item, right)
        self.belief.worked(item, share)
        self._spent += minutes
        self._steps += 1
        if not self._lesson.repeats:
            self._put_away(item)
        if self._plan is not None:
            place = self._place[item.skill_ids[0]]
            self._plan[place] = max(self._plan[place] - minutes, 0.0)

    def _put_away(self, item: LessonItem) -> None:
        """Takes an item that may not be repeated off its shelf."""
        key = (self._place[item.skill_ids[0]], item.question)
        left = [other for other in self._shelves.get(key, []) if other is not item]
        if left:
            self._shelves[key] = left
        elif self._shelves.pop(key, None):
            self._plan = None

    def _due(self) -> bool:
        """Whether to plan again."""
        steps, spent = self._planned_at
        settings = self._settings
        return (
            self._steps - steps >= settings.steps_between
            or self._spent - spent >= settings.minutes_between
        )

    def _said(self, item: LessonItem) -> float:
        settings = self._settings
        usual = settings.question_minutes if item.question else settings.study_minutes
        return item.minutes or usual

    def _expected(self, item: LessonItem) -> float:
        """Minutes of the whole item: what the lesson says, at the student's pace with such
        items, drawn to what this one took; what is said counts as 5 items seen, the pace as 2
        of this one."""
        said, pace = self._said(item), self._pace[item.question]
        usual = said * (5 * said + pace.took) / (5 * said + pace.said)
        return (2 * usual + self._took[item.key]) / (2 + self._done[item.key])

    def _rates(self) -> tuple[Floats, Floats]:
        """Logits a minute by hypothesis and skill, and by skill whether to ask a question.

        Each hypothesis counts on what teaches most if it is true: by then one will know.
        """
        weights = self.belief.weights
        shape = (len(weights), len(self._place))
        rate, question, best = np.zeros(shape), np.zeros(shape[1]), np.full(shape[1], -1.0)
        for (place, asks), shelf in self._shelves.items():
            minutes = min(self._expected(item) for item in shelf)
            own = self.belief.gain[:, int(asks)] / minutes
            rate[:, place] = np.maximum(rate[:, place], own)
            if weights @ own > best[place]:
                best[place], question[place] = weights @ own, asks
        return rate, question

    def _planned(self, rate: Floats) -> Floats:
        """Minutes by skill from now on."""
        settings, belief = self._settings, self.belief
        left = settings.minutes_ahead
        if self._lesson.minutes is not None:
            left = max(self._lesson.minutes - self._spent, 1.0)
        some = resample(belief, settings.stand_ins)
        outlook = Outlook(
            level=belief.drawn(some, self._normals),
            learnt=belief.learnt[some],
            rate=rate[some],
            unready=belief.unready[some],
            weakest=belief.weakest[some],
            steepness=belief.steepness[some],
            threshold=belief.threshold[some],
            needs=belief.needs,
            objective=self._goal,
            generations=self._generations,
            ceiling=belief.ceiling,
        )
        plans = self._simple_plans(outlook, left)
        if self._plan is not None:
            plans = np.vstack([self._plan + 1e-6, plans])
        return better(outlook, plans, left, self._rng, settings.rounds, settings.children)

    def _simple_plans(self, outlook: Outlook, left: float) -> Floats:
        """Every depth below the objective times some levels; what remains, the objective."""
        level = outlook.level.mean(axis=0)
        pace = np.maximum(0.7 * outlook.rate.mean(axis=0), 1e-3)
        below = _steps_below(self.belief.needs, self._goal)
        rows = []
        for depth in range(int(below.max()) + 1):
            for wanted in (0.0, 0.7, 1.5):
                row = np.where(below <= depth, np.maximum(wanted - level, 0) / pace, 0.0)
                row[self._goal] += max(left - row.sum(), 0.1 * left) / self._goal.size
                rows.append(row)
        return np.asarray(np.array(rows) * (outlook.rate.mean(axis=0) > 0))

    def _turn(self, plan: Floats, rate: Floats) -> int:
        """The first skill, in topological order, that is worth an item's time."""
        able = rate.max(axis=0) > 0
        due = np.flatnonzero(able & (plan >= 0.75))
        return int(due[0]) if due.size else int(np.argmax(np.where(able, plan, -1.0)))

    def _appeal(self, item: LessonItem) -> float:
        """Worth of an item beside others of its kind and skill: short, fitting, not worn.

        Fitting is 7 successes in 10, which is the simulated campus's optimum too.
        """
        fit = (
            float(challenge_fit(self.belief.success(item), 0.7, 0.3)) if item.question else 1.0
        )
        return (0.5 + 0.5 * fit) / self._expected(item) / (1 + 0.05 * self._uses[item.key])


def _steps_below(needs: Ints, goal: Ints) -> Ints:
    """Edges from each skill up to the nearest of the objective."""
    below = np.full(len(needs), len(needs))
    below[goal] = 0
    for place in range(len(needs) - 1, -1, -1):
        for needed in needs[place][needs[place] >= 0]:
            below[needed] = min(below[needed], below[place] + 1)
    return below
