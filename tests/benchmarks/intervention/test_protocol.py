"""No student teaches and is asked about, whatever is given as train and test."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.__main__ import main
from benchmarks.intervention import baselines, judging, plain, protocol
from learnloop.datasets.oulad import Oulad
from learnloop.errors import DataError
from tests.learnloop.datasets import oulad_files

DAY = 28


@pytest.fixture
def data() -> Oulad:
    """Ninety enrolments of sixty students in two presentations: every other one comes again."""
    first = pd.DataFrame({"student_id": [f"s{n:02d}" for n in range(60)]})
    first["presentation"] = "2013J"
    again = first.iloc[::2].assign(presentation="2014B")
    enrolments = pd.concat([first, again], ignore_index=True).assign(
        module="AAA",
        registered_day=-20.0,
        unregistered_day=np.nan,
        previous_attempts=0,
        studied_credits=60,
        education="HE Qualification",
        pre_course_clicks=5.0,
    )
    late = np.arange(len(enrolments)) % 3 == 0
    enrolments["result"] = np.where(late, "Fail", "Pass")
    assessments = pd.DataFrame(
        {
            "assessment_id": ["j1", "j2", "b1"],
            "module": "AAA",
            "presentation": ["2013J", "2013J", "2014B"],
            "type": "TMA",
            "due_day": [14.0, 21.0, 14.0],
            "weight": [40.0, 60.0, 100.0],
        }
    )
    work = enrolments.loc[~late, ["module", "presentation", "student_id"]]
    submissions = work.merge(assessments[["assessment_id", "presentation"]], on="presentation")
    submissions = submissions[submissions["assessment_id"] != "j2"].assign(
        submitted_day=12.0, banked=False, score=80.0
    )
    protected = first[["student_id"]].assign(
        gender="female", disability="none declared", deprivation="2", age_band="under 35"
    )
    return Oulad(enrolments, assessments, submissions, protected)


def of_presentation(data: Oulad, name: str) -> Oulad:
    kept = {
        table: getattr(data, table)[lambda rows: rows["presentation"] == name]
        for table in ("enrolments", "assessments", "submissions")
    }
    return replace(data, **kept)


def test_in_folds_everyone_is_asked_once_by_a_fit_to_other_students(data: Oulad) -> None:
    words, cases = protocol.cases_of(data, None, DAY, None, seeds=2)
    assert words.startswith("5 folds by student over 2013J (60 enrolments), 2014B (30")
    folds = []
    for case in cases:
        for known, asked in case.parts:
            assert not set(known["student_id"]) & set(asked["student_id"])
            assert len(known) + len(asked) == 90
        folds.append([set(asked["student_id"]) for _, asked in case.parts])
        assert sum(map(len, folds[-1])) == 60
    assert folds[0] != folds[1]


def test_a_presentation_is_tested_by_those_before_it(data: Oulad) -> None:
    _, [case] = protocol.cases_of(data, None, DAY, "2014B", seeds=1)
    [(known, asked)] = case.parts
    assert set(asked["presentation"]) == {"2014B"}
    # Thirty of the sixty of 2013J come again: they are tested.
    assert len(known) == 30
    assert set(known["presentation"]) == {"2013J"}


def test_two_folders_teach_and_test_with_students_apart(data: Oulad) -> None:
    old, new = of_presentation(data, "2013J"), of_presentation(data, "2014B")
    _, [case] = protocol.cases_of(old, new, DAY, None, seeds=1)
    [(known, asked)] = case.parts
    assert (len(known), len(asked)) == (30, 30)
    # Of a folder that holds what was learned from as well, only the rest is asked about.
    _, [case] = protocol.cases_of(old, data, DAY, None, seeds=1)
    assert set(case.parts[0][1]["presentation"]) == {"2014B"}


def test_where_nobody_is_left_the_error_says_what_to_change(data: Oulad) -> None:
    with pytest.raises(DataError, match=r"nobody to learn from on day 28"):
        protocol.cases_of(data, None, DAY, "2013J", seeds=1)
    with pytest.raises(DataError, match=r"no presentation '2020B'\. Known: 2013J, 2014B\."):
        protocol.cases_of(data, None, DAY, "2020B", seeds=1)
    with pytest.raises(DataError, match="nobody to learn from on day -400"):
        protocol.cases_of(data, None, -400, None, seeds=1)


def test_plain_columns_are_counts_of_what_was_there_on_the_day(data: Oulad) -> None:
    rows = plain.plain_columns(data.enrolments, data.assessments, data.submissions, DAY)
    known = rows.set_index(["presentation", "student_id"])
    given, none = known.loc[("2013J", "s01")], known.loc[("2013J", "s00")]
    # s01 handed j1 in two days early and not j2; s00 nothing.
    assert (given["plain_handed_in"], given["plain_missing"]) == (1, 1)
    assert (given["plain_last_score"], given["plain_days_early"]) == (80, 2)
    assert (none["plain_handed_in"], none["plain_missing"]) == (0, 2)
    assert np.isnan(none["plain_last_score"])
    before = plain.plain_columns(data.enrolments, data.assessments, data.submissions, 11)
    assert before[["plain_handed_in", "plain_missing"]].to_numpy().max() == 0


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_every_baseline_gives_each_row_a_chance(data: Oulad, name: str) -> None:
    _, [case] = protocol.cases_of(data, None, DAY, None, seeds=1)
    scores = protocol.score(case, baselines.BASELINES[name])
    assert len(scores) == 90
    assert scores["risk"].between(0, 1).all()


def test_estimates_are_means_over_seeds() -> None:
    rows = pd.DataFrame(
        {"student_id": list("abcd"), "label": [True, True, False, False], "module": "AAA"}
    )
    # All four pairs in order; then two of four.
    right = rows.assign(risk=[0.9, 0.8, 0.2, 0.1])
    half = rows.assign(risk=[0.9, 0.1, 0.8, 0.2])
    assert judging.estimates([right, half])["auc"].value == pytest.approx((1 + 0.5) / 2)
    assert judging.measures(right)["recall@10%"] == pytest.approx(0.4 / 2)


def test_a_gap_is_a_group_less_the_rest() -> None:
    students = [f"s{n:03d}" for n in range(400)]
    female = np.arange(400) % 2 == 0
    rows = pd.DataFrame(
        {
            "student_id": students,
            "label": True,
            "risk": np.where(female, 0.4, 0.6),
            # Half of the women and all men.
            "flagged": ~female | (np.arange(400) % 4 == 0),
        }
    )
    protected = pd.DataFrame(
        {
            "student_id": students,
            "gender": np.where(female, "female", "male"),
            "disability": "none declared",
            "deprivation": "2",
        }
    )
    found = judging.gaps(rows, protected)["flagged"]
    [gap] = [g for g in found if (g["group"], g["metric"]) == ("female", "tpr")]
    assert gap["gap"] == pytest.approx(-0.5)


def test_the_largest_gap_of_an_attribute_is_the_furthest_from_nought() -> None:
    def gap(group: str, metric: str, size: float) -> dict[str, object]:
        told = {"attribute": "deprivation", "group": group, "metric": metric}
        return told | {"gap": size, "standard_error": 0.01}

    several = [gap("1", "tpr", 0.02), gap("2", "tpr", -0.05), gap("3", "tpr", np.nan)]
    found = judging.largest_gaps({"flagged": [*several, gap("1", "fpr", np.nan)]})
    largest = found["flagged"]["deprivation"]["tpr"]
    assert (largest["group"], largest["value"]) == ("2", 0.05)
    assert largest["low"] == pytest.approx(0.05 - 0.0196, abs=1e-6)
    assert largest["high"] == pytest.approx(0.05 + 0.0196, abs=1e-6)
    assert np.isnan(found["flagged"]["deprivation"]["fpr"]["value"])


@pytest.mark.parametrize("day", ["-1", "240", "999"])
def test_a_day_outside_a_course_is_refused(tmp_path: Path, day: str) -> None:
    oulad_files.write(tmp_path)
    with pytest.raises(SystemExit, match=rf"^Error: day {day} is .* --day from 0 to 239"):
        main(["intervention", "--train", str(tmp_path), "--day", day])


def test_a_presentation_that_is_not_there_is_answered_with_those_that_are(
    tmp_path: Path,
) -> None:
    oulad_files.write(tmp_path)
    with pytest.raises(SystemExit, match=r"^Error: .* 'X'\. Known: 2013J, 2014B\."):
        main(["intervention", "--train", str(tmp_path), "--test-presentation", "X"])
