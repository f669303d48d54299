"""The leak of answer data that repeats a row once per skill, and how it is undone.

Some copies of ASSISTments hold an answer to an item with two skills as two rows. The second
tells what the first was: a model that copies the answer before it looks far better than it
is (Xiong et al. 2016, "Going deeper with deep knowledge tracing").
"""

from dataclasses import asdict, dataclass

import pandas as pd

_SAME = ["student_id", "content_id", "correct"]


@dataclass(frozen=True)
class LeakReport:
    """What was found, in rows."""

    rows_read: int
    collapsed: int
    """Rows that repeated an answer for another skill of its item, and are gone."""
    collapsed_share: float
    """Of the rows read, in [0, 1]."""
    repeats_kept: int
    """Rows that are left and equal the one before in student, item, skill and answer: another
    try. Where rows name no item, in student, skill and answer."""
    repeats_kept_share: float
    """Of the rows that are left, in [0, 1]."""

    def as_dict(self) -> dict[str, int | float]:
        """For JSON."""
        return asdict(self)


def collapse_repeats(answers: pd.DataFrame) -> tuple[pd.DataFrame, LeakReport]:
    """Makes one row of those that repeat an answer for another skill of the same item.

    A copy has the student, item and answer of the row before it and a different skill. The
    same skill again is another try and stays; a row that names no item stays whatever its
    neighbours are. An item whose rows were collapsed has one skill afterwards, named by all
    of them: `a+b`.

    Args:
        answers: columns `student_id`, `content_id` (null where a row names no item),
            `correct`, `skill_id`; each student's rows in order, though others' may lie
            between them.

    Returns:
        The rows that are left, students together, index from 0, and the report.

    Example:
        >>> left, report = collapse_repeats(pd.DataFrame({
        ...     "student_id": "s", "content_id": "i", "correct": 1, "skill_id": ["a", "b"],
        ... }))
        >>> left["skill_id"].tolist(), report.collapsed
        (['a+b'], 1)
    """
    # Students together, in the order in which they first appear.
    answers = answers.iloc[pd.factorize(answers["student_id"])[0].argsort(kind="stable")]
    answers = answers.reset_index(drop=True)
    same = answers[_SAME].eq(answers[_SAME].shift()).all(axis=1)
    run = (~same).cumsum().rename("run")
    # Within a run, a skill that comes again begins another try.
    attempt = answers.groupby([run, "skill_id"]).cumcount().rename("attempt")
    tries = pd.concat([run, attempt], axis=1)
    copies = tries.duplicated()
    repeated = answers[tries.duplicated(keep=False)]
    left = answers[~copies].reset_index(drop=True)
    left["skill_id"] = _combined(left, repeated)
    # Without items, the skill is all that two rows can share.
    task = left["content_id"].fillna(left["skill_id"])
    said = pd.concat([left[["student_id", "skill_id", "correct"]], task], axis=1)
    again = int(said.eq(said.shift()).all(axis=1).sum())
    gone = int(copies.sum())
    report = LeakReport(
        rows_read=len(answers),
        collapsed=gone,
        collapsed_share=gone / max(len(answers), 1),
        repeats_kept=again,
        repeats_kept_share=again / max(len(left), 1),
    )
    return left, report


def _combined(left: pd.DataFrame, repeated: pd.DataFrame) -> "pd.Series[str]":
    """The skill of each row, one for all that its item was repeated for."""
    pairs = repeated[["content_id", "skill_id"]].drop_duplicates().sort_values("skill_id")
    named = pairs.groupby("content_id")["skill_id"].transform("+".join)
    names = pairs.assign(combined=named)
    found = left[["content_id", "skill_id"]].merge(names, how="left")["combined"]
    return found.fillna(left["skill_id"])
