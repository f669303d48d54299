"""The columns that anybody would try first: what the files say, and simple counts of it."""

import numpy as np
import pandas as pd

from learnloop.intervene.enrolments import CLASS, KEYS, still_registered

NUMBERS = (
    "plain_registered_day",
    "plain_credits",
    "plain_attempts",
    "plain_clicks",
    "plain_mean_score",
    "plain_last_score",
    "plain_handed_in",
    "plain_missing",
    "plain_days_early",
)
WORDS = ("module", "plain_month", "plain_education")


def plain_columns(
    enrolments: pd.DataFrame, assessments: pd.DataFrame, submissions: pd.DataFrame, day: int
) -> pd.DataFrame:
    """`NUMBERS` and `WORDS` of who is still registered on `day`, beside their keys.

    Args:
        enrolments: `Enrolments` of `learnloop.datasets.oulad_schema`.
        assessments: `Assessments` there.
        submissions: `Submissions` there.
        day: of the course.

    Returns:
        One row per enrolment; NaN where nothing was handed in, and so for scores.
    """
    here = still_registered(enrolments, day)
    asked = assessments[assessments["type"] != "Exam"]
    due = asked[asked["due_day"] <= day].groupby(CLASS).size().rename("due")
    work = submissions[submissions["submitted_day"] <= day].merge(
        asked[["assessment_id", "due_day"]], on="assessment_id"
    )
    work["early"] = work["due_day"] - work["submitted_day"]
    work["counts"] = work["due_day"] <= day
    done = (
        work.sort_values("submitted_day")
        .groupby(KEYS)
        .agg(
            plain_mean_score=("score", "mean"),
            plain_last_score=("score", "last"),
            plain_handed_in=("score", "size"),
            plain_days_early=("early", "mean"),
            given=("counts", "sum"),
        )
    )
    rows = here.merge(due.reset_index(), on=CLASS, how="left").join(done, on=KEYS)
    return rows[KEYS].assign(
        plain_registered_day=rows["registered_day"],
        plain_credits=rows["studied_credits"],
        plain_attempts=rows["previous_attempts"],
        plain_clicks=np.log1p(rows["pre_course_clicks"]),
        plain_mean_score=rows["plain_mean_score"],
        plain_last_score=rows["plain_last_score"],
        plain_handed_in=rows["plain_handed_in"].fillna(0),
        plain_missing=(rows["due"].fillna(0) - rows["given"].fillna(0)).clip(lower=0),
        plain_days_early=rows["plain_days_early"],
        plain_month=rows["presentation"].str[-1],
        plain_education=rows["education"],
    )
