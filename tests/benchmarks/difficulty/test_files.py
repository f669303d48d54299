"""Files of others are read, or refused by file, column and row."""

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.difficulty.files import read_answers, read_truth
from learnloop.errors import DataError

HEADER = "user_id\titem_id\ttimestamp\tcorrect\tskill_id\n"


def written(folder: Path, text: str, name: str = "answers.tsv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_an_answer_is_told_by_its_header(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "7\t3\t0\t1\t9\n2\t3\t0\t0\t9\n7\t4\t0\t0\t8\n")
    answers, notes = read_answers(path)
    assert notes == []
    assert answers.to_dict("list") == {
        "student_id": ["2", "7", "7"],
        "content_id": ["3", "3", "4"],
        "skill_id": ["9", "9", "8"],
        "correct": [False, True, False],
        "position": [0, 0, 1],
    }


def test_commas_and_another_order_of_columns_do_as_well(tmp_path: Path) -> None:
    text = "skill_id,correct,item_id,user_id\nk,1,i,ann\n"
    answers, _ = read_answers(written(tmp_path, text, "a.csv"))
    assert answers[["student_id", "content_id", "skill_id"]].to_numpy().tolist() == [
        ["ann", "i", "k"]
    ]


def test_rows_that_repeat_an_answer_once_per_skill_are_collapsed_and_counted(
    tmp_path: Path,
) -> None:
    rows = "7\t3\t0\t1\t8\n7\t3\t0\t1\t9\n7\t4\t0\t0\t8\n"
    answers, notes = read_answers(written(tmp_path, HEADER + rows))
    assert answers["content_id"].tolist() == ["3", "4"]
    assert notes == ["1 rows repeated an answer once per skill and were collapsed."]


def test_a_row_a_student_is_told_by_its_header(tmp_path: Path) -> None:
    answers, _ = read_answers(written(tmp_path, "Item 1,Item 2\n0,1\n1,\n", "wide.csv"))
    by_item = answers.sort_values(["student_id", "content_id"])
    assert by_item[["student_id", "content_id", "correct"]].to_numpy().tolist() == [
        ["2", "Item 1", False],
        ["2", "Item 2", True],
        ["3", "Item 1", True],
    ]


def test_a_first_column_of_names_is_no_item(tmp_path: Path) -> None:
    answers, _ = read_answers(written(tmp_path, "student,a\nann,1\nbob,0\n", "wide.csv"))
    assert answers["student_id"].tolist() == ["ann", "bob"]
    assert set(answers["content_id"]) == {"a"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + "1\t2\t0\t1\t3\n1\t2\t0\tyes\t3\n", "column 'correct', row 3: 'yes'"),
        (HEADER + "1\t\t0\t1\t3\n", "column 'item_id', row 2"),
        (HEADER + "1\t2\t0\t1\n", "row 2: the row has 4 cells"),
        (HEADER, "no row after the header"),
        ("user_id\titem_id\tcorrect\n1\t2\t1\n", "column 'skill_id': the column is missing"),
        ("a,b\n1,2\n", "column 'b', row 2: '2' is not 0, 1 or empty"),
        (HEADER.replace("skill_id", "correct"), "column 'correct': two columns"),
        ("a,a\n1,0\n", "column 'a': two columns have this name"),
        ("student,a\nann,1\nann,0\n", "column 'student', row 3: 'ann' is there twice"),
        ("a,b\n,\n", "there is no answer"),
        ("fold,uid,concepts,responses\n0,1,1,1\n", "its rows name no items"),
        ("", "Give a file with the columns"),
    ],
)
def test_what_is_wrong_is_named_by_column_and_row(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError) as refused:
        read_answers(written(tmp_path, text))
    assert told in str(refused.value)
    assert "answers.tsv" in str(refused.value)
    assert ".." not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no file .*nowhere\.tsv"):
        read_answers(tmp_path / "nowhere.tsv")


def test_the_truth_is_read(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, "item_id,b,a\nx,-0.5,1\ny,2,1\n", "truth.csv"))
    assert truth.to_dict("list") == {"content_id": ["x", "y"], "difficulty": [-0.5, 2.0]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("item_id,b\nx,hard\n", "column 'b', row 2: 'hard' is no finite number"),
        ("item_id,b\nx,inf\n", "column 'b', row 2: 'inf' is no finite number"),
        ("item_id,b\nx,1\nx,2\n", "column 'item_id', row 3: 'x' is there twice"),
        ("item_id,difficulty\nx,1\n", "column 'b': the column is missing"),
    ],
)
def test_a_wrong_truth_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError) as refused:
        read_truth(written(tmp_path, text))
    assert told in str(refused.value)


@pytest.mark.parametrize(("right", "told"), [(1, "everybody"), (0, "nobody")])
def test_answers_without_a_likeliest_difficulty_are_not_held_to_published_ones(
    tmp_path: Path, right: int, told: str
) -> None:
    rows = [",".join(f"{n:04b}") + f",{right}\n" for n in range(16)]
    path = written(tmp_path, "a,b,c,d,e\n" + "".join(rows), "answers.csv")
    with pytest.raises(SystemExit, match=rf"Error: {told} solves item 'e'"):
        main(["difficulty", "--answers", str(path), "--published"])
