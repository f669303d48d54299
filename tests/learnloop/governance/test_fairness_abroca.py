"""ABROCA by hand and by scikit-learn's curves; its test holds its level and has power."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, kstest
from sklearn.metrics import roc_auc_score, roc_curve

from learnloop.governance.fairness_abroca import abroca, abroca_tests, holm
from learnloop.governance.fairness_gaps import Cohort
from learnloop.governance.fairness_verdict import FairnessSettings

SETTINGS = FairnessSettings(permutations=99)


def ranking(group: str, rest: str) -> tuple[Any, Any, Any]:
    """Rows of two rankings, best first: `PN` is a positive above a negative, `(PN)` a tie."""
    rows = []
    for inside, letters in ((True, group), (False, rest)):
        tied, score = False, 1.0
        for letter in letters:
            tied = letter == "(" or (tied and letter != ")")
            if letter in "PN":
                rows.append((letter == "P", score, inside))
            score -= 0 if tied else 0.01
    label, score_of, member = zip(*rows, strict=True)
    return np.array(label), np.array(score_of), np.array(member)


@pytest.mark.parametrize(
    ("group", "rest", "expected"),
    [
        ("PN", "PN", 0.0),
        ("PN", "NP", 1.0),
        # .5 to the left of FPR .5 and −.5 to its right: the AUCs are equal.
        ("PNNP", "NPPN", 0.5),
        # A diagonal against a step at .5: two triangles.
        ("(PN)", "NPPN", 0.25),
        # A diagonal against TPR .5: they cross where neither has a corner.
        ("(PN)", "PNNP", 0.25),
        # TPR (1 + FPR) / 2 against FPR: half a unit at 0, nothing at 1.
        ("P(PN)", "(PN)", 0.25),
    ],
)
def test_areas_worked_out_by_hand(group: str, rest: str, expected: float) -> None:
    assert abroca(*ranking(group, rest)) == pytest.approx(expected)
    assert abroca(*ranking(rest, group)) == pytest.approx(expected)


def test_crossing_curves_have_an_area_and_equal_aucs() -> None:
    label, score, inside = ranking("PNNP", "NPPN")
    assert roc_auc_score(label[inside], score[inside]) == 0.5
    assert roc_auc_score(label[~inside], score[~inside]) == 0.5
    assert abroca(label, score, inside) == pytest.approx(0.5)


@pytest.mark.parametrize("decimals", [1, 2, 9])
def test_it_is_the_area_between_scikit_learns_curves(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    inside = rng.random(700) < 0.2
    label = rng.random(700) < 0.3
    score = (rng.normal(size=700) + label * (1 - 0.6 * inside)).round(decimals)
    grid = (np.arange(400_000) + 0.5) / 400_000
    curves = [
        np.interp(grid, *roc_curve(label[side], score[side], drop_intermediate=False)[:2])
        for side in (inside, ~inside)
    ]
    expected = np.abs(curves[0] - curves[1]).mean()
    assert abroca(label, score, inside) == pytest.approx(expected, abs=1e-5)


def test_without_both_classes_there_is_no_area() -> None:
    assert np.isnan(abroca(*ranking("PP", "PN")))


def classroom(
    seed: int,
    students: int = 240,
    worse: float = 0.0,
    answers: int = 6,
    by_student: float = 1.5,
    **groups: Any,
) -> tuple[Any, Any, Any, Cohort]:
    """Answers whose predictions are wrong by student: the unit is not the row.

    In the group `a` of `pair` students give some `answers`, others 6, and a share
    `worse` of its predictions is noise.
    """
    rng = np.random.default_rng(seed)
    names = [f"s{i:04d}" for i in range(students)]
    pair = rng.choice(["a", "b"], students, p=[0.3, 0.7])
    people = pd.DataFrame({"student_id": names, "pair": pair, **groups})
    counts = rng.poisson(np.where(pair == "a", answers, 6)) + 1
    student = np.repeat(np.arange(students), counts)
    ability = rng.normal(size=students)[student] + rng.normal(size=len(student))
    label = rng.random(len(student)) < 1 / (1 + np.exp(-2 * ability))
    score = ability + by_student * rng.normal(size=students)[student]
    noise = (pair[student] == "a") & (rng.random(len(student)) < worse)
    score = np.where(noise, rng.normal(size=len(student)), score)
    return label, score, student, Cohort.of(people["student_id"], people)


def p_of(seed: int, **planted: Any) -> float:
    found = abroca_tests(*classroom(seed, **planted), SETTINGS)
    return float(found["attributes"]["pair"]["a"]["p"])


@pytest.mark.parametrize(
    "alike", [{}, {"answers": 2, "by_student": 0.0}], ids=["students", "few answers"]
)
def test_without_a_difference_p_is_uniform(alike: dict[str, float]) -> None:
    """Dealing rows, not students, and students whatever their rows, fails one of these each."""
    values = np.array([p_of(seed, **alike) for seed in range(100)])
    assert kstest(values, "uniform").pvalue > 0.01
    assert binomtest(int((values <= 0.05).sum()), len(values), 0.05).pvalue > 0.01


def test_a_planted_difference_is_found() -> None:
    assert [p_of(seed, students=800, worse=0.8) for seed in range(5)] == [0.01] * 5


def test_the_student_is_the_unit() -> None:
    """Twice as many rows of the same students say nothing new."""
    label, score, student, cohort = classroom(3)
    once = abroca_tests(label, score, student, cohort, SETTINGS)
    twice = abroca_tests(
        np.tile(label, 2), np.tile(score, 2), np.tile(student, 2), cohort, SETTINGS
    )
    assert json.dumps(once) == json.dumps(twice)


def test_a_small_group_is_far_from_zero_by_chance_alone() -> None:
    label, score, student, cohort = classroom(4, students=600)
    size = np.where(np.arange(600) < 60, "few", np.where(np.arange(600) < 300, "some", "many"))
    people = pd.DataFrame({"student_id": cohort.students, "size": size})
    found = abroca_tests(
        label, score, student, Cohort.of(people["student_id"], people), SETTINGS
    )
    expected = {group: row["expected"] for group, row in found["attributes"]["size"].items()}
    assert expected["few"] > 1.5 * expected["some"] > 0
    assert all(row["value"] > 0 for row in found["attributes"]["size"].values())


def test_two_groups_are_one_comparison_and_three_are_three() -> None:
    third = np.random.default_rng(0).choice(["x", "y", "z"], 240)
    found = abroca_tests(*classroom(5, third=third), SETTINGS)
    assert found["comparisons"] == 4
    assert found["attributes"]["pair"]["a"] == found["attributes"]["pair"]["b"]
    values = [found["attributes"]["pair"]["a"], *found["attributes"]["third"].values()]
    assert [row["p_holm"] for row in values] == holm([row["p"] for row in values])


def test_a_group_too_small_to_compare_is_null() -> None:
    rare = np.where(np.arange(240) < 10, "rare", np.where(np.arange(240) < 100, "x", "y"))
    found = abroca_tests(*classroom(6, rare=rare), SETTINGS)
    assert found["attributes"]["rare"]["rare"] is None
    assert found["attributes"]["rare"]["x"] is not None
    assert found["comparisons"] == 3


def test_no_draws_leave_it_out() -> None:
    assert abroca_tests(*classroom(7), FairnessSettings(permutations=0)) == {}


def test_holm_by_hand() -> None:
    """Smallest first: 4 × .01, 3 × .02, 2 × .025 raised to what came before, 1 × .9."""
    assert holm([0.025, 0.01, 0.9, 0.02]) == pytest.approx([0.06, 0.04, 0.9, 0.06])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []
