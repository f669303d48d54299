"""Differential item functioning: by hand, against brute force, planted and pooled."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.governance.fairness_gaps import Cohort, Gap
from learnloop.governance.fairness_items import REMAINDER, item_gaps
from learnloop.governance.fairness_verdict import FairnessSettings

LOOSE = FairnessSettings(half_width=0.9, confidence=0.9, minimum_students=2, strata=2)


def gaps_of(
    table: pd.DataFrame, people: pd.DataFrame, settings: FairnessSettings
) -> tuple[list[Gap], dict[str, float | int]]:
    cohort = Cohort.of(table["student_id"], people)
    return item_gaps(table, cohort.place(table["student_id"]), cohort, settings)


def _hand_made() -> tuple[pd.DataFrame, pd.DataFrame]:
    """One item, two strata of 20; red knows it less often in the upper one."""
    upper_red, upper_blue = [1] * 4 + [0] * 4, [1] * 9 + [0] * 3
    lower_red, lower_blue = [1] * 1 + [0] * 3, [1] * 4 + [0] * 12
    correct = upper_red + upper_blue + lower_red + lower_blue
    team = ["red"] * 8 + ["blue"] * 12 + ["red"] * 4 + ["blue"] * 16
    names = [f"s{i:02d}" for i in range(40)]
    table = pd.DataFrame(
        {
            "student_id": names,
            "content_id": "i",
            "skill_id": "k",
            "correct": np.array(correct, dtype=bool),
            "probability": [0.9] * 20 + [0.2] * 20,
        }
    )
    return table, pd.DataFrame({"student_id": names, "team": team})


def test_std_p_dif_by_hand() -> None:
    gaps, coverage = gaps_of(*_hand_made(), LOOSE)
    red = next(gap for gap in gaps if gap.group == "red")
    # Upper: 4/8 - 9/12 = -.25 with 8 of 12 answers; lower: 1/4 - 4/16 = 0 with 4 of 12.
    assert red.gap == pytest.approx(-0.25 * 8 / 12)
    assert (red.unit, red.students, coverage["items_alone"]) == ("i", 12, 1)


def test_equal_share_correct_is_dif_when_ability_differs() -> None:
    """Both groups get half right, but red is the abler one: the item is against red."""
    names = [f"s{i:02d}" for i in range(40)]
    team = ["red"] * 15 + ["blue"] * 5 + ["red"] * 5 + ["blue"] * 15
    correct = [1] * 8 + [0] * 7 + [1] * 5 + [1] * 2 + [0] * 3 + [1] * 5 + [0] * 10
    table = pd.DataFrame(
        {
            "student_id": names,
            "content_id": "i",
            "skill_id": "k",
            "correct": np.array(correct, dtype=bool),
            "probability": [0.8] * 20 + [0.3] * 20,
        }
    )
    gaps, _ = gaps_of(table, pd.DataFrame({"student_id": names, "team": team}), LOOSE)
    red = next(gap for gap in gaps if gap.group == "red")
    # 15/20 * (8/15 - 1) + 5/20 * (2/5 - 1/3)
    assert red.gap == pytest.approx(15 / 20 * (8 / 15 - 1) + 5 / 20 * (2 / 5 - 1 / 3))


def test_standard_error_agrees_with_a_brute_force_bootstrap(made_up: Any) -> None:
    people = made_up.protected(600)
    table = made_up.answers(people, lost=0.2, items=1)
    settings = LOOSE.model_copy(update={"strata": 5})
    gaps, _ = gaps_of(table, people, settings)
    error = next(gap.error for gap in gaps if gap.group == "yes")
    rng = np.random.default_rng(6)
    layer = pd.qcut(table["probability"], 5, labels=False).to_numpy()
    yes = (people["disability"] == "yes").to_numpy()
    correct = table["correct"].to_numpy(float)
    found = []
    for _ in range(500):
        drawn = rng.integers(0, len(table), len(table))
        value = 0.0
        for stratum in range(5):
            inside = drawn[layer[drawn] == stratum]
            ours, theirs = inside[yes[inside]], inside[~yes[inside]]
            weight = len(ours) / yes[drawn].sum()
            value += weight * (correct[ours].mean() - correct[theirs].mean())
        found.append(value)
    assert error == pytest.approx(float(np.std(found)), rel=0.15)


def test_items_with_few_answers_are_pooled_and_all_answers_are_accounted_for(
    made_up: Any,
) -> None:
    people = made_up.protected(3000)
    table = made_up.answers(people, items=4)
    rare = table["content_id"].isin(["i2", "i3"]) & (np.arange(len(table)) // 4 % 6 > 0)
    gaps, coverage = gaps_of(table.loc[~rare], people, FairnessSettings())
    assert {gap.unit for gap in gaps} in ({"i0", "i1", "k1"}, {"i0", "i1", REMAINDER})
    assert coverage["items_alone"] == 2
    shares = [coverage[f"answers_{level}"] for level in ("item", "skill", "remainder")]
    assert sum(shares) == pytest.approx(1)


def test_no_interval_of_a_single_item_is_too_wide_to_pass(made_up: Any) -> None:
    people = made_up.protected(3000)
    gaps, _ = gaps_of(made_up.answers(people, items=4), people, FairnessSettings())
    assert gaps
    assert all(math.isfinite(gap.error) for gap in gaps)


def test_without_protected_attributes_there_are_no_gaps(made_up: Any) -> None:
    people = made_up.protected(10)
    gaps, coverage = gaps_of(made_up.answers(people), people.iloc[:0], FairnessSettings())
    assert gaps == []
    assert coverage["items_alone"] == 0
