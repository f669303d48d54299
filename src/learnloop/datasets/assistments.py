"""Reads ASSISTments 2009–10 as Gervet et al. split it: real answers, in order, without times.

Files: `train.tsv` and `test.tsv` of theophilegervet/learner-performance-prediction, columns
`user_id item_id timestamp correct skill_id`. Feng, Heffernan & Koedinger (2009) describe the
system, Gervet et al. (2020, Journal of Educational Data Mining 12(3)) the preparation.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

from learnloop.content.schema import ContentType
from learnloop.datasets.learning_records import splits_of
from learnloop.errors import DataError

COLUMNS = ("user_id", "item_id", "timestamp", "correct", "skill_id")
COURSE = "assistments2009"
REMEDY = (
    "Set LEARNLOOP_DATA to a folder that holds assistments2009/train.tsv and "
    "assistments2009/test.tsv (Gervet et al. 2020)."
)


class AssistmentsSettings(BaseModel):
    """Where the files are; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    """The folder that holds `assistments2009/`; empty when it was not named."""
    published: dict[str, dict[str, float]]
    """Test AUC on these very files, by our model's name and the method that reached it."""


@dataclass(frozen=True)
class Assistments:
    """The data set in the project's own tables, each as its schema says."""

    attempts: pd.DataFrame
    """`Attempts`, `occurred_at` null: the files have order only."""
    skills: pd.DataFrame
    content_items: pd.DataFrame
    student_splits: pd.DataFrame
    """`test.tsv`'s students are `test`, the others `train` or `validation`."""
    eligibility: pd.DataFrame
    """All students may be learned from: published for research without identities."""


def read_assistments2009(folder: Path) -> Assistments:
    """Reads both files.

    Args:
        folder: holds `train.tsv` and `test.tsv`.

    Raises:
        DataError: a file or column is missing, a cell is empty or no whole number,
            `correct` is not 0 or 1, a student is in both files, or an item has two skills.
    """
    train, test = (_read(folder / name) for name in ("train.tsv", "test.tsv"))
    both = set(train["user_id"]) & set(test["user_id"])
    if both:
        raise DataError(
            f"{len(both)} students are in train.tsv too: they cannot test what they taught.",
            file="test.tsv",
            column="user_id",
            rows=_rows(test["user_id"].isin(both)),
        )
    rows = pd.concat([train.assign(cohort="learn"), test.assign(cohort="test")])
    rows = collapse_repeats(rows)
    _require_one_skill(rows)
    students = rows[["student_id", "cohort"]].drop_duplicates()
    splits = splits_of(students)
    return Assistments(
        attempts=_attempts(rows, splits),
        skills=_skills(rows),
        content_items=_content(rows),
        student_splits=splits,
        eligibility=_eligibility(splits["student_id"]),
    )


def collapse_repeats(answers: pd.DataFrame) -> pd.DataFrame:
    """Leaves out rows that repeat the answer before them for another skill of the item.

    Such rows hand a model the answer that it should predict: a copy is the same student,
    item and answer as the row before, and a different skill. Only data that names items
    can be judged so.

    Args:
        answers: columns `student_id`, `content_id`, `correct`, `skill_id`, in order.

    Example:
        >>> collapse_repeats(pd.DataFrame({
        ...     "student_id": "s", "content_id": "i", "correct": 1, "skill_id": ["a", "b"],
        ... }))["skill_id"].tolist()
        ['a']
    """
    same = ["student_id", "content_id", "correct"]
    run = (answers[same] != answers[same].shift()).any(axis=1).cumsum().rename("run")
    # Within a run a skill that comes again is another try at the item.
    attempt = answers.groupby([run, "skill_id"]).cumcount()
    copies = pd.DataFrame({"run": run, "attempt": attempt}).duplicated()
    return answers[~copies].reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"there is no file '{path}'.", remedy=REMEDY)
    table = pd.read_csv(path, sep="\t", dtype=str, na_filter=False)
    for column in COLUMNS:
        if column not in table:
            raise DataError("the column is missing.", file=path.name, column=column)
        bad = ~table[column].str.fullmatch(r"\d+")
        if bad.any():
            raise DataError(
                f"'{table[column][bad].iloc[0]}' is no whole number.",
                file=path.name,
                column=column,
                rows=_rows(bad),
            )
    wrong = ~table["correct"].isin(["0", "1"])
    if wrong.any():
        raise DataError(
            f"'{table['correct'][wrong].iloc[0]}' is not 0 or 1.",
            file=path.name,
            column="correct",
            rows=_rows(wrong),
        )
    return table.assign(
        student_id=table["user_id"],
        content_id="item-" + table["item_id"],
        skill_id="skill-" + table["skill_id"],
        correct=table["correct"] == "1",
    )


def _rows(marked: pd.Series) -> list[int]:
    """Line numbers in the file: the header is line 1."""
    return [int(place) + 2 for place in marked.to_numpy().nonzero()[0]]


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
        split=rows["student_id"].map(splits.set_index("student_id")["split"]),
    )
    columns = ["student_id", "content_id", "skill_id", "correct", "occurred_at", "position"]
    return table[[*columns, "split"]].sort_values(["student_id", "position"], ignore_index=True)


def _skills(rows: pd.DataFrame) -> pd.DataFrame:
    """The files give no names and no order: skills stand in the order of their ids."""
    ids = sorted(rows["skill_id"].unique())
    return pd.DataFrame(
        {"skill_id": ids, "course_id": COURSE, "name": ids, "position": range(len(ids))}
    )


def _content(rows: pd.DataFrame) -> pd.DataFrame:
    """The files say nothing of duration, difficulty or age: equal for all items."""
    items = rows[["content_id", "skill_id"]].drop_duplicates().sort_values("content_id")
    return pd.DataFrame(
        {
            "content_id": items["content_id"].to_list(),
            "course_id": COURSE,
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
