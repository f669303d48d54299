"""What is known of an enrolment on a day, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from learnloop.intervene.enrolments import examples_at, still_registered

DAY = 28


def enrolments(**changed: object) -> pd.DataFrame:
    """Four students of AAA 2013B, two of whom come again in 2014B."""
    rows = [
        # student, presentation, registered, left, clicks, result
        ("ann", "2013B", -30.0, np.nan, 19.0, "Pass"),
        ("ben", "2013B", -20.0, np.nan, 0.0, "Fail"),
        ("cat", "2013B", 5.0, 60.0, 0.0, "Withdrawn"),
        ("dan", "2013B", -10.0, 28.0, 4.0, "Withdrawn"),
        ("eve", "2013B", 29.0, np.nan, 0.0, "Pass"),
        ("fay", "2013B", np.nan, np.nan, 0.0, "Pass"),
        ("ben", "2014B", -5.0, np.nan, 3.0, "Distinction"),
    ]
    columns = [
        *("student_id", "presentation", "registered_day", "unregistered_day"),
        *("pre_course_clicks", "result"),
    ]
    return pd.DataFrame(rows, columns=columns).assign(
        module="AAA",
        previous_attempts=0,
        studied_credits=60,
        education="HE Qualification",
        **changed,
    )


def assessments() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("t1", "2013B", "TMA", 14.0, 10.0),
            ("c1", "2013B", "CMA", 21.0, 30.0),
            ("t2", "2013B", "TMA", 40.0, 60.0),
            ("x", "2013B", "Exam", 20.0, 100.0),
            ("u1", "2014B", "TMA", 14.0, 100.0),
        ],
        columns=["assessment_id", "presentation", "type", "due_day", "weight"],
    ).assign(module="AAA")


def submissions(extra: list[tuple[object, ...]] | None = None) -> pd.DataFrame:
    rows = [
        ("t1", "ann", "2013B", 12.0, False, 90.0),
        ("c1", "ann", "2013B", 25.0, False, 60.0),
        ("t2", "ann", "2013B", 28.0, False, 70.0),
        ("t1", "ben", "2013B", 14.0, False, 50.0),
        ("t1", "cat", "2013B", -1.0, True, 80.0),
        ("c1", "cat", "2013B", 20.0, False, np.nan),
        *(extra or []),
    ]
    columns = ["assessment_id", "student_id", "presentation", "submitted_day", "banked"]
    return pd.DataFrame(rows, columns=[*columns, "score"]).assign(module="AAA")


def at(day: int = DAY, **tables: pd.DataFrame) -> pd.DataFrame:
    found = examples_at(
        tables.get("enrolments", enrolments()),
        tables.get("assessments", assessments()),
        tables.get("submissions", submissions()),
        day,
        test_presentation="2014B",
    )
    return found.set_index(["presentation", "student_id"])


def test_only_who_is_still_registered_on_the_day_counts() -> None:
    # dan left on the day itself, eve registered the day after, of fay nothing is known.
    kept = still_registered(enrolments(), DAY)
    assert kept[["presentation", "student_id"]].to_numpy().tolist() == [
        ["2013B", "ann"],
        ["2013B", "ben"],
        ["2013B", "cat"],
        ["2014B", "ben"],
    ]
    assert "dan" in set(still_registered(enrolments(), DAY - 1)["student_id"])
    assert "eve" in set(still_registered(enrolments(), DAY + 1)["student_id"])


def test_a_student_is_on_one_side_of_every_split() -> None:
    examples = at()
    assert examples["split"].to_dict() == {
        ("2013B", "ann"): "train",
        ("2013B", "ben"): "reference",  # tests in 2014B
        ("2013B", "cat"): "train",
        ("2014B", "ben"): "test",
    }
    assert examples.groupby("student_id")["fold"].nunique().max() == 1


def test_who_left_before_the_day_in_the_test_presentation_teaches_nothing_either() -> None:
    gone = enrolments()
    gone.loc[gone["presentation"] == "2014B", "unregistered_day"] = 3.0
    assert at(enrolments=gone)["split"].to_dict()[("2013B", "ben")] == "reference"


def test_failing_and_withdrawing_is_the_label() -> None:
    assert at()["label"].tolist() == [False, True, True, False]


def test_what_is_missing_by_the_day() -> None:
    known = at().loc["2013B"]
    # t1 (10) and c1 (30) are due; t2 is not, an examination is no work; cat's t1 is banked.
    assert known["missing_weight"].to_dict() == {"ann": 0, "ben": 30, "cat": 0}
    assert known["nothing_handed_in"].tolist() == [0, 0, 0]
    # Two, one and two pieces: a mean of 5/3; 5/6 of what was due is there.
    assert known["work_beside_class"].to_numpy() == pytest.approx([1 / 3, -2 / 3, 1 / 3])
    assert known["class_missing_share"].to_numpy() == pytest.approx([1 / 6] * 3)
    assert known["early_work_beside_class"].to_numpy() == pytest.approx([2 / 3, -1 / 3, -1 / 3])
    assert known["banked_work"].to_dict() == {"ann": 0, "ben": 0, "cat": 1}


def test_where_nothing_is_due_nothing_is_missing() -> None:
    before = at(day=13).loc["2013B"]
    assert before["missing_weight"].tolist() == [0, 0, 0, 0]
    assert before["nothing_handed_in"].isna().all()
    assert before["class_missing_share"].isna().all()


def test_scores_are_in_standard_deviations_from_the_same_work_of_the_class() -> None:
    known = at().loc["2013B"]
    # t1: 90, 50 and a banked 80; mean 73.3, deviation 20.8 (n - 1). c1: 60 and none.
    t1 = pd.Series([90.0, 50.0, 80.0])
    beside = (t1 - t1.mean()) / t1.std()
    assert known.loc["ben", "score_beside_class"] == pytest.approx(beside[1])
    # ann's c1 equals its mean, weights 10 and 30.
    assert known.loc["ann", "score_beside_class"] == pytest.approx(beside[0] / 4)
    assert known.loc["ann", "latest_beside_class"] == 0
    assert known.loc["ann", "tutor_marked_beside_class"] == pytest.approx(beside[0] / 7)
    assert known.loc["ann", "early_score_beside_class"] == 0
    assert np.isnan(known.loc["cat", "score_beside_class"])  # handed in, no score known


def test_days_ahead_of_time_are_of_own_work_that_was_due() -> None:
    known = at().loc["2013B"]
    # ann: two days early and four days late; cat's banked work is no own work.
    assert known["days_ahead"].to_dict() == {"ann": -1, "ben": 0, "cat": 1}
    assert known["least_days_ahead"].to_dict() == {"ann": -4, "ben": 0, "cat": 1}


def test_the_first_two_tutor_marked_pieces_count_before_they_are_due() -> None:
    known = at().loc["2013B"]
    # ann's t2, due on day 40, is there on day 28; cat's t1 is banked.
    np.testing.assert_array_equal(known["first_days_ahead"], [2, 0, np.nan])
    np.testing.assert_array_equal(known["second_days_ahead"], [12, np.nan, np.nan])


def test_clicks_are_beside_those_of_the_class() -> None:
    known = at().loc["2013B"]
    mean = np.log(20) / 3
    assert known["clicks_beside_class"].to_numpy() == pytest.approx(
        [np.log(20) - mean, -mean, -mean]
    )
    assert known["no_clicks"].tolist() == [0, 1, 1]


def test_education_is_a_step_and_an_unknown_word_is_unknown() -> None:
    assert at()["education"].tolist() == [3, 3, 3, 3]
    assert at(enrolments=enrolments().assign(education="?"))["education"].isna().all()


def test_nothing_that_comes_after_the_day_changes_anything() -> None:
    later = enrolments()
    later["result"] = "Pass"
    later["unregistered_day"] = later["unregistered_day"].mask(
        later["unregistered_day"] > DAY, np.nan
    )
    handed_in_later: list[tuple[object, ...]] = [
        ("c1", "ben", "2013B", 29.0, False, 100.0),
        ("t2", "cat", "2013B", 39.0, False, 0.0),
        ("u1", "ben", "2014B", 200.0, False, 1.0),
    ]
    changed = at(enrolments=later, submissions=submissions(handed_in_later))
    pd.testing.assert_frame_equal(changed.drop(columns="label"), at().drop(columns="label"))


def test_what_comes_on_the_day_itself_is_known() -> None:
    on_the_day = submissions([("c1", "ben", "2013B", 28.0, False, 100.0)])
    assert at(submissions=on_the_day).loc[("2013B", "ben"), "missing_weight"] == 0


def test_the_order_of_the_rows_does_not_matter() -> None:
    pd.testing.assert_frame_equal(
        at(
            enrolments=enrolments().iloc[::-1],
            assessments=assessments().iloc[::-1],
            submissions=submissions().iloc[::-1],
        ),
        at(),
    )
