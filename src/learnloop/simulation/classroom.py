"""A wind tunnel for policies: one simulated student who does what the policy chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from learnloop.errors import DataError
from learnloop.simulation.curriculum import Curriculum, build_curriculum
from learnloop.simulation.items import TYPES
from learnloop.simulation.learners import CAMPUS, LearnerFamily
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.student import Student

_MOST_STEPS_A_DAY = 100


@dataclass(frozen=True)
class Observation:
    """What a policy may see after a step, and no more than a real platform would."""

    step: int
    """Items done so far; 0 right after `reset`."""
    occurred_at: datetime
    """When the item was finished (UTC)."""
    content_id: str | None
    """The item; `None` right after `reset`."""
    correct: bool | None
    """The answer to an assessment item, `None` for other types."""
    progress: float | None
    """Share of a video, text or interactive item that was done, in [0, 1]."""
    duration_s: float
    done: bool
    """Whether the episode is over: all steps or hours used, or the student has left."""


class Classroom:
    """Plays one student at a time; the same seed and choices give the same observations.

    A policy chooses an item a step. The student's luck belongs to the seed and the step,
    not to what was chosen before, so that two policies meet the same student.

    Example:
        >>> room = Classroom(CampusSettings(), objective="algebra.slope", steps=20)
        >>> room.reset(seed=3).step
        0
        >>> room.step("algebra.slope.video-1").step
        1
    """

    def __init__(
        self,
        settings: CampusSettings,
        *,
        objective: str | Sequence[str],
        steps: int = 60,
        steps_per_day: int = 6,
        hours: float | None = None,
        minutes_per_day: float | None = None,
        family: LearnerFamily = CAMPUS,
    ) -> None:
        """Args:
        settings: of the campus whose curriculum and rates hold.
        objective: the skill, or the skills, that the student is to master.
        steps: most items in an episode.
        steps_per_day: items after which the next day begins, 1 to 100.
        hours: of study after which an episode ends; `None`: only `steps` end it.
        minutes_per_day: of study after which the next day begins, instead of
            `steps_per_day`; `None`: the items are counted.
        family: how the students learn, forget and answer.

        Raises:
            DataError: the curriculum has no skill `objective`, or there are no steps or
                no time.
        """
        if family.guess is not None:
            settings = settings.model_copy(update={"guess": family.guess})
        self._settings = settings
        self._family = family
        self._curriculum: Curriculum = build_curriculum(
            settings.seed, harder=settings.drift_of(Cohort.LEARN, "harder")
        )
        self._skill = {
            skill_id: place
            for place, skill_id in enumerate(self._curriculum.skills["skill_id"])
        }
        self._item = {
            content_id: place
            for place, content_id in enumerate(self._curriculum.items["content_id"])
        }
        self._kind = [TYPES.index(kind) for kind in self._curriculum.items["type"]]
        self.objective = objective if isinstance(objective, str) else tuple(objective)
        self._check_objective()
        if steps < 1 or not 1 <= steps_per_day <= _MOST_STEPS_A_DAY:
            raise DataError(
                f"an episode of {steps} steps, {steps_per_day} a day, cannot be played.",
                remedy=f"Give at least 1 step, and 1 to {_MOST_STEPS_A_DAY} a day.",
            )
        if any(time is not None and time <= 0 for time in (hours, minutes_per_day)):
            raise DataError(f"{hours} hours, {minutes_per_day} minutes a day, hold no study.")
        self._seconds = float("inf") if hours is None else 3600 * hours
        self._minutes_per_day = minutes_per_day
        self._steps = steps
        self._per_day = steps_per_day
        self._student: Student | None = None

    @property
    def skills(self) -> pd.DataFrame:
        """`learnloop.content.schema.Skills`."""
        return self._curriculum.skills.copy()

    @property
    def prerequisites(self) -> pd.DataFrame:
        """The prerequisite graph: `learnloop.content.schema.Prerequisites`."""
        return self._curriculum.prerequisites.copy()

    @property
    def items(self) -> pd.DataFrame:
        """What can be chosen: `learnloop.content.schema.ContentItems`, within the ceiling."""
        table = self._curriculum.items
        if self._student is not None:
            table = table[table["min_age"] <= int(self._student.people.ceiling[0])]
        return table.copy()

    def reset(self, seed: int) -> Observation:
        """Seats the student of a seed on the first day of term."""
        self._student = Student(self._settings, self._curriculum, self._family, seed)
        return Observation(0, self._student.now(), None, None, None, 0.0, done=False)

    def step(self, content_id: str) -> Observation:
        """Lets the student work on an item.

        Raises:
            DataError: there is no such item, it is above the student's content ceiling,
                or the episode is over or was never begun.
        """
        student = self._seated()
        if self._over(student):
            raise DataError("the episode is over.", remedy="Call reset(seed).")
        if content_id not in self._item:
            raise DataError(f"there is no content item '{content_id}'.")
        item = self._item[content_id]
        if self._curriculum.min_age[item] > student.people.ceiling[0]:
            raise DataError(
                f"'{content_id}' is for students of {self._curriculum.min_age[item]} and over.",
                remedy="Choose from `items` after `reset`.",
            )
        outcome = student.work(item, self._kind[item])
        if self._day_is_full(student):
            student.sleep()
        asked = bool(outcome.correct[0] >= 0)
        return Observation(
            step=student.taken,
            occurred_at=student.finished_at,
            content_id=content_id,
            correct=bool(outcome.correct[0]) if asked else None,
            progress=None if asked else float(outcome.progress[0]),
            duration_s=float(outcome.duration_s[0]),
            done=self._over(student),
        )

    def true_mastery(self) -> dict[str, float]:
        """Mastery by skill, in [0, 1]: the truth, for whoever judges a policy, never for it."""
        student = self._seated()
        mastery = student.knowledge.mastery(
            np.array([0]), student.elapsed_days(), self._settings.guess
        )[0]
        return {skill_id: float(mastery[place]) for skill_id, place in self._skill.items()}

    def true_groups(self) -> dict[str, str]:
        """The student's group by protected attribute: for audits, never for a policy."""
        return {name: str(group[0]) for name, group in self._seated().people.groups.items()}

    def true_student(self) -> Student:
        """Who sits there, inside and out: for oracles, never for a policy."""
        return self._seated()

    @property
    def curriculum(self) -> Curriculum:
        """Skills and items with their true numbers: for oracles, never for a policy."""
        return self._curriculum

    @property
    def hours(self) -> float:
        """Of study in an episode; infinite where only steps end it."""
        return self._seconds / 3600

    @property
    def minutes_per_day(self) -> float | None:
        """Of study in a day; `None` where items are counted."""
        return self._minutes_per_day

    @property
    def guess(self) -> float:
        """True chance of a right answer without knowing anything."""
        return self._settings.guess

    def _check_objective(self) -> None:
        wanted = (self.objective,) if isinstance(self.objective, str) else self.objective
        unknown = [skill_id for skill_id in wanted if skill_id not in self._skill]
        if unknown or not wanted:
            named = f"'{unknown[0]}' is not a skill" if unknown else "names no skill"
            raise DataError(
                f"the objective {named} of the curriculum.",
                remedy=f"Name one of its {len(self._skill)} skills, such as "
                f"'{self._curriculum.skills['skill_id'].iloc[0]}'.",
            )

    def _over(self, student: Student) -> bool:
        used = student.taken >= self._steps or student.studied_s >= self._seconds
        return used or student.left

    def _day_is_full(self, student: Student) -> bool:
        if self._minutes_per_day is None:
            return student.taken % self._per_day == 0
        return student.studied_today_s >= 60 * self._minutes_per_day

    def _seated(self) -> Student:
        if self._student is None:
            raise DataError("nobody sits in the classroom.", remedy="Call reset(seed) first.")
        return self._student
