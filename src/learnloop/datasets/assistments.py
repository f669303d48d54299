"""Public answers in the project's own tables: real, in order, without times.

One reader per data set gives rows; here they are freed of the leak of `leak` and become
tables. Where rows name no item, the skill is the item.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from learnloop.content.schema import ContentType
from learnloop.datasets import assistments2009, assistments2015
from learnloop.datasets.leak import LeakReport, collapse_repeats
from learnloop.datasets.learning_records import splits_of
from learnloop.errors import DataError
from learnloop.events.schema import Attempts


class PublicAnswersSettings(BaseModel):
    """Which data set, and where it is; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    """Holds a folder by the name of the data set; empty when it was not named."""
    dataset: Literal["assistments2009", "assistments2015"]
    test_fold: int | None = Field(default=None, ge=0)
    """Of assistments2015: whose students test the models."""

    @model_validator(mode="after")
    def _fold_belongs(self) -> Self:
        if (self.dataset == "assistments2015") != (self.test_fold is not None):
            raise ValueError("test_fold goes with assistments2015, and only with it")
        return self


@dataclass(frozen=True)
class PublicAnswers:
    """A data set in the project's own tables, each as its schema says."""

    attempts: pd.DataFrame
    """`Attempts`, `occurred_at` null: the files have order only."""
    skills: pd.DataFrame
    content_items: pd.DataFrame
    student_splits: pd.DataFrame
    """The published or chosen test students are `test`, others `train` or `validation`."""
    eligibility: pd.DataFrame
    """All students may be learned from: published for research without identities."""
    leak: LeakReport


def read_answers(settings: PublicAnswersSettings) -> PublicAnswers:
    """Reads the data set that `settings` name.

    Raises:
        DataError: no folder was named, or a file is not what it should be.
    """
    folder = Path(settings.folder) / settings.dataset
    if settings.test_fold is None:
        _require_named(settings, assistments2009.REMEDY)
        rows = assistments2009.read_rows(folder)
    else:
        _require_named(settings, assistments2015.REMEDY)
        rows = assistments2015.read_rows(folder, settings.test_fold)
    return rows_to_tables(rows, settings.dataset)


def _require_named(settings: PublicAnswersSettings, remedy: str) -> None:
    if not settings.folder:
        raise DataError("LEARNLOOP_DATA is not set.", remedy=remedy)


def rows_to_tables(rows: pd.DataFrame, course: str) -> PublicAnswers:
    """The tables of a data set.

    Args:
        rows: one per answer, each student's in order: `student_id`, `cohort` (`learn` or
            `test`), `content_id` (null where the data name no item), `skill_id`, `correct`.
        course: the id of the one course that all of it belongs to.

    Raises:
        DataError: an item has two skills.
    """
    rows, leak = collapse_repeats(rows)
    rows["content_id"] = rows["content_id"].fillna(rows["skill_id"])
    _require_one_skill(rows)
    splits = splits_of(rows[["student_id", "cohort"]].drop_duplicates())
    return PublicAnswers(
        attempts=_attempts(rows, splits),
        skills=_skills(rows, course),
        content_items=_content(rows, course),
        student_splits=splits,
        eligibility=_eligibility(splits["student_id"]),
        leak=leak,
    )


def _require_one_skill(rows: pd.DataFrame) -> None:
    skills = rows.groupby("content_id")["skill_id"].nunique()
    if (skills > 1).any():
        raise DataError(
            f"{int((skills > 1).sum())} items have more than one skill, first "
            f"'{skills.index[skills > 1][0]}': these are not the prepared files.",
            column="skill_id",
        )


def _attempts(rows: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    unknown = pd.Series(pd.NaT, index=rows.index).astype("datetime64[us]").dt.tz_localize("UTC")
    table = rows.assign(
        occurred_at=unknown,
        position=rows.groupby("student_id").cumcount().astype("int64"),
        studied=0,
        split=rows["student_id"].map(splits.set_index("student_id")["split"]),
    )
    columns = list(Attempts.to_schema().columns)
    return table[columns].sort_values(["student_id", "position"], ignore_index=True)


def _skills(rows: pd.DataFrame, course: str) -> pd.DataFrame:
    """The files give no names and no order: skills stand in the order of their ids."""
    ids = sorted(rows["skill_id"].unique())
    return pd.DataFrame(
        {"skill_id": ids, "course_id": course, "name": ids, "position": range(len(ids))}
    )


def _content(rows: pd.DataFrame, course: str) -> pd.DataFrame:
    """The files say nothing of duration, difficulty or age: equal for all items."""
    items = rows[["content_id", "skill_id"]].drop_duplicates().sort_values("content_id")
    return pd.DataFrame(
        {
            "content_id": items["content_id"].to_list(),
            "course_id": course,
            "type": ContentType.ASSESSMENT.value,
            "title": items["content_id"].to_list(),
            "skill_ids": [[skill] for skill in items["skill_id"]],
            "duration_s": 60.0,
            "author_difficulty": 3,
            "min_age": 0,
        }
    )


def _eligibility(students: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": students,
            "under_13": False,
            "parental_consent": False,
            "learning_consent": True,
            "content_ceiling": 18,
        }
    )
