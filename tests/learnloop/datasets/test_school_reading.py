"""A school's files: what is read, and how each mistake is named."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from learnloop.datasets.example_school import write_example
from learnloop.datasets.school import School, read_school
from learnloop.errors import DataError

Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("example")
    return {path.name: path.read_text() for path in write_example(folder, students=60, weeks=4)}


@pytest.fixture
def school(tmp_path: Path, example: dict[str, str]) -> Path:
    for name, text in example.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def change(path: Path, edit: Edit) -> None:
    path.write_text(edit(path.read_text()))


def line(path: Path, number: int, edit: Edit) -> None:
    lines = path.read_text().splitlines()
    lines[number - 1] = edit(lines[number - 1])
    path.write_text("\n".join(lines) + "\n")


def message_of(folder: Path) -> str:
    with pytest.raises(DataError) as error:
        list(read_school(folder).events)
    return str(error.value)


def events_of(school: School) -> pd.DataFrame:
    return pd.concat(school.events, ignore_index=True)


def test_the_example_is_read_without_a_mistake(school: Path) -> None:
    read = read_school(school)
    events = events_of(read)
    assert len(read.students) == 60
    assert events["_bad_column"].isna().all()
    assert events["_row"].tolist()[:2] == [2, 3]


def test_the_example_is_the_same_every_time(tmp_path: Path, example: dict[str, str]) -> None:
    assert {
        p.name: p.read_text() for p in write_example(tmp_path, students=60, weeks=4)
    } == example


def test_the_example_is_long_enough_for_every_model(tmp_path: Path) -> None:
    write_example(tmp_path)
    start = pd.Timestamp("2026-01-12T00:00:00Z")
    times = events_of(read_school(tmp_path))["occurred_at"]
    assert (times.max() - start).days >= 8 * 7
    assert times.min() >= start


def test_what_a_school_leaves_out_is_filled_in(school: Path) -> None:
    answer = events_of(read_school(school)).query("verb == 'answered'").iloc[0]
    assert answer["received_at"] == answer["occurred_at"]
    assert answer["tenant_id"] == "example-school"
    assert answer["skill_ids"] == [answer["content_id"].rsplit("-", 1)[0]]
    assert answer["score"] == answer["correct"]
    assert answer["source"] == "events.csv"


def test_parquet_reads_as_csv_does(school: Path) -> None:
    from_csv = events_of(read_school(school))
    table = pd.read_csv(school / "events.csv", parse_dates=["occurred_at"])
    table["correct"] = table["correct"].astype(object).where(table["correct"].notna(), None)
    (school / "events.csv").unlink()
    table.to_parquet(school / "events.parquet")
    from_parquet = events_of(read_school(school))
    places = ["_file", "_row", "source"]
    pd.testing.assert_frame_equal(
        from_csv.drop(columns=places), from_parquet.drop(columns=places)
    )
    assert from_parquet["_row"].iloc[0] == 1


def test_a_byte_order_mark_is_no_part_of_the_first_column(school: Path) -> None:
    path = school / "skills.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_school(school).skills["skill_id"].iloc[0] == "algebra-integers"


def test_a_missing_column(school: Path) -> None:
    change(school / "events.csv", lambda text: text.replace("verb", "verbs", 1))
    assert message_of(school) == (
        "events.csv, column 'verb': the column is missing. The file has event_id, "
        "occurred_at, student_id, session_id, device, verbs, content_id, duration_s, "
        "correct, progress, hints_used."
    )


def test_columns_of_events_are_checked_before_any_row_is_read(school: Path) -> None:
    change(school / "events.csv", lambda text: text.replace("verb", "verbs", 1))
    with pytest.raises(DataError, match="column 'verb': the column is missing"):
        read_school(school)


def test_a_column_that_the_format_does_not_know(school: Path) -> None:
    change(school / "events.csv", lambda text: text.replace("hints_used", "hint_used", 1))
    assert message_of(school) == (
        "events.csv, column 'hint_used': the format has no such column. "
        "Did you mean 'hints_used'?"
    )


def test_a_column_that_is_there_twice(school: Path) -> None:
    change(school / "skills.csv", lambda text: text.replace("name", "course_id", 1))
    assert message_of(school) == "skills.csv, column 'course_id': the column is there twice."


def test_a_missing_file(school: Path) -> None:
    (school / "classes.csv").unlink()
    assert message_of(school) == (
        f"neither classes.csv nor classes.parquet is in '{school}'. "
        "`kedro example-school DIR` writes an example of every file."
    )


def test_a_missing_folder(tmp_path: Path) -> None:
    assert message_of(tmp_path / "no").startswith(f"there is no folder '{tmp_path / 'no'}'.")


def test_a_file_in_both_formats(school: Path) -> None:
    (school / "skills.parquet").write_bytes(b"")
    assert "keep one" in message_of(school)


def test_an_empty_file(school: Path) -> None:
    (school / "skills.csv").write_text("")
    assert message_of(school) == (
        "skills.csv: the file is empty. Its first line names the columns."
    )


def test_a_row_with_too_many_cells(school: Path) -> None:
    line(school / "skills.csv", 4, lambda row: row + ",x")
    assert message_of(school).startswith(
        "skills.csv, row 4: the row has 5 cells, but there are 4 columns."
    )


def test_a_first_row_with_too_many_cells(school: Path) -> None:
    line(school / "skills.csv", 2, lambda row: row + ",x")
    assert message_of(school).startswith("skills.csv, row 2: the row has 5 cells")


def test_text_that_is_not_utf8(school: Path) -> None:
    path = school / "skills.csv"
    path.write_bytes(path.read_bytes().replace(b"Fractions", b"Br\xfcche"))
    assert (
        message_of(school) == "skills.csv, row 3: the row is not UTF-8. Save it as 'CSV UTF-8'."
    )


def test_a_file_that_is_not_parquet(school: Path) -> None:
    (school / "skills.csv").rename(school / "skills.parquet")
    assert message_of(school).startswith("skills.parquet: this is not Parquet")


def test_a_cell_of_a_roster_that_cannot_be_read(school: Path) -> None:
    line(school / "students.csv", 3, lambda row: row.replace("2026-01-12T00:00:00Z", "12.1.26"))
    assert message_of(school) == (
        "students.csv, column 'enrolled_at', row 3: '12.1.26' is not a time with its zone, "
        "such as 2026-01-31T09:30:00Z."
    )


def test_a_time_without_zone_cannot_be_read(school: Path) -> None:
    change(school / "students.csv", lambda text: text.replace("00:00:00Z", "00:00:00"))
    assert "is not a time with its zone" in message_of(school)


def test_cells_of_events_that_cannot_be_read_are_kept_with_their_place(school: Path) -> None:
    line(school / "events.csv", 3, lambda row: row.replace("64", "soon"))
    row = events_of(read_school(school)).iloc[1]
    assert (row["_bad_column"], row["_bad_value"], row["_row"]) == ("duration_s", "soon", 3)
    assert pd.isna(row["duration_s"])


def test_a_wrong_number_is_read_as_it_is(school: Path) -> None:
    line(school / "events.csv", 3, lambda row: row.replace("true", "7"))
    assert events_of(read_school(school))["correct"].iloc[1] == 7


def test_protected_attributes_may_be_left_out(school: Path) -> None:
    (school / "protected_attributes.csv").unlink()
    assert read_school(school).protected_attributes.empty


def test_a_log_without_rows(school: Path) -> None:
    change(school / "events.csv", lambda text: text.splitlines()[0] + "\n")
    assert message_of(school) == "events.csv: the file has no rows."


def test_blank_lines_are_no_rows(school: Path) -> None:
    line(school / "skills.csv", 3, lambda row: "\n" + row)
    assert read_school(school).skills["_row"].tolist()[:2] == [2, 4]
