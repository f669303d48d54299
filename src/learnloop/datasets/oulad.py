"""Reads the Open University Learning Analytics data as enrolments and what came of them.

Days are counted from the start of the presentation, which is day 0. See `oulad_files` for
the source. What the data would trip over:

- The score of a piece of work may be missing (`?`): it was handed in, nothing is known of it.
- An examination without a date is on the last day of the presentation.
- Click rows that look alike are clicks of their own (`check_clicks`).
- A deprivation band may be empty, and one has lost its sign (`protected_attributes`).
- A student may enrol more than once: splits go by student, not by enrolment.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from learnloop.datasets.oulad_files import is_there, read_table, refuse

PRESENTATION = ["module", "presentation"]
ENROLMENT = [*PRESENTATION, "student_id"]
_NAMES = {
    "code_module": "module",
    "code_presentation": "presentation",
    "id_student": "student_id",
    "id_assessment": "assessment_id",
}
_FIFTHS = {
    ("0-10%", "10-20", "10-20%"): "1 (most deprived)",
    ("20-30%", "30-40%"): "2",
    ("40-50%", "50-60%"): "3",
    ("60-70%", "70-80%"): "4",
    ("80-90%", "90-100%"): "5 (least deprived)",
}
_AGES = {"0-35": "under 35", "35-55": "35 and over", "55<=": "35 and over"}


@dataclass(frozen=True)
class Oulad:
    """The data in tables of its own, each sorted by its key; no protected attribute in them."""

    enrolments: pd.DataFrame
    """`Enrolments`: a student in a presentation of a module."""
    assessments: pd.DataFrame
    """`Assessments`."""
    submissions: pd.DataFrame
    """`Submissions`."""
    protected: pd.DataFrame
    """`ProtectedAttributes`: for audits only."""


def read_oulad(folder: Path) -> Oulad:
    """Reads and validates the files.

    Args:
        folder: holds the files, as they are or as `.csv.gz`. Pre-course clicks are optional:
            where the file is absent nobody's are known.

    Raises:
        DataError: a file or column is missing, a cell is not what it should be, or a row is
            about an enrolment, assessment or presentation that is in no other file.
    """
    info = _read(folder, "studentInfo.csv")
    assessments = _read(folder, "assessments.csv")
    submissions = _read(folder, "studentAssessment.csv")
    return Oulad(
        enrolments=_enrolments(folder, info),
        assessments=_assessments(assessments, _read(folder, "courses.csv")),
        submissions=_submissions(submissions, assessments, info),
        protected=protected_attributes(info),
    )


def protected_attributes(info: pd.DataFrame) -> pd.DataFrame:
    """`ProtectedAttributes`, one row per student.

    A student who enrolled more than once is taken as of the last presentation. An empty
    band is a group of its own, `unknown`: bands are empty by region, not by chance (two in
    three are of the North Region). There are too few students of 55 and over to audit alone.

    Args:
        info: `studentInfo.csv` with columns named as here.
    """
    last = info.sort_values(["presentation", "module"]).drop_duplicates(
        "student_id", keep="last"
    )
    fifths = {band: fifth for bands, fifth in _FIFTHS.items() for band in bands}
    return pd.DataFrame(
        {
            "student_id": last["student_id"],
            "gender": last["gender"].map({"F": "female", "M": "male"}),
            "disability": last["disability"].map({"N": "none declared", "Y": "declared"}),
            "deprivation": last["imd_band"].map(fifths).fillna("unknown"),
            "age_band": last["age_band"].map(_AGES),
        }
    ).sort_values("student_id", ignore_index=True)


def check_clicks(folder: Path, enrolments: pd.DataFrame) -> dict[str, int] | None:
    """Whether the sample of the click log adds up to the table of clicks before the course.

    Rows that are alike in all columns are clicks of their own and count. In the sample 95 %
    of them are on forums, which have one page id for many threads, and most have rows of
    others between them; and with every row the sums are those of the table, without the
    alike ones they are not.

    Args:
        folder: holds the files.
        enrolments: of `read_oulad`.

    Returns:
        ``rows`` and ``alike`` (rows like one before), ``students`` before day 0 and how many
        of them ``agree`` with the table; ``None`` where there is no sample.
    """
    name = "studentVle_sample_AAA_2013J.csv"
    if not is_there(folder, name):
        return None
    log = _read(folder, name)
    clicks = log[log["date"] < 0].groupby(ENROLMENT)["sum_click"].sum().reset_index()
    both = clicks.merge(enrolments, on=ENROLMENT, how="left")
    return {
        "rows": len(log),
        "alike": int(log.duplicated().sum()),
        "students": len(both),
        "agree": int((both["sum_click"] == both["pre_course_clicks"]).sum()),
    }


def allow_all(protected: pd.DataFrame) -> pd.DataFrame:
    """`Eligibility`: the publisher released the data, without identities, for research."""
    return protected[["student_id"]].assign(
        under_13=False, parental_consent=False, learning_consent=True, content_ceiling=18
    )


def _read(folder: Path, name: str) -> pd.DataFrame:
    return read_table(folder, name).rename(columns=_NAMES)


def _enrolments(folder: Path, info: pd.DataFrame) -> pd.DataFrame:
    registered = _read(folder, "studentRegistration.csv")
    _require_known(info, registered, ENROLMENT, "studentInfo.csv", "studentRegistration.csv")
    _require_known(registered, info, ENROLMENT, "studentRegistration.csv", "studentInfo.csv")
    table = info.merge(registered, on=ENROLMENT).merge(
        _pre_course_clicks(folder, info), on=ENROLMENT, how="left"
    )
    return pd.DataFrame(
        {
            **{name: table[name] for name in ENROLMENT},
            "registered_day": table["date_registration"],
            "unregistered_day": table["date_unregistration"],
            "previous_attempts": table["num_of_prev_attempts"].astype("int64"),
            "studied_credits": table["studied_credits"].astype("int64"),
            "education": table["highest_education"],
            "pre_course_clicks": table["pre_course_clicks"],
            "result": table["final_result"],
        }
    ).sort_values(ENROLMENT, ignore_index=True)


def _pre_course_clicks(folder: Path, info: pd.DataFrame) -> pd.DataFrame:
    """Who is not in the file has not clicked; without the file nothing is known."""
    name = "vle_pre_course_clicks.csv"
    columns = ["pre_course_clicks", "pre_course_interaction_rows"]
    if not is_there(folder, name):
        return info[ENROLMENT].assign(**dict.fromkeys(columns, float("nan")))
    clicks = _read(folder, name)
    _require_known(clicks, info, ENROLMENT, name, "studentInfo.csv")
    filled = info[ENROLMENT].merge(clicks, on=ENROLMENT, how="left")
    return filled.fillna(dict.fromkeys(columns, 0.0))


def _assessments(table: pd.DataFrame, courses: pd.DataFrame) -> pd.DataFrame:
    _require_known(table, courses, PRESENTATION, "assessments.csv", "courses.csv")
    known = table.merge(courses, on=PRESENTATION, how="left")
    return pd.DataFrame(
        {
            **{name: known[name] for name in ["assessment_id", *PRESENTATION]},
            "type": known["assessment_type"],
            "due_day": known["date"].fillna(known["module_presentation_length"]),
            "weight": known["weight"],
        }
    ).sort_values([*PRESENTATION, "due_day", "assessment_id"], ignore_index=True)


def _submissions(
    table: pd.DataFrame, assessments: pd.DataFrame, info: pd.DataFrame
) -> pd.DataFrame:
    file = "studentAssessment.csv"
    _require_known(table, assessments, ["assessment_id"], file, "assessments.csv")
    # One assessment to a piece of work: rows stay as they are, and so do their lines.
    known = table.merge(
        assessments[["assessment_id", *PRESENTATION]], on="assessment_id", how="left"
    ).set_axis(table.index)
    _require_known(known, info, ENROLMENT, file, "studentInfo.csv")
    return pd.DataFrame(
        {
            **{name: known[name] for name in [*ENROLMENT, "assessment_id"]},
            "submitted_day": known["date_submitted"],
            "banked": known["is_banked"] == 1,
            "score": known["score"],
        }
    ).sort_values([*ENROLMENT, "submitted_day", "assessment_id"], ignore_index=True)


def _require_known(
    table: pd.DataFrame, other: pd.DataFrame, keys: list[str], file: str, other_file: str
) -> None:
    """Every row of `table`, whose index is the file's line, has its key in `other`."""
    known = pd.MultiIndex.from_frame(other[keys])
    stranger = pd.Series(~pd.MultiIndex.from_frame(table[keys]).isin(known), table.index)
    column = {ours: theirs for theirs, ours in _NAMES.items()}[keys[-1]]
    refuse(stranger, f"what it names is not in {other_file}.", file, column)
