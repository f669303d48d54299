"""The campus as a whole: its tables at once, its events and truth block by block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from learnloop.simulation.curriculum import Curriculum, build_curriculum
from learnloop.simulation.event_table import to_events
from learnloop.simulation.people import draw_people
from learnloop.simulation.roster import Roster, draw_roster, enrolled_at, midnights
from learnloop.simulation.rows import Rows, join_rows
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.term import Term
from learnloop.simulation.truth import WeeklyMastery, student_table, weekly_mastery


@dataclass(frozen=True)
class Block:
    """The term of some students of one cohort."""

    cohort: Cohort
    events: pa.Table
    """One row per event, in the columns of `event_table.SCHEMA`, in no order."""
    weekly: WeeklyMastery
    """True mastery, packed; of learners alone."""
    students: pa.Table
    """One row per student, in the columns of `truth.TRUTH_STUDENTS`."""

    @property
    def mastery(self) -> pa.Table:
        """True mastery in the columns of `truth.TRUTH_MASTERY`; no rows but of learners."""
        return self.weekly.to_table()


class Campus:
    """A simulated school whose truth is known.

    Example:
        >>> campus = Campus(CampusSettings(students=5, audit_students=0,
        ...                                reference_students=0, weeks=2))
        >>> len(campus.roster.students)
        5
    """

    def __init__(self, settings: CampusSettings) -> None:
        self.settings = settings

    @cached_property
    def curriculum(self) -> Curriculum:
        """Courses and items of the current term."""
        return self.curriculum_of(Cohort.LEARN)

    def curriculum_of(self, cohort: Cohort) -> Curriculum:
        """Courses and items as they are in the term of a cohort."""
        return build_curriculum(
            self.settings.seed, harder=self.settings.drift_of(cohort, "harder")
        )

    @cached_property
    def roster(self) -> Roster:
        """Tables of all cohorts' students."""
        people = [
            draw_people(self.settings, self.curriculum, cohort, first, count)
            for cohort, first, count in self._blocks()
        ]
        return draw_roster(self.settings, self.curriculum.courses, people)

    def _blocks(self) -> Iterator[tuple[Cohort, int, int]]:
        size = self.settings.block_students
        for cohort in Cohort:
            total = self.settings.size_of(cohort)
            for first in range(0, total, size):
                yield cohort, first, min(size, total - first)

    def blocks(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Block]:
        """Simulates one block of students after another.

        Args:
            progress: told students done and students in all after each block; `None`
                when nobody wants to know.
        """
        total = sum(self.settings.size_of(cohort) for cohort in Cohort)
        done = 0
        for cohort, first, count in self._blocks():
            yield self.simulate(cohort, first, count)
            done += count
            if progress is not None:
                progress(done, total)

    def simulate(self, cohort: Cohort, first: int, count: int) -> Block:
        """The term of students `first`…`first + count - 1` of a cohort."""
        curriculum = self.curriculum_of(cohort)
        people = draw_people(self.settings, curriculum, cohort, first, count)
        term = Term(self.settings, curriculum, people)
        everyone = np.arange(count)
        watched = cohort is Cohort.LEARN
        guess = self.settings.guess
        weekly = [term.knowledge.mastery(everyone, 0, guess)] if watched else []
        rows: list[Rows] = []
        for day, of_day in enumerate(term.days(), start=1):
            rows.extend(of_day)
            if watched and day % 7 == 0:
                weekly.append(term.knowledge.mastery(everyone, day, guess))
        skill_ids = curriculum.skills["skill_id"].to_numpy()
        start = enrolled_at(self.settings, people)
        return Block(
            cohort=cohort,
            events=to_events(
                curriculum, people, midnights(self.settings, cohort), join_rows(rows)
            ),
            weekly=weekly_mastery(people, skill_ids, start, weekly),
            students=student_table(people, start, term.wellbeing),
        )
