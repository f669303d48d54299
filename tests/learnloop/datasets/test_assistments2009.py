"""The reader of ASSISTments 2009."""

import os
from pathlib import Path

import pytest

from learnloop.content.schema import ContentItems, Skills
from learnloop.datasets.assistments import (
    PublicAnswers,
    PublicAnswersSettings,
    read_answers,
)
from learnloop.datasets.schema import StudentSplits
from learnloop.errors import DataError
from learnloop.events.schema import Attempts
from learnloop.privacy.schema import Eligibility

HEADER = "user_id\titem_id\ttimestamp\tcorrect\tskill_id\n"


def read(folder: Path) -> PublicAnswers:
    return read_answers(PublicAnswersSettings(folder=str(folder), dataset="assistments2009"))


def write(folder: Path, train: str, test: str = "9\t70\t0\t1\t3\n") -> Path:
    files = folder / "assistments2009"
    files.mkdir(exist_ok=True)
    (files / "train.tsv").write_text(HEADER + train)
    (files / "test.tsv").write_text(HEADER + test)
    return folder


def test_answers_keep_their_order_and_have_no_time(tmp_path: Path) -> None:
    data = read(write(tmp_path, "4\t71\t0\t0\t3\n4\t70\t0\t1\t3\n4\t71\t0\t1\t3\n"))
    mine = data.attempts[data.attempts["student_id"] == "4"]
    assert mine["content_id"].tolist() == ["item-71", "item-70", "item-71"]
    assert mine["correct"].tolist() == [False, True, True]
    assert mine["position"].tolist() == [0, 1, 2]
    assert mine["occurred_at"].isna().all()


def test_tables_satisfy_their_schemas(tmp_path: Path) -> None:
    data = read(write(tmp_path, "4\t71\t0\t0\t3\n"))
    Attempts.validate(data.attempts)
    Skills.validate(data.skills)
    ContentItems.validate(data.content_items)
    StudentSplits.validate(data.student_splits)
    Eligibility.validate(data.eligibility)


def test_students_of_the_test_file_are_never_learned_from(tmp_path: Path) -> None:
    data = read(write(tmp_path, "".join(f"{u}\t7\t0\t1\t3\n" for u in range(9))))
    split = data.student_splits.set_index("student_id")["split"]
    assert split["9"] == "test"
    assert set(split.drop("9")) <= {"train", "validation"}


def test_a_leak_in_the_files_is_undone_and_counted(tmp_path: Path) -> None:
    """Item 71 is about skills 3 and 5, and each answer to it stands there twice."""
    leaking = "4\t71\t0\t0\t3\n4\t71\t0\t0\t5\n4\t70\t0\t1\t3\n4\t71\t0\t1\t3\n4\t71\t0\t1\t5\n"
    data = read(write(tmp_path, leaking, "9\t71\t0\t1\t3\n"))
    mine = data.attempts[data.attempts["student_id"] == "4"]
    assert mine["content_id"].tolist() == ["item-71", "item-70", "item-71"]
    assert mine["correct"].tolist() == [False, True, True]
    both = "skill-3+skill-5"
    assert mine["skill_id"].tolist() == [both, "skill-3", both]
    assert data.skills["skill_id"].tolist() == ["skill-3", both]
    assert data.attempts["skill_id"].iloc[-1] == both
    assert (data.leak.rows_read, data.leak.collapsed) == (6, 2)


def test_an_item_with_two_skills_and_no_leak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 items have more than one skill, first 'item-71'"):
        read(write(tmp_path, "4\t71\t0\t0\t3\n4\t71\t0\t1\t5\n"))


def test_a_student_of_both_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"^test.tsv, column 'user_id', row 2: '9' is in train.tsv too"
    ):
        read(write(tmp_path, "9\t70\t0\t1\t3\n"))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("4\t70\t0\t7\t3\n", "train.tsv, column 'correct', row 2: '7' is not 0 or 1."),
        ("4\t70\t0\t1\tx\n", "train.tsv, column 'skill_id', row 2: 'x' is no whole number."),
        ("4\t\t0\t1\t3\n", "train.tsv, column 'item_id', row 2: '' is no whole number."),
        ("4\t70\t0\t1\n", "train.tsv, row 2: the row has 4 cells, but there are 5 columns."),
        (
            "4\t7\t0\t1\t3\t9\n",
            "train.tsv, row 2: the row has 6 cells, but there are 5 columns.",
        ),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        read(write(tmp_path, row))
    assert str(error.value) == message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, "")
    train = tmp_path / "assistments2009/train.tsv"
    train.write_text("user_id\titem_id\ttimestamp\tcorrect\n4\t70\t0\t1\n")
    with pytest.raises(
        DataError, match=r"^train.tsv, column 'skill_id': the column is missing"
    ):
        read(tmp_path)


def test_a_missing_file_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path)
    assert str(error.value) == (
        f"there is no file '{tmp_path / 'assistments2009/train.tsv'}'. Set LEARNLOOP_DATA to "
        "a folder that holds assistments2009/train.tsv and assistments2009/test.tsv (Gervet "
        "et al. 2020)."
    )


@pytest.mark.skipif("LEARNLOOP_DATA" not in os.environ, reason="LEARNLOOP_DATA is not set")
def test_the_published_files_have_the_published_sizes_and_no_leak() -> None:
    data = read(Path(os.environ["LEARNLOOP_DATA"]))
    test = data.attempts["split"] == "test"
    assert (int((~test).sum()), int(test.sum())) == (220_070, 58_266)
    assert data.attempts.loc[test, "student_id"].nunique() == 623
    assert data.attempts.loc[~test, "student_id"].nunique() == 2_491
    assert data.leak.collapsed == 0
