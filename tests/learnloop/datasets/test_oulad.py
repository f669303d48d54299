"""The reader of the Open University's files, and each trap that they set."""

import os
from pathlib import Path

import pandas as pd
import pytest

from learnloop.datasets.oulad import allow_all, check_clicks, read_oulad
from learnloop.datasets.oulad_schema import (
    Assessments,
    Enrolments,
    OuladProtected,
    Submissions,
)
from learnloop.errors import DataError
from learnloop.privacy.schema import Eligibility

from .oulad_files import write


def test_tables_satisfy_their_schemas(tmp_path: Path) -> None:
    data = read_oulad(write(tmp_path))
    Enrolments.validate(data.enrolments)
    Assessments.validate(data.assessments)
    Submissions.validate(data.submissions)
    OuladProtected.validate(data.protected)
    Eligibility.validate(allow_all(data.protected))


def test_protected_attributes_stand_apart(tmp_path: Path) -> None:
    data = read_oulad(write(tmp_path))
    protected = {"gender", "region", "imd_band", "deprivation", "disability", "age_band"}
    for table in (data.enrolments, data.assessments, data.submissions):
        assert not protected & set(table.columns)


def test_an_empty_band_is_a_group_of_its_own_and_the_odd_label_a_band(tmp_path: Path) -> None:
    protected = read_oulad(write(tmp_path)).protected.set_index("student_id")
    assert protected["deprivation"].to_dict() == {
        "10": "1 (most deprived)",
        "11": "unknown",
        "12": "5 (least deprived)",
    }


def test_the_odd_label_is_the_band_that_it_would_be_with_its_sign(tmp_path: Path) -> None:
    sign = {"studentInfo.csv": ("10-20,0-35", "10-20%,0-35")}
    pd.testing.assert_frame_equal(
        read_oulad(write(tmp_path / "signed", sign)).protected,
        read_oulad(write(tmp_path / "odd")).protected,
    )


def test_a_student_who_enrols_twice_has_one_row_as_of_the_last_time(tmp_path: Path) -> None:
    data = read_oulad(write(tmp_path))
    assert (data.enrolments["student_id"] == "10").sum() == 2
    ages = data.protected.set_index("student_id")["age_band"]
    assert ages["10"] == "35 and over"  # under 35 in 2013, over in 2014


def test_an_examination_without_a_date_is_on_the_last_day(tmp_path: Path) -> None:
    due = read_oulad(write(tmp_path)).assessments.set_index("assessment_id")["due_day"]
    assert due.to_dict() == {"1": 19, "2": 25, "3": 54, "4": 268, "5": 19}


def test_a_missing_score_is_work_handed_in_of_which_nothing_is_known(tmp_path: Path) -> None:
    work = read_oulad(write(tmp_path)).submissions.set_index(["student_id", "assessment_id"])
    assert pd.isna(work.loc[("11", "1"), "score"])
    assert work.loc[("11", "1"), "submitted_day"] == 21
    assert work.loc[("10", "3"), "score"] == 0  # a mark of 0 is a mark


def test_who_is_not_among_the_clicks_has_not_clicked(tmp_path: Path) -> None:
    clicks = read_oulad(write(tmp_path)).enrolments["pre_course_clicks"]
    assert clicks.tolist() == [5, 0, 0, 0]


def test_without_the_file_of_clicks_nothing_is_known_of_them(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "vle_pre_course_clicks.csv").unlink()
    assert read_oulad(tmp_path).enrolments["pre_course_clicks"].isna().all()


def test_click_rows_that_are_alike_all_count(tmp_path: Path) -> None:
    folder = write(tmp_path)
    # 2 + 2 + 1 clicks before day 0 are the 5 of the table; without the second row 3 are not.
    found = check_clicks(folder, read_oulad(folder).enrolments)
    assert found == {"rows": 4, "alike": 1, "students": 1, "agree": 1}


def test_clicks_that_do_not_add_up_are_seen(tmp_path: Path) -> None:
    folder = write(tmp_path, {"vle_pre_course_clicks.csv": ("10,5,3", "10,3,2")})
    found = check_clicks(folder, read_oulad(folder).enrolments)
    assert found is not None
    assert found["agree"] == 0


