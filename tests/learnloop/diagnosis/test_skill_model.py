"""Flaws that were planted in a course are found, and no others."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from learnloop.diagnosis.curves import learning_curve
from learnloop.diagnosis.flaws import flagged, item_discrimination
from learnloop.diagnosis.settings import SkillModelSettings
from learnloop.diagnosis.skill_model import skill_model_report, tell_gaps

from .generated import ROUNDS, Course, generated_course

SHIPPED = Path(__file__).parents[3] / "conf/base/parameters_diagnosis.yml"
SETTINGS = SkillModelSettings.model_validate(
    yaml.safe_load(SHIPPED.read_text())["diagnosis"]["skill_model"]
)


def found(course: Course) -> dict[str, set[str]]:
    report = skill_model_report(
        course.answers, course.skills, course.items, course.prerequisites, SETTINGS
    )
    return {
        "flat": {s["skill_id"] for s in report["skills"] if s["verdict"] == "flat"},
        "unasked": {s["skill_id"] for s in report["skills"] if not s["questions"]},
        "wrong way": {item["content_id"] for item in report["items"] if item["wrong_way"]},
        "rises": {s["skill_id"] for s in report["skills"] if s["verdict"] == "rises"},
        "contradicted": {
            f"{need['skill_id']} needs {need['requires_skill_id']}"
            for need in report["prerequisites"]
            if need["verdict"] == "contradicted"
        },
        "supported": {
            f"{need['skill_id']} needs {need['requires_skill_id']}"
            for need in report["prerequisites"]
            if need["verdict"] == "supported"
        },
    }


def test_planted_flaws_are_found_and_no_others() -> None:
    sound = {"base", "builds-on-base", "alone", "other-1", "other-2", "other-3"}
    courses = [found(generated_course(seed, students=1500)) for seed in range(4)]
    for flaws in courses:
        assert flaws["unasked"] == {"empty"}
        assert flaws["wrong way"] == {"other-2.2"}
        assert flaws["flat"] <= {"flat"}
        assert flaws["rises"] >= sound
        assert flaws["contradicted"] == set()
        assert flaws["supported"] == {"builds-on-base needs base"}
    # A flat skill is found in 14 of 20 courses: in fewer than two of four with a chance of .08.
    assert sum(flaws["flat"] == {"flat"} for flaws in courses) >= 2


def test_a_needless_prerequisite_is_the_one_worth_least_but_not_contradicted() -> None:
    course = generated_course(seed=1, students=1500)
    report = skill_model_report(
        course.answers, course.skills, course.items, course.prerequisites, SETTINGS
    )
    least, most = report["prerequisites"]
    assert (least["skill_id"], most["skill_id"]) == ("alone", "builds-on-base")
    assert least["verdict"] == "not enough data"
    assert least["low"] < 0 < least["high"] < most["low"]


def test_a_prerequisite_is_contradicted_where_its_worth_is_surely_below_the_margin() -> None:
    course = generated_course(seed=1, students=1500)
    wide = SETTINGS.model_copy(update={"margin": 0.2})
    report = skill_model_report(
        course.answers, course.skills, course.items, course.prerequisites, wide
    )
    verdicts = {need["skill_id"]: need["verdict"] for need in report["prerequisites"]}
    assert verdicts == {"alone": "contradicted", "builds-on-base": "supported"}


def test_questions_in_a_fixed_order_leave_a_skill_unidentified_not_flat() -> None:
    course = generated_course(seed=2, students=1500)
    rows, own = course.answers, course.answers["skill_id"] == "flat"
    place = (rows["position"] % ROUNDS).astype(str)
    fixed = rows.assign(content_id=rows["content_id"].where(~own, "flat." + place))
    report = skill_model_report(
        fixed, course.skills, course.items, course.prerequisites, SETTINGS
    )
    verdicts = {skill["skill_id"]: skill["verdict"] for skill in report["skills"]}
    assert verdicts.pop("flat") == "not identified"
    assert verdicts.pop("empty") is None
    assert set(verdicts.values()) == {"rises"}


def test_no_share_is_told_of_a_few_students() -> None:
    course = generated_course(seed=1, students=60)
    rows = course.answers[course.answers["skill_id"].isin(["base", "builds-on-base", "alone"])]
    # All but the first ten leave each skill after three answers.
    late = rows["student_id"] >= "s0010"
    rows = rows[~late | (rows["position"] % ROUNDS < 3)]
    report = skill_model_report(
        rows, course.skills, course.items, course.prerequisites, SETTINGS
    )
    curve = report["skills"][0]["curve"]
    assert [point["opportunity"] for point in curve["raw"]] == [1, 2, 3]
    counts = rows.groupby("content_id")["student_id"].nunique()
    told = {item["content_id"] for item in report["items"]}
    assert told == set(counts.index[counts >= SETTINGS.fewest_students])
    few = rows[(rows["skill_id"] != "base") | (rows["student_id"] < "s0020")]
    needs = skill_model_report(
        few, course.skills, course.items, course.prerequisites, SETTINGS
    )["prerequisites"]
    need = {one["skill_id"]: one for one in needs}["builds-on-base"]
    assert np.isnan([need["with_it"], need["without_it"]]).all()


def test_a_sound_course_raises_next_to_no_false_alarm() -> None:
    alarms = 0
    for seed in range(5):
        flaws = found(generated_course(seed, students=400, planted=False))
        alarms += sum(len(flaws[kind]) for kind in ("flat", "wrong way", "contradicted"))
        assert not flaws["unasked"]
    # 5 courses of 8 skills, 32 questions and a prerequisite: a flag in twenty would be ten.
    assert alarms <= 1


def test_leaving_early_hides_learning_from_the_raw_curve_but_not_from_the_corrected() -> None:
    course = generated_course(seed=3, students=1500, planted=False)
    rows = course.answers[course.answers["skill_id"] == "alone"].sort_values(
        ["student_id", "position"]
    )
    everyone = learning_curve(rows, SETTINGS)
    # Who has two right in a row is done: the strong leave.
    right = rows["correct"].astype(int)
    streak = right & right.groupby(rows["student_id"]).shift(fill_value=0)
    left = streak.groupby(rows["student_id"]).cumsum().groupby(rows["student_id"])
    stayed = learning_curve(rows[left.shift(fill_value=0) == 0], SETTINGS)
    assert everyone is not None
    assert stayed is not None
    raw = stayed.raw["correct"]
    assert raw.iloc[4] - raw.iloc[0] < 0.6 * everyone.gain
    assert stayed.gain == pytest.approx(everyone.gain, abs=0.06)
    assert stayed.gain_low > 0.1


def test_the_slope_is_that_with_which_answers_were_drawn() -> None:
    course = generated_course(seed=4, students=1000, planted=False)
    curve = learning_curve(course.answers[course.answers["skill_id"] == "base"], SETTINGS)
    assert curve is not None
    assert curve.slope == pytest.approx(0.7, abs=3 * curve.slope_se)
    assert curve.slope_se < 0.1


def test_a_skill_that_few_answered_has_no_curve() -> None:
    course = generated_course(seed=0, students=20)
    assert (
        learning_curve(course.answers[course.answers["skill_id"] == "base"], SETTINGS) is None
    )


def test_discrimination_is_the_correlation_of_the_first_answer_with_the_rest() -> None:
    course = generated_course(seed=5, students=200)
    rows = course.answers[course.answers["content_id"].isin(["base.0", "builds-on-base.1"])]
    found = item_discrimination(rows, SETTINGS).set_index("content_id").loc["base.0"]
    usual = rows.groupby("content_id")["correct"].mean()
    pairs = [
        (
            own["correct"].iloc[0],
            (rest["correct"] - usual["builds-on-base.1"]).sum() / (len(rest) + 5),
        )
        for _, one in rows.groupby("student_id")
        for own, rest in [
            (one[one["content_id"] == "base.0"], one[one["content_id"] != "base.0"])
        ]
        if len(own) and len(rest)
    ]
    assert found["students"] == len(pairs)
    assert found["correlation"] == pytest.approx(np.corrcoef(np.array(pairs, float).T)[0, 1])


def test_benjamini_and_hochberg_as_in_their_paper() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert flagged(np.array([*p, np.nan]), SETTINGS).sum() == 4


def test_what_is_told_of_gaps_names_no_student() -> None:
    gaps = pd.DataFrame(
        {
            "student_id": ["s1", "s2", "s3"],
            "skill_id": "b",
            "requires_skill_id": ["a", "a", None],
            "verdict": ["gap", "gap", "not enough evidence"],
            "explained": [0.2, 0.4, None],
            "confidence": [0.5, 0.7, None],
            "path_minutes": [10.0, 30.0, None],
        }
    )
    assert tell_gaps(gaps, fewest=3)["common"] == []
    told = tell_gaps(gaps, fewest=2)
    assert told["common"] == [
        {
            "skill_id": "b",
            "requires_skill_id": "a",
            "students": 2,
            "explained": pytest.approx(0.3),
            "confidence": pytest.approx(0.6),
            "minutes": 20.0,
            "erring": 3,
        }
    ]
    assert "s1" not in str(told)
