"""Rules of thumb to teach by: what a policy that models the student has to beat."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from learnloop.recommend.teaching import Lesson, Outcome
from learnloop.recommend.teaching_items import LessonItem, finite, generator

IN_A_ROW = 3
"""Right answers in a row that count as mastery (ASSISTments' skill builders ask for three:
Heffernan and Heffernan 2014, IJAIED 24)."""


class RandomItems:
    """Any item that has to do with the objective, at random."""

    def begin(self, lesson: Lesson, seed: int = 0) -> None:
        """A new student."""
        self._ids = [item.content_id for item in lesson.items]
        self._rng = generator(seed)

    def choose(self) -> str | int:
        """A random item."""
        return self._ids[self._rng.integers(len(self._ids))]

    def observe(self, outcome: Outcome) -> None:
        """Does not mind."""


class FixedOrder:
    """The lesson's items one after another, and again from the start."""

    def __init__(self, popularity: Mapping[Any, float] | None = None) -> None:
        """Args: popularity: by item; the most popular first. `None`: as they are listed."""
        self._popularity = popularity

    def begin(self, lesson: Lesson, seed: int = 0) -> None:  # noqa: ARG002
        """A new student."""
        self._ids = [item.content_id for item in lesson.items]
        if self._popularity is not None:
            shares = {str(item): share for item, share in self._popularity.items()}
            self._ids.sort(key=lambda item: -shares.get(str(item), 0.0))
        self._next = 0

    def choose(self) -> str | int:
        """The next one."""
        return self._ids[self._next % len(self._ids)]

    def observe(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Moves on."""
        self._next += 1


class SkillBySkill:
    """Topological order; moves on after so many right answers in a row.

    Asks every question of a skill in turn; a skill without questions is studied item by item
    once. After the last skill it goes on with the objective's.
    """

    def __init__(self, in_a_row: int = IN_A_ROW, *, straight: bool = False) -> None:
        """Args: in_a_row: right answers that are enough; straight: skip what is below."""
        self._enough, self._straight = in_a_row, straight

    def begin(self, lesson: Lesson, seed: int = 0) -> None:  # noqa: ARG002
        """A new student."""
        shelves = _shelves(lesson)
        self._last = [skill for skill in lesson.objective if skill in shelves] or [*shelves][
            -1:
        ]
        self._todo = [*self._last] if self._straight else [*shelves]
        self._shelves, self._turn, self._row = shelves, Counter[str](), 0

    def choose(self) -> str | int:
        """The next item of the skill that is being learnt."""
        shelf = self._shelves[self._todo[0]]
        return shelf[self._turn[self._todo[0]] % len(shelf)].content_id

    def observe(self, outcome: Outcome) -> None:
        """Counts right answers."""
        skill = self._todo[0]
        self._turn[skill] += 1
        self._row = self._row + 1 if outcome.correct else 0
        shelf = self._shelves[skill]
        studied = not shelf[0].question and self._turn[skill] >= len(shelf)
        if self._row >= self._enough or studied:
            self._row = 0
            self._todo = self._todo[1:] or [*self._last]


class EqualTime:
    """Topological order with the student's time shared equally among the skills."""

    def __init__(self, minutes: float) -> None:
        """Args: minutes: of study that the student has."""
        self._minutes = minutes

    def begin(self, lesson: Lesson, seed: int = 0) -> None:  # noqa: ARG002
        """A new student."""
        self._shelves = list(_shelves(lesson).values())
        self._spent, self._turn = 0.0, 0

    def choose(self) -> str | int:
        """The next question of the skill whose time it is."""
        place = int(self._spent / self._minutes * len(self._shelves))
        shelf = self._shelves[min(place, len(self._shelves) - 1)]
        return shelf[self._turn % len(shelf)].content_id

    def observe(self, outcome: Outcome) -> None:
        """Looks at the clock."""
        self._turn += 1
        self._spent += (finite(getattr(outcome, "duration_s", None), "duration_s") or 60.0) / 60


def _shelves(lesson: Lesson) -> dict[str, list[LessonItem]]:
    """By skill, in topological order, its questions; its other items where it has none."""
    shelves: dict[str, list[LessonItem]] = {}
    for skill in lesson.skills:
        own = [item for item in lesson.items if item.skill_ids[0] == skill]
        if own:
            shelves[skill] = [item for item in own if item.question] or own
    return shelves
