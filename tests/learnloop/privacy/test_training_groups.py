import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.privacy.training_groups import training_groups

PROTECTED = pd.DataFrame(
    {
        "student_id": ["d", "a", "b", "c", "e"],
        "gender": ["x", "y", "x", "y", "x"],
        "disability": ["no", "no", "yes", "no", "no"],
    }
)
SPLITS = pd.DataFrame(
    {
        "student_id": ["a", "b", "c", "d", "f"],
        "split": ["train", "validation", "test", "audit", "train"],
    }
)


def test_only_students_learned_from_and_only_what_was_asked_for() -> None:
    groups = training_groups(PROTECTED, SPLITS, ["gender"])
    assert groups.columns.tolist() == ["gender"]
    assert groups["gender"].to_dict() == {"a": "y", "b": "x"}


@pytest.mark.parametrize("name", ["shoe_size", "student_id"])
def test_an_unknown_attribute_is_named_with_those_that_there_are(name: str) -> None:
    with pytest.raises(DataError, match=f"'{name}'.*gender, disability"):
        training_groups(PROTECTED, SPLITS, [name])
