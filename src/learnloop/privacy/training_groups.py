"""The one port through which protected attributes reach training: for mitigation alone."""

from collections.abc import Sequence

import pandas as pd

from learnloop.errors import DataError
from learnloop.splits import Split

LEARNED_FROM = (Split.TRAIN, Split.VALIDATION)


def training_groups(
    protected: pd.DataFrame, splits: pd.DataFrame, attributes: Sequence[str]
) -> pd.DataFrame:
    """The groups of the students learned from, in the attributes asked for and no other.

    Args:
        protected: `student_id` and a column per attribute.
        splits: ``student_id, split``.
        attributes: columns of `protected`.

    Returns:
        One row per student of train and validation whose attributes are known, sorted by
        `student_id`, the index; a column per attribute.

    Raises:
        DataError: there is no such attribute.
    """
    known = [column for column in protected.columns if column != "student_id"]
    for attribute in attributes:
        if attribute not in known:
            raise DataError(
                f"there is no attribute '{attribute}' to mitigate.",
                file="protected_attributes",
                remedy=f"Name one of {', '.join(known)} as mitigation.attribute.",
            )
    learned = splits.loc[splits["split"].isin(LEARNED_FROM), "student_id"]
    by_student = protected.set_index("student_id").sort_index()
    return by_student.loc[by_student.index.isin(learned), list(attributes)]
