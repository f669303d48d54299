"""What the models read of the log beside features: attempts, studies, moments to decide at."""

import ibis
import pandas as pd

from learnloop.errors import DataError
from learnloop.events.schema import Attempts, Verb
from learnloop.splits import Split, assign_splits

WEEK = pd.Timedelta(days=7)
DAY = pd.Timedelta(days=1)
STUDY = (Verb.WATCHED, Verb.READ, Verb.INTERACTED)
"""Work on an item that asks nothing."""
LEARNER_SPLITS = (Split.TRAIN, Split.VALIDATION, Split.TEST)


def splits_of(students: pd.DataFrame) -> pd.DataFrame:
    """Columns `student_id`, `split`, sorted by student.

    Args:
        students: columns `student_id` and `cohort`.
    """
    ordered = students.sort_values("student_id", ignore_index=True)
    splits = assign_splits(ordered["student_id"], ordered["cohort"])
    return ordered[["student_id"]].assign(split=[split.value for split in splits])


def attempts_of(events: ibis.Table, student_splits: pd.DataFrame) -> pd.DataFrame:
    """`answers_of` students, some of whom train models.

    Raises:
        DataError: the students who train, validate or test models gave no right or no
            wrong answers, so that models could not be fitted or not be judged.
    """
    attempts = answers_of(events, student_splits)
    _require_right_and_wrong(attempts)
    return attempts


def answers_of(events: ibis.Table, student_splits: pd.DataFrame) -> pd.DataFrame:
    """All answers as `learnloop.events.schema.Attempts`.

    An answer to an item without a skill teaches no model and is left out.

    Args:
        events: the validated log.
        student_splits: columns `student_id`, `split`.
    """
    work = _on_skills(events, (Verb.ANSWERED, *STUDY))
    own = ibis.cumulative_window(
        group_by=["student_id", "skill_id"], order_by=["occurred_at", "event_id"]
    )
    is_study = work["verb"] != Verb.ANSWERED.value
    work = work.mutate(studied=is_study.cast("int64").sum().over(own))
    answers = work.filter(work["verb"] == Verb.ANSWERED.value)
    order = ibis.row_number().over(group_by="student_id", order_by=["occurred_at", "event_id"])
    rows: pd.DataFrame = (
        answers.select(
            "student_id",
            "content_id",
            "correct",
            "occurred_at",
            "skill_id",
            "studied",
            position=order.cast("int64"),
        )
        .order_by(["student_id", "position"])
        .to_pandas()
    )
    split = rows["student_id"].map(student_splits.set_index("student_id")["split"])
    return rows.assign(
        correct=rows["correct"].astype(bool),
        occurred_at=rows["occurred_at"].dt.as_unit("us"),
        split=split,
    )[list(Attempts.to_schema().columns)]


def studies_of(events: ibis.Table) -> pd.DataFrame:
    """Each time a student studied a skill, as `learnloop.events.schema.Studies`.

    Args:
        events: the validated log.
    """
    rows: pd.DataFrame = (
        _on_skills(events, STUDY)
        .order_by(["student_id", "occurred_at", "event_id"])
        .select("student_id", "skill_id", "occurred_at")
        .to_pandas()
    )
    return rows.assign(occurred_at=rows["occurred_at"].dt.as_unit("us"))


def _on_skills(events: ibis.Table, verbs: tuple[Verb, ...]) -> ibis.Table:
    """Events of these kinds on items with a skill, and their primary `skill_id`."""
    rows = events.filter(
        events["verb"].isin([verb.value for verb in verbs]),
        events["content_id"].notnull(),  # noqa: PD004 - Ibis has no notna
        events["skill_ids"].length() > 0,
    )
    return rows.mutate(skill_id=rows["skill_ids"][0])


def _require_right_and_wrong(attempts: pd.DataFrame) -> None:
    given = {split: attempts[attempts["split"] == split.value] for split in LEARNER_SPLITS}
    lacking = [split for split, rows in given.items() if rows["correct"].nunique() < 2]
    if lacking:
        counts = [f"{rows['student_id'].nunique()} {split}" for split, rows in given.items()]
        raise DataError(
            f"{', '.join(counts)} students have answered, but models need right and wrong "
            f"answers by each of these groups; '{lacking[0]}' has not both.",
            file="events",
            column="correct",
            remedy="Give more students: of those who may be learned from, 70 % train the "
            "models, 15 % validate and 15 % test them.",
        )


def snapshots_of(
    events: ibis.Table, students: pd.DataFrame, student_splits: pd.DataFrame
) -> pd.DataFrame:
    """One row per student × whole week of the term, sorted: `Snapshots`.

    A term ends with the last event of those who began it together (same cohort, same
    `enrolled_at`); a week counts when at most its last day is missing. Students who fell
    silent have their weeks like the others of their term. Who began alone has weeks up
    to the own last event: nothing tells there whether the student went or finished.

    Raises:
        DataError: no student has a whole week.
    """
    ends = events.group_by("student_id").agg(last=events["occurred_at"].max()).to_pandas()
    roster = students.merge(student_splits, on="student_id").merge(
        ends, on="student_id", how="left"
    )
    last = roster.groupby(["cohort", "enrolled_at"])["last"].transform("max")
    whole = (last + DAY - roster["enrolled_at"]).dt.days // 7
    roster = roster.assign(weeks=whole.fillna(0).clip(lower=0).astype("int64"))
    if not roster["weeks"].any():
        raise DataError(
            "the log ends before any student has been there for a week.",
            file="events",
            column="occurred_at",
            remedy="Give a longer log, or check `enrolled_at` of the students.",
        )
    rows = roster.loc[roster.index.repeat(roster["weeks"])]
    week = (rows.groupby("student_id").cumcount() + 1).astype("int64")
    as_of = (rows["enrolled_at"] + week * WEEK).dt.as_unit("us")
    return (
        rows[["student_id"]]
        .assign(as_of=as_of, week=week, split=rows["split"])
        .sort_values(["student_id", "week"], ignore_index=True)
    )
