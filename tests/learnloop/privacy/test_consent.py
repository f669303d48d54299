"""The one consent filter denies by default."""

import ibis
import pandas as pd
import pytest

from learnloop.errors import ConsentError
from learnloop.privacy.consent import (
    consented,
    consented_rows,
    consented_students,
    require_consent,
)

# Ibis 12 asks DuckDB 2 by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

COLUMNS = ["student_id", "under_13", "parental_consent", "learning_consent"]


def policy(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype=object)


POLICY = policy(("adult", False, False, True), ("child", True, True, True))


@pytest.mark.parametrize(
    ("under_13", "parental", "learning", "allowed"),
    [
        (False, False, True, True),
        (False, True, True, True),
        (True, True, True, True),
        (True, False, True, False),
        (True, True, False, False),
        (False, True, False, False),
        (None, True, True, False),
        (True, None, True, False),
        (False, None, True, True),
        (False, True, None, False),
        (False, True, "true", False),
        (False, True, 1, False),
        (float("nan"), True, True, False),
    ],
)
def test_only_a_clear_yes_allows(
    under_13: object, parental: object, learning: object, allowed: bool
) -> None:
    students = consented_students(policy(("s", under_13, parental, learning)))
    assert students == (["s"] if allowed else [])


def test_two_rows_that_disagree_deny() -> None:
    rows = policy(("s", False, False, True), ("s", False, False, False))
    assert consented_students(rows) == []


def test_a_row_without_a_student_allows_nobody() -> None:
    assert (
        consented_students(policy((None, False, False, True), ("", False, False, True))) == []
    )


def test_a_missing_column_is_no_consent() -> None:
    with pytest.raises(ConsentError, match="has no column learning_consent"):
        consented_students(POLICY.drop(columns="learning_consent"))


def test_a_student_without_a_row_is_left_out() -> None:
    rows = pd.DataFrame({"student_id": ["adult", "stranger", "child"]})
    assert consented_rows(rows, POLICY)["student_id"].tolist() == ["adult", "child"]
    events = consented(ibis.memtable(rows), POLICY)
    assert sorted(events.execute()["student_id"]) == ["adult", "child"]


def test_nobody_consenting_leaves_nothing() -> None:
    rows = ibis.memtable(pd.DataFrame({"student_id": ["adult"]}))
    assert consented(rows, POLICY.iloc[:0]).count().execute() == 0


@pytest.mark.parametrize("lazy", [False, True])
def test_the_check_at_load_counts_strangers_and_names_none(lazy: bool) -> None:
    rows = pd.DataFrame({"student_id": ["adult", "stranger", "stranger"]})
    with pytest.raises(ConsentError, match="attempts holds data of 1 students") as error:
        require_consent(ibis.memtable(rows) if lazy else rows, POLICY, "attempts")
    assert "stranger" not in str(error.value)


def test_the_check_at_load_lets_consented_students_pass() -> None:
    require_consent(pd.DataFrame({"student_id": ["adult", "child"]}), POLICY, "attempts")


def test_a_row_without_student_is_a_stranger() -> None:
    with pytest.raises(ConsentError):
        require_consent(pd.DataFrame({"student_id": ["adult", None]}), POLICY, "attempts")


@pytest.mark.parametrize("data", [[1, 2], pd.DataFrame({"name": ["x"]})])
def test_what_cannot_be_checked_is_refused(data: object) -> None:
    with pytest.raises(ConsentError, match="consent cannot be checked"):
        require_consent(data, POLICY, "thing")
