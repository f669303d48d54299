"""Drift between presentations: who is compared, and with what."""

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.governance.drift import DriftSettings, Limit
from learnloop.governance.drift_enrolments import Comparison, compare_presentations

LIMIT = Limit(practical=0.1, noise=3.0)
SETTINGS = DriftSettings(week=1, numeric=LIMIT, categorical=LIMIT, models={})
YEARS = Comparison(reference="2013B", current="2014B")


def enrolments(shift: float = 0.0) -> pd.DataFrame:
    """400 students of a module in each year; `credits` of the later are shifted."""
    rng = np.random.default_rng(5)
    years = []
    for year, moved in (("2013B", 0.0), ("2014B", shift)):
        years.append(
            pd.DataFrame(
                {
                    "student_id": [f"{year}-{number}" for number in range(400)],
                    "module": "AAA",
                    "presentation": year,
                    "day": 28,
                    "credits": rng.normal(60, 10, 400) + moved,
                    "education": rng.integers(0, 5, 400).astype(float),
                }
            )
        )
    return pd.concat(years, ignore_index=True)


def compare(rows: pd.DataFrame) -> dict[str, dict[str, object]]:
    return compare_presentations(rows, [YEARS], ["credits", "education"], SETTINGS)


def test_the_same_students_again_have_not_drifted() -> None:
    found = compare(enrolments())["2013B-to-2014B-day-28"]
    assert found["verdict"] == "pass"
    assert (found["week"], found["reference_students"], found["current_students"]) == (
        4,
        400,
        400,
    )


def test_a_shift_of_a_standard_deviation_has_and_is_named() -> None:
    found = compare(enrolments(10.0))["2013B-to-2014B-day-28"]
    assert found["verdict"] == "fail"
    drifted = [column["name"] for column in found["columns"] if column["drifted"]]
    assert drifted == ["credits"]


def test_each_day_is_compared_with_itself() -> None:
    early, late = enrolments(), enrolments(10.0).assign(day=56)
    found = compare(pd.concat([early, late], ignore_index=True))
    assert {name: report["verdict"] for name, report in found.items()} == {
        "2013B-to-2014B-day-28": "pass",
        "2013B-to-2014B-day-56": "fail",
    }


def test_a_module_that_only_one_presentation_has_is_left_out() -> None:
    rows = enrolments()
    other = rows[rows["presentation"] == "2014B"].assign(module="CCC", credits=1000.0)
    other["student_id"] = "new-" + other["student_id"]
    found = compare(pd.concat([rows, other], ignore_index=True))["2013B-to-2014B-day-28"]
    assert (found["verdict"], found["current_students"]) == ("pass", 400)


def test_a_student_of_two_modules_counts_once() -> None:
    rows = enrolments()
    again = rows.assign(module="BBB")
    found = compare(pd.concat([rows, again], ignore_index=True))["2013B-to-2014B-day-28"]
    assert (found["reference_students"], found["current_students"]) == (400, 400)


def test_who_is_in_both_presentations_is_counted() -> None:
    rows = enrolments()
    assert compare(rows)["2013B-to-2014B-day-28"]["shared_students"] == 0
    rows["student_id"] = rows["student_id"].replace("2014B-7", "2013B-7")
    assert compare(rows)["2013B-to-2014B-day-28"]["shared_students"] == 1


def test_too_few_students_are_told_what_can_be_done_here() -> None:
    found = compare(enrolments().groupby("presentation").head(50))["2013B-to-2014B-day-28"]
    assert found["verdict"] == "not_enough_data"
    assert "oulad.drift.comparisons" in str(found["reason"])
    assert "cohort" not in str(found["reason"])


def test_a_presentation_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match="there is no presentation '2013B' to compare"):
        compare(enrolments().query("presentation == '2014B'"))
