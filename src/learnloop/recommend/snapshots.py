"""Brings together all that is known of a student at a decision moment."""

from typing import Any

import numpy as np
import pandas as pd

from learnloop.recommend.interactions import LISTS, decision_moments, histories
from learnloop.recommend.schema import LearnerSnapshots
from learnloop.recommend.settings import LogSettings

DENIED = -1


def assemble(
    events: Any,
    features: pd.DataFrame,
    students: pd.DataFrame,
    classes: pd.DataFrame,
    eligibility: pd.DataFrame,
    settings: LogSettings,
) -> pd.DataFrame:
    """One row per student × decision moment, columns of `LearnerSnapshots`.

    Args:
        events: the validated log, an Ibis table.
        features: one row per weekly snapshot: student_id, as_of, split,
            `student_mastery_scores` and `content_type_preference`, joined point in time.
        students: `learnloop.identity.schema.Students`.
        classes: `learnloop.identity.schema.Classes`.
        eligibility: `learnloop.privacy.schema.Eligibility`; who is absent is denied.
        settings: horizon, and what finished and due mean.

    Raises:
        DataError: the term is too short to learn what students take up.
    """
    moments = decision_moments(features, students, settings)
    done = histories(events, moments, settings)
    table = moments.merge(done, on=["student_id", "week"], how="left")
    ceiling = eligibility.set_index("student_id")["content_ceiling"]
    enrolled = _enrolments(students, classes)
    told = {
        "class_ids": table["student_id"].map(enrolled["class_ids"]),
        "course_ids": table["student_id"].map(enrolled["course_ids"]),
        "content_ceiling": table["student_id"].map(ceiling).fillna(DENIED).astype("int64"),
        "mastery": _lists(table["student_mastery_scores"]),
        "type_preference": table["content_type_preference"].astype(object),
    }
    lists = {name: _lists(table[name]) for name in LISTS}
    columns = list(LearnerSnapshots.to_schema().columns)
    return table.assign(**told, **lists)[columns]


def _enrolments(students: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Sorted class and course lists by student."""
    course_of = dict(zip(classes["class_id"], classes["course_id"], strict=True))
    class_ids = [sorted(ids) for ids in students["class_ids"]]
    course_ids = [sorted({course_of[i] for i in ids if i in course_of}) for ids in class_ids]
    return pd.DataFrame(
        {"class_ids": class_ids, "course_ids": course_ids}, index=students["student_id"]
    )


def _lists(column: pd.Series) -> pd.Series:
    """The column with an empty list for each null."""
    filled = [value if isinstance(value, list | np.ndarray) else [] for value in column]
    return pd.Series(filled, index=column.index, dtype=object)
