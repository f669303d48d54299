"""What is known on a day of a presentation of each student who is still registered.

Everything counts up to the end of that day and nothing after it: work handed in later,
later withdrawals and the results are not seen. A figure "beside the class" is less the mean
(for scores: in standard deviations) of those still registered in the same presentation, by
what was known of them on the same day.
"""

import numpy as np
import pandas as pd

from learnloop.splits import Split, fold_of

CLASS = ["module", "presentation"]
KEYS = [*CLASS, "student_id"]
FOLDS = 5
AT_RISK = ("Fail", "Withdrawn")
EDUCATION = (
    "No Formal quals",
    "Lower Than A Level",
    "A Level or Equivalent",
    "HE Qualification",
    "Post Graduate Qualification",
)
"""From none to most; any other word is unknown."""
_LEAST_SPREAD = 5.0
"""Marks: where all score alike, a mark more is no great thing."""
_LEAST_WEIGHT = 0.5
"""Per cent: half of the least weight of work that counts at all."""


def still_registered(enrolments: pd.DataFrame, day: int) -> pd.DataFrame:
    """Who registered on or before `day` and had not left by its end.

    Who has left already needs no model to be found, and makes any model look good.
    """
    left = enrolments["unregistered_day"] <= day
    here = (enrolments["registered_day"] <= day) & ~left
    return enrolments[here].sort_values(KEYS, ignore_index=True)


def examples_at(
    enrolments: pd.DataFrame,
    assessments: pd.DataFrame,
    submissions: pd.DataFrame,
    day: int,
    test_presentation: str,
) -> pd.DataFrame:
    """`EnrolmentExamples` of a day, sorted by module, presentation and student.

    Args:
        enrolments: `learnloop.datasets.oulad_schema.Enrolments`.
        assessments: `Assessments` there.
        submissions: `Submissions` there.
        day: counted from the start of the presentation, day 0.
        test_presentation: its students test the models. What they did in other
            presentations is `reference`: no model learns from it, so that no student is on
            both sides.
    """
    here = still_registered(enrolments, day)
    asked = assessments[assessments["type"] != "Exam"]
    asked = asked.sort_values(["due_day", "assessment_id"])
    asked = asked.assign(
        due=asked["due_day"] <= day, number=asked.groupby([*CLASS, "type"]).cumcount()
    )
    work = submissions[submissions["submitted_day"] <= day].merge(here[KEYS], on=KEYS)
    work = _beside_class(work.merge(asked.drop(columns=CLASS), on="assessment_id"))
    work = work.sort_values([*KEYS, "due_day", "assessment_id"])
    return pd.concat(
        [
            here[KEYS].assign(day=day),
            _splits(enrolments, here, test_presentation),
            here["result"].isin(AT_RISK).rename("label"),
            _entry(here),
            _handed_in(here, asked[asked["due"]], work),
            _scores(here, work[~work["banked"]]),
            _of_each(here, work[work["banked"]], banked_work=("weight", "size")).fillna(0),
        ],
        axis=1,
    )


def _splits(enrolments: pd.DataFrame, here: pd.DataFrame, test: str) -> pd.DataFrame:
    tested = enrolments.loc[enrolments["presentation"] == test, "student_id"]
    split = pd.Series(Split.TRAIN.value, index=here.index, dtype=object)
    split[here["student_id"].isin(tested)] = Split.REFERENCE.value
    split[here["presentation"] == test] = Split.TEST.value
    folds = [fold_of(student, FOLDS) for student in here["student_id"]]
    return pd.DataFrame({"split": split, "fold": folds})


def _beside_class(work: pd.DataFrame) -> pd.DataFrame:
    """With `beside`, the score in standard deviations, and `ahead`, days before it is due."""
    peers = work.groupby("assessment_id")["score"]
    spread = peers.transform("std").clip(lower=_LEAST_SPREAD).fillna(_LEAST_SPREAD)
    return work.assign(
        beside=(work["score"] - peers.transform("mean")) / spread,
        ahead=(work["due_day"] - work["submitted_day"]).clip(-60, 60),
    )


