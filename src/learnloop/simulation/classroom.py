"""A wind tunnel for policies: one simulated student who does what the policy chooses."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from learnloop.errors import DataError
from learnloop.simulation import outcomes, wellbeing
from learnloop.simulation.curriculum import Curriculum, build_curriculum
from learnloop.simulation.draws import uniforms
from learnloop.simulation.items import TYPES
from learnloop.simulation.knowledge import Knowledge
from learnloop.simulation.outcomes import Workbench
from learnloop.simulation.people import People, draw_people
from learnloop.simulation.roster import enrolled_at
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.wellbeing import Wellbeing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STUDY_TIME = timedelta(hours=16)
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
    """Whether the episode is over: all steps used, or the student has left."""


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
        objective: str,
        steps: int = 60,
        steps_per_day: int = 6,
    ) -> None:
        """Args:
        settings: of the campus whose curriculum and rates hold.
        objective: the skill that the student is to master.
        steps: most items in an episode.
        steps_per_day: items after which the next day begins, 1 to 100.

        Raises:
            DataError: the curriculum has no skill `objective`, or there are no steps.
        """
        self._settings = settings
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
        if objective not in self._skill:
            raise DataError(
                f"the objective '{objective}' is not a skill of the curriculum.",
                remedy=f"Name one of its {len(self._skill)} skills, such as "
                f"'{self._curriculum.skills['skill_id'].iloc[0]}'.",
            )
        if steps < 1 or not 1 <= steps_per_day <= _MOST_STEPS_A_DAY:
            raise DataError(
                f"an episode of {steps} steps, {steps_per_day} a day, cannot be played.",
                remedy=f"Give at least 1 step, and 1 to {_MOST_STEPS_A_DAY} a day.",
            )
        self.objective = objective
        self._steps = steps
        self._per_day = steps_per_day
        self._student: _Student | None = None

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
        self._student = _Student(self._settings, self._curriculum, seed)
        return Observation(0, self._student.now(), None, None, None, 0.0, done=False)

    def step(self, content_id: str) -> Observation:
        """Lets the student work on an item.

        Raises:
            DataError: there is no such item, it is above the student's content ceiling,
                or the episode is over or was never begun.
        """
        student = self._seated()
        if student.taken >= self._steps or student.left:
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
        if student.taken % self._per_day == 0:
            student.sleep()
        asked = bool(outcome.correct[0] >= 0)
        return Observation(
            step=student.taken,
            occurred_at=student.finished_at,
            content_id=content_id,
            correct=bool(outcome.correct[0]) if asked else None,
            progress=None if asked else float(outcome.progress[0]),
            duration_s=float(outcome.duration_s[0]),
            done=student.taken >= self._steps or student.left,
        )

    def true_mastery(self) -> dict[str, float]:
        """Mastery by skill, in [0, 1]: the truth, for whoever judges a policy, never for it."""
        student = self._seated()
        mastery = student.knowledge.mastery(
            np.array([0]), student.elapsed_days(), self._settings.guess
        )[0]
        return {skill_id: float(mastery[place]) for skill_id, place in self._skill.items()}

    def _seated(self) -> "_Student":
        if self._student is None:
            raise DataError("nobody sits in the classroom.", remedy="Call reset(seed) first.")
        return self._student


class _Student:
    """One student's state and clock."""

    def __init__(self, settings: CampusSettings, curriculum: Curriculum, seed: int) -> None:
        own = settings.model_copy(update={"seed": seed})
        self.people: People = draw_people(own, curriculum, Cohort.LEARN, 0, 1)
        self.knowledge = Knowledge(
            self.people.traits.prior,
            self.people.traits.learning_rate,
            self.people.traits.forgetting_rate,
            curriculum,
        )
        self.taken = 0
        self._bench = Workbench(settings, curriculum, self.people, self.knowledge)
        self._wellbeing = Wellbeing(1)
        self._start = _EPOCH + timedelta(microseconds=int(enrolled_at(own, self.people)[0]))
        self._day = 0
        self._second = _STUDY_TIME.total_seconds()
        self.finished_at = self.now()

    @property
    def left(self) -> bool:
        """Whether the student has dropped out."""
        return not bool(self._wellbeing.present[0])

    def now(self) -> datetime:
        """The student's present, UTC."""
        return self._start + timedelta(days=self._day, seconds=self._second)

    def elapsed_days(self) -> float:
        """Days since the term began."""
        return self._day + self._second / 86_400

    def work(self, item: int, kind: int) -> outcomes.Outcome:
        """Works on one item and learns from it."""
        me = np.array([0])
        luck = uniforms(self.people.keys, "step", self.taken, outcomes.DRAWS)
        outcome = self._bench.work(
            me,
            np.array([item]),
            np.array([kind]),
            np.array([self.elapsed_days()]),
            0.8 * (1 - self._wellbeing.energy),
            luck,
        )
        self._wellbeing.felt(me, outcome.correct >= 0, outcome.failed)
        self._second += float(outcome.duration_s[0])
        self.taken += 1
        self.finished_at = self.now()
        return outcome

    def sleep(self) -> None:
        """Begins the next day."""
        self._day += 1
        self._second = _STUDY_TIME.total_seconds()
        luck = uniforms(self.people.keys, "day", self._day, wellbeing.DRAWS)
        self._wellbeing.new_day(self._day, luck, np.zeros(1))
        self.knowledge.slump = self._wellbeing.slump
