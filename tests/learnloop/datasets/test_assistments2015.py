"""The reader of ASSISTments 2015: skills without items, folds, padding."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

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

HEADER = "fold,uid,concepts,responses\n"
TAUGHT = '1,50,"7,7","1,0"\n'


def settings(folder: Path | str, fold: int | None = 0) -> PublicAnswersSettings:
    return PublicAnswersSettings(folder=str(folder), dataset="assistments2015", test_fold=fold)


def read(folder: Path, fold: int = 0) -> PublicAnswers:
    return read_answers(settings(folder, fold))


def write(folder: Path, *lines: str) -> Path:
    files = folder / "assistments2015"
    files.mkdir(exist_ok=True)
    (files / "train_valid.csv").write_text(HEADER + "".join(lines))
    return folder


def test_answers_keep_their_order_and_every_equal_neighbour(tmp_path: Path) -> None:
    data = read(write(tmp_path, '0,4,"7,7,8,8,8,7","1,1,1,1,0,0"\n', TAUGHT))
    mine = data.attempts[data.attempts["student_id"] == "4"]
    skills = [f"skill-{skill}" for skill in (7, 7, 8, 8, 8, 7)]
    assert mine["skill_id"].tolist() == skills
    assert mine["content_id"].tolist() == skills  # the skill is the item
    assert mine["correct"].tolist() == [True, True, True, True, False, False]
    assert mine["position"].tolist() == list(range(6))
    assert mine["occurred_at"].isna().all()
    assert (data.leak.collapsed, data.leak.repeats_kept) == (0, 2)


def test_tables_satisfy_their_schemas(tmp_path: Path) -> None:
    data = read(write(tmp_path, '0,4,"7,8","1,1"\n', TAUGHT))
    Attempts.validate(data.attempts)
    Skills.validate(data.skills)
    ContentItems.validate(data.content_items)
    StudentSplits.validate(data.student_splits)
    Eligibility.validate(data.eligibility)


def test_the_students_of_the_chosen_fold_alone_are_tested(tmp_path: Path) -> None:
    write(tmp_path, *(f'{u % 5},{u},"7","1"\n' for u in range(50)))
    for fold in (0, 3):
        splits = read(tmp_path, fold).student_splits
        tested = set(splits.loc[splits["split"] == "test", "student_id"])
        assert tested == {str(u) for u in range(50) if u % 5 == fold}
        assert set(splits["split"]) == {"test", "train", "validation"}


def test_padding_at_the_end_is_no_answer(tmp_path: Path) -> None:
    data = read(write(tmp_path, '0,4,"7,8,-1,-1","1,0,-1,-1"\n', TAUGHT))
    mine = data.attempts[data.attempts["student_id"] == "4"]
    assert mine["skill_id"].tolist() == ["skill-7", "skill-8"]
    assert set(data.skills["skill_id"]) == {"skill-7", "skill-8"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('x,4,"7","1"\n', "column 'fold', row 3: 'x' is no whole number."),
        (',4,"7","1"\n', "column 'fold', row 3: '' is no whole number."),
        ('0,,"7","1"\n', "column 'uid', row 3: '' is no whole number."),
        ("0,4,,\n", "column 'concepts', row 3: '' is no whole number."),
        ('0,4,"7,8_9","1,1"\n', "column 'concepts', row 3: '8_9' is no whole number."),
        ('0,4,"7,8","1,"\n', "column 'responses', row 3: '' is not 0 or 1."),
        ('0,4,"7,8","1,2"\n', "column 'responses', row 3: '2' is not 0 or 1."),
        ('0,4,"7,-1","1,0"\n', "column 'concepts', row 3: '-1' is no whole number."),
        (
            '0,4,"7,8,9","1,0"\n',
            "column 'responses', row 3: '2' responses do not go with its concepts.",
        ),
        (
            '0,4,"-1,7","-1,0"\n',
            "column 'concepts', row 3: '-1' stands before an answer: padding comes last.",
        ),
        ('0,4,"7"\n', "row 3: the row has 3 cells, but there are 4 columns."),
        ("0,4,7,7,1,1\n", "row 3: the row has 6 cells, but there are 4 columns."),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        read(write(tmp_path, TAUGHT, line))
    assert str(error.value) == f"train_valid.csv, {message}"


@pytest.mark.parametrize("fold", [1, 2])
def test_a_student_with_two_lines_is_refused_whatever_the_folds(
    tmp_path: Path, fold: int
) -> None:
    again = f'{fold},50,"8","1"\n'
    with pytest.raises(DataError) as error:
        read(write(tmp_path, TAUGHT, '0,4,"7","1"\n', again))
    assert str(error.value) == (
        "train_valid.csv, column 'uid', row 2, 4: '50' has more than one line: a student has "
        "one."
    )


def test_a_fold_without_students_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"fold 7 cannot be the test fold: there are 0, 1\."):
        read(write(tmp_path, TAUGHT, '0,4,"7","1"\n'), fold=7)
    with pytest.raises(DataError, match=r"fold 1 cannot be the test fold: there are 1\."):
        read(write(tmp_path, TAUGHT), fold=1)


def test_a_missing_file_and_a_missing_folder_say_what_to_set(tmp_path: Path) -> None:
    remedy = (
        "Set LEARNLOOP_DATA to a folder that holds assistments2015/train_valid.csv (pyKT's "
        "preparation of ASSISTments 2015)."
    )
    file = tmp_path / "assistments2015/train_valid.csv"
    with pytest.raises(DataError) as error:
        read(tmp_path)
    assert str(error.value) == f"there is no file '{file}'. {remedy}"
    with pytest.raises(DataError) as error:
        read_answers(settings(""))
    assert str(error.value) == f"LEARNLOOP_DATA is not set. {remedy}"


def test_settings_need_a_fold_for_2015_alone() -> None:
    with pytest.raises(ValidationError, match="test_fold goes with assistments2015"):
        settings("", None)
    with pytest.raises(ValidationError, match="test_fold goes with assistments2015"):
        PublicAnswersSettings(folder="", dataset="assistments2009", test_fold=0)


@pytest.mark.skipif("LEARNLOOP_DATA" not in os.environ, reason="LEARNLOOP_DATA is not set")
def test_the_published_file_has_the_published_sizes_and_keeps_its_repeats() -> None:
    data = read(Path(os.environ["LEARNLOOP_DATA"]))
    assert (len(data.attempts), len(data.skills)) == (544_339, 100)
    assert len(data.student_splits) == 15_275
    assert (data.student_splits["split"] == "test").sum() == 3_055
    assert data.leak.collapsed == 0
    assert round(data.leak.repeats_kept_share, 2) == 0.53