def _entry(here: pd.DataFrame) -> pd.DataFrame:
    """What the student brought along before the course began."""
    clicks = np.log1p(here["pre_course_clicks"])
    steps = {words: step for step, words in enumerate(EDUCATION)}
    return pd.DataFrame(
        {
            "registered_day": here["registered_day"],
            "studied_credits": here["studied_credits"].astype("float64"),
            "previous_attempts": here["previous_attempts"].astype("float64"),
            "education": here["education"].map(steps).astype("float64"),
            "no_clicks": (clicks == 0).astype("float64").mask(clicks.isna()),
            "clicks_beside_class": _less_mean(clicks, here),
        }
    )


def _handed_in(here: pd.DataFrame, due: pd.DataFrame, work: pd.DataFrame) -> pd.DataFrame:
    """What was due by the day, what of it is there, and what is there before it is due."""
    size = {"pieces": ("weight", "size"), "weight": ("weight", "sum")}
    asked = here[CLASS].merge(due.groupby(CLASS).agg(**size), on=CLASS, how="left").fillna(0)
    given = _of_each(here, work[work["due"]], **size).fillna(0)
    own_early = work[~work["due"] & ~work["banked"]]
    early = _of_each(here, own_early, **size)["pieces"].fillna(0)
    some = asked["pieces"] > 0
    usual = _class_mean(given["pieces"], here)
    return pd.DataFrame(
        {
            "missing_weight": asked["weight"] - given["weight"],
            "nothing_handed_in": (given["pieces"] == 0).astype("float64").where(some),
            "work_beside_class": given["pieces"] - usual,
            "class_missing_share": (1 - usual / asked["pieces"]).where(some),
            "early_work_beside_class": _less_mean(early, here),
        }
    )


def _scores(here: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Scores of the work of this attempt, and how long before it was due it was there.

    The first and the second tutor-marked piece count before they are due as well.
    """
    due = own[own["due"]]
    by_tutor, by_computer = own[own["type"] == "TMA"], own[own["type"] == "CMA"]
    first, second = (by_tutor[by_tutor["number"] == place] for place in range(2))
    return pd.concat(
        [
            _mean_beside(here, due, "score_beside_class"),
            _of_each(
                here,
                due,
                latest_beside_class=("beside", "last"),
                days_ahead=("ahead", "mean"),
                least_days_ahead=("ahead", "min"),
            ),
            _of_each(here, first, first_days_ahead=("ahead", "mean")),
            _of_each(here, second, second_days_ahead=("ahead", "mean")),
            _mean_beside(here, by_tutor, "tutor_marked_beside_class"),
            _mean_beside(here, by_computer, "computer_marked_beside_class"),
            _of_each(here, own[~own["due"]], early_score_beside_class=("beside", "mean")),
        ],
        axis=1,
    )


def _mean_beside(here: pd.DataFrame, rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean of `beside` by weight; what counts nothing for the mark counts a little."""
    known = rows[rows["beside"].notna()]
    weight = known["weight"].clip(lower=_LEAST_WEIGHT)
    sums = _of_each(
        here,
        known.assign(weight=weight, product=weight * known["beside"]),
        weight=("weight", "sum"),
        product=("product", "sum"),
    )
    return (sums["product"] / sums["weight"]).to_frame(name)


def _of_each(here: pd.DataFrame, rows: pd.DataFrame, **named: tuple[str, str]) -> pd.DataFrame:
    """Aggregates of `rows` for each row of `here`, NaN for who has none."""
    found = rows.groupby(KEYS).agg(**named).astype("float64")
    return here[KEYS].merge(found, left_on=KEYS, right_index=True, how="left")[list(named)]


def _class_mean(values: pd.Series, here: pd.DataFrame) -> pd.Series:
    return values.groupby([here[name] for name in CLASS]).transform("mean")


def _less_mean(values: pd.Series, here: pd.DataFrame) -> pd.Series:
    return values - _class_mean(values, here)