def test_a_sample_of_clicks_is_not_needed(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "studentVle_sample_AAA_2013J.csv").unlink()
    assert check_clicks(folder, read_oulad(folder).enrolments) is None


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "studentInfo.csv",
            "10-20,0-35,0",
            "15%,0-35,0",
            "studentInfo.csv, column 'imd_band', row 2: '15%' is not one of 0-10%, 10-20, ",
        ),
        (
            "studentInfo.csv",
            "HE Qualification,10-20,0-35,0,60,N,Pass",
            "HE Qualification,10-20,0-35,0,60,N,",
            "studentInfo.csv, column 'final_result', row 2: the cell is empty.",
        ),
        (
            "studentInfo.csv",
            "0,120,Y",
            "x,120,Y",
            "studentInfo.csv, column 'num_of_prev_attempts', row 4: 'x' is not a whole number, "
            "at least 0.",
        ),
        (
            "studentInfo.csv",
            "AAA,2013J,12",
            "AAA,2013J,11",
            "studentInfo.csv, column 'id_student', row 4, 5: 2 rows share their code_module, ",
        ),
        (
            "studentRegistration.csv",
            "AAA,2013J,12",
            "AAA,2013J,13",
            "studentInfo.csv, column 'id_student', row 5: what it names is not in "
            "studentRegistration.csv.",
        ),
        (
            "studentAssessment.csv",
            "18,0,78",
            "18,0,178",
            "studentAssessment.csv, column 'score', row 2: '178' is not a number from 0 to",
        ),
        (
            "studentAssessment.csv",
            "2,10,30",
            "9,10,30",
            "studentAssessment.csv, column 'id_assessment', row 3: what it names is not in "
            "assessments.csv.",
        ),
        (
            "studentAssessment.csv",
            "2,10,30",
            "2,12,",
            "studentAssessment.csv, column 'date_submitted', row 3: the cell is empty.",
        ),
        (
            "studentAssessment.csv",
            "1,10,18,0,78",
            "1,10,18,0",
            "studentAssessment.csv.gz, row 2: the row has 4 cells, but there are 5 columns.",
        ),
        (
            "studentRegistration.csv",
            "11,-30,40",
            "11,-30",
            "studentRegistration.csv, row 4: the row has 4 cells, but there are 5 columns.",
        ),
        (
            "studentAssessment.csv",
            "0,60\n",
            "0,60,1\n",
            "studentAssessment.csv.gz, row 3: the row has 6 cells, but there are 5 columns.",
        ),
        (
            "studentAssessment.csv",
            "2,10,30,0",
            "\n2,10,inf,0",
            "studentAssessment.csv, column 'date_submitted', row 4: 'inf' is not a number.",
        ),
        (
            "studentAssessment.csv",
            "2,10,30,0",
            "\n\n9,10,30,0",
            "studentAssessment.csv, column 'id_assessment', row 5: what it names is not in ",
        ),
        (
            "studentAssessment.csv",
            "1,11,21",
            "1,14,21",
            "studentAssessment.csv, column 'id_student', row 5: what it names is not in ",
        ),
        (
            "assessments.csv",
            "id_assessment,assessment_type",
            "id_assessment,kind",
            "assessments.csv, column 'assessment_type': the column is missing.",
        ),
    ],
)
def test_a_bad_cell_is_named(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(DataError) as error:
        read_oulad(write(tmp_path, {file: (old, new)}))
    assert str(error.value).startswith(message)


def test_a_packed_file_that_was_cut_off_is_named(tmp_path: Path) -> None:
    packed = write(tmp_path) / "studentAssessment.csv.gz"
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"^studentAssessment.csv.gz: this is no text"):
        read_oulad(tmp_path)


def test_a_missing_file_says_what_to_set(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "courses.csv").unlink()
    with pytest.raises(DataError, match=r"courses.csv'. Set LEARNLOOP_DATA to a folder"):
        read_oulad(tmp_path)


@pytest.mark.skipif("LEARNLOOP_DATA" not in os.environ, reason="LEARNLOOP_DATA is not set")
def test_the_published_files_have_their_known_sizes() -> None:
    folder = Path(os.environ["LEARNLOOP_DATA"]) / "oulad"
    data = read_oulad(folder)
    assert data.enrolments.groupby("presentation").size().to_dict() == {
        "2013B": 4_684,
        "2013J": 8_845,
        "2014B": 7_804,
    }
    assert data.submissions["score"].isna().sum() == 131  # grep -c '?' of the file
    clicks = check_clicks(folder, data.enrolments)
    assert clicks == {"rows": 13_905, "alike": 361, "students": 352, "agree": 352}
