"""Puts together the rows that the trigger reads: features beside the student's own weeks."""

import pandas as pd

SERIES = {
    "weekly_events": "learning_events",
    "weekly_answers": "answers",
    "weekly_correct": "correct",
}
"""List column of an example: the column of `WeeklyActivity` it is the history of."""


def join_examples(features: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """One example per snapshot, with all that was known at its time and nothing later.

    Args:
        features: point-in-time features, ``student_id, as_of, week, split, ...``.
        activity: `WeeklyActivity`.

    Returns:
        `features` of the snapshots in `activity` and, as lists with the oldest week
        first and the week that ends at `as_of` last, ``weekly_events``,
        ``weekly_answers`` and ``weekly_correct``; ``student_mastery_scores_before``
        is the list of a week earlier (null in the first). Sorted by student and time.
    """
    known = features.sort_values(["student_id", "as_of"], ignore_index=True)
    before = known.groupby("student_id")["student_mastery_scores"].shift(1)
    known["student_mastery_scores_before"] = before.astype(object)
    return known.merge(_histories(activity), on=["student_id", "as_of"], how="inner")


def _histories(activity: pd.DataFrame) -> pd.DataFrame:
    """`student_id, as_of` and the list columns of `SERIES`."""
    ordered = activity.sort_values(["student_id", "week"], ignore_index=True)
    place = ordered.groupby("student_id").cumcount().to_numpy()
    histories = ordered[["student_id", "as_of"]].copy()
    for name, column in SERIES.items():
        values = ordered[column].to_numpy(dtype="float64")
        lists = [values[row - back : row + 1] for row, back in enumerate(place.tolist())]
        histories[name] = pd.Series(lists, index=histories.index, dtype=object)
    return histories
