"""The truth that the campus writes apart: what only the evaluation of a model may read."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloop.simulation.draws import Floats
from learnloop.simulation.event_table import TIME
from learnloop.simulation.items import Ints
from learnloop.simulation.people import People
from learnloop.simulation.wellbeing import Wellbeing

DAY_US = 86_400_000_000
TRUTH_MASTERY = pa.schema(
    [
        ("student_id", pa.string()),
        ("as_of", TIME),
        ("skill_id", pa.string()),
        ("mastery", pa.float64()),
    ]
)
TRUTH_STUDENTS = pa.schema(
    [
        ("student_id", pa.string()),
        ("ability", pa.float64()),
        ("learning_rate", pa.float64()),
        ("forgetting_rate", pa.float64()),
        ("engagement", pa.float64()),
        ("struggling_from", TIME),
        ("lost_at", TIME),
    ]
)
"""Arrow's types of `simulation.schema.TruthMastery` and `TruthStudents`."""


@dataclass(frozen=True)
class WeeklyMastery:
    """True mastery of some students, a tenth of the size of the table that it becomes."""

    student_ids: NDArray[np.object_]
    skill_ids: NDArray[np.object_]
    start: Ints
    """UTC microseconds at which each student's term began."""
    values: NDArray[np.float32]
    """Shape (students, weeks + 1, skills), in [0, 1]; shape (0, 0, 0) when not watched."""

    def to_table(self) -> pa.Table:
        """One row per student × week × skill, in the columns of `TRUTH_MASTERY`."""
        students, weeks, skills = self.values.shape
        if self.values.size == 0:
            return TRUTH_MASTERY.empty_table()
        as_of = self.start[:, None] + np.arange(weeks) * 7 * DAY_US
        return pa.table(
            {
                "student_id": _repeated(self.student_ids, weeks * skills, 1),
                "as_of": pa.array(np.repeat(as_of.ravel(), skills)).cast(TIME),
                "skill_id": _repeated(self.skill_ids, 1, students * weeks),
                "mastery": self.values.ravel().astype(np.float64),
            }
        )


def _repeated(texts: NDArray[np.object_], each: int, times: int) -> pa.Array:
    codes = np.tile(np.repeat(np.arange(texts.size, dtype=np.int32), each), times)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts.tolist()))


def weekly_mastery(
    people: People, skill_ids: NDArray[np.object_], start: Ints, weekly: list[Floats]
) -> WeeklyMastery:
    """Packs the mastery, of shape (students, skills), that was noted at each week's end."""
    values = np.stack(weekly, axis=1) if weekly else np.empty((0, 0, 0))
    return WeeklyMastery(people.student_ids, skill_ids, start, values.astype(np.float32))


def student_table(people: People, start: Ints, wellbeing: Wellbeing) -> pa.Table:
    """One row per student, in the columns of `TRUTH_STUDENTS`."""

    def moment(day: Ints) -> pa.Array:
        return pa.array(start + day * DAY_US, mask=day < 0).cast(TIME)

    return pa.table(
        {
            "student_id": pa.array(people.student_ids.tolist(), pa.string()),
            "ability": people.traits.ability,
            "learning_rate": people.traits.learning_rate,
            "forgetting_rate": people.traits.forgetting_rate,
            "engagement": people.traits.engagement,
            "struggling_from": moment(wellbeing.struggling_from),
            "lost_at": moment(wellbeing.lost_on),
        },
        schema=TRUTH_STUDENTS,
    )
