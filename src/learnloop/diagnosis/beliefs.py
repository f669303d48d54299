"""What was believed of a student at each answer: weekly masteries as one array."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit, ndtr

from learnloop.errors import ModelError

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
KNOWN = 0.5
"""A skill is known where its questions are answered rather right than wrong."""


@dataclass(frozen=True)
class Beliefs:
    """Believed mastery of students, week by week.

    What is believed at the beginning of a week rests on earlier weeks alone; in the first, on
    nothing that the student did.
    """

    students: pd.Index
    skills: pd.Index
    logits: NDArray[np.float32]
    """Shape (students, weeks + 1, skills); place w is the beginning of week w: at 0 that of
    which nothing is known, then the snapshot at the end of week w - 1, and after the last
    snapshot the last one."""
    begins: Floats
    """Shape (students,): nanoseconds at which the week before each first snapshot began."""
    ends: pd.Series
    """Each student's last snapshot."""

    @classmethod
    def of(
        cls, student_mastery: pd.DataFrame, skill_ids: list[str], unknown: ArrayLike
    ) -> Self:
        """From `StudentMastery`.

        Args:
            student_mastery: at least one row; snapshots of a student are a week apart.
            skill_ids: the skills that its lists stand for, sorted.
            unknown: (skills,) masteries, in [0, 1], believed of a student who has not done
                anything yet.

        Raises:
            ModelError: the lists are of another length than `skill_ids`, or there are none.
        """
        table = student_mastery.sort_values(["student_id", "event_timestamp"])
        if table.empty:
            raise ModelError("No mastery of any student is given: run the mastery pipeline.")
        values = np.stack(list(table["student_mastery_scores"])).astype(np.float32)
        if values.shape[1] != len(skill_ids):
            raise ModelError(
                f"student_mastery_scores hold {values.shape[1]} masteries, but there are "
                f"{len(skill_ids)} skills: run the mastery pipeline again."
            )
        students = pd.Index(table["student_id"].unique())
        row = students.get_indexer(pd.Index(table["student_id"]))
        week = table.groupby("student_id").cumcount().to_numpy() + 1
        logits = np.full((len(students), week.max() + 1, len(skill_ids)), np.nan, np.float32)
        logits[row, week] = logit(np.clip(values, 1e-3, 1 - 1e-3))
        logits[:, 0] = logit(np.clip(unknown, 1e-3, 1 - 1e-3))
        for later in range(2, logits.shape[1]):
            gone = np.isnan(logits[:, later, 0])
            logits[gone, later] = logits[gone, later - 1]
        moments = table.groupby("student_id")["event_timestamp"]
        first = moments.min().reindex(students) - pd.Timedelta(days=7)
        begins = first.astype("datetime64[ns, UTC]").astype("int64").to_numpy().astype(float)
        return cls(students, pd.Index(skill_ids), logits, begins, moments.max())

    def places(self, answers: pd.DataFrame) -> pd.DataFrame:
        """`student`, `skill`, `week` of each answer as places, same index; -1 where unknown.

        Args:
            answers: `student_id`, `skill_id`, `occurred_at`.
        """
        student = self.students.get_indexer(pd.Index(answers["student_id"]))
        moment = answers["occurred_at"].astype("datetime64[ns, UTC]").astype("int64")
        week = (moment.to_numpy(float) - self.begins[student]) / (7 * 86_400e9)
        return pd.DataFrame(
            {
                "student": student,
                "skill": self.skills.get_indexer(pd.Index(answers["skill_id"])),
                "week": np.clip(week, 0, self.logits.shape[1] - 1).astype(int),
            },
            index=answers.index,
        )

    def known(self, student: Places, week: Places, skill: Places, variance: float) -> Floats:
        """How likely a skill was known (`KNOWN`) at the beginning of a week.

        Args:
            student: places, as `week` and `skill`; any shapes that broadcast.
            week: at whose beginning beliefs are read.
            skill: asked about.
            variance: of what is not known of a mastery's logit.
        """
        away = self.logits[student, week, skill] - logit(KNOWN)
        return np.asarray(ndtr(away / np.sqrt(variance)), dtype=np.float64)

    def known_during(
        self, student: Places, week: Places, skill: Places, variance: float
    ) -> Floats:
        """The same in a week: the mean of its beginning and its end.

        The end knows the answers of the week: this explains them afterwards, at the student's
        last snapshot, and must not predict them.
        """
        end = np.minimum(week + 1, self.logits.shape[1] - 1)
        return (
            self.known(student, week, skill, variance)
            + self.known(student, end, skill, variance)
        ) / 2
