"""Differential item functioning: by hand, against brute force, planted and pooled."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.governance.fairness import audit_difficulty
from learnloop.governance.fairness_gaps import Cohort
from learnloop.governance.fairness_items import REMAINDER, ItemGaps, item_gaps
from learnloop.governance.fairness_verdict import FairnessSettings

LOOSE = FairnessSettings(half_width=0.9, confidence=0.9, minimum_students=2, strata=2)


def gaps_of(table: pd.DataFrame, people: pd.DataFrame, settings: FairnessSettings) -> ItemGaps:
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
    found = gaps_of(*_hand_made(), LOOSE)
    red = next(gap for gap in found.judged if gap.group == "red")
    # Upper: 4/8 - 9/12 = -.25 with 8 of 12 answers; lower: 1/4 - 4/16 = 0 with 4 of 12.
    assert red.gap == pytest.approx(-0.25 * 8 / 12)
    assert (red.unit, red.students, found.coverage["items_alone"]) == ("i", 12, 1)


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
    found = gaps_of(table, pd.DataFrame({"student_id": names, "team": team}), LOOSE)
    red = next(gap for gap in found.judged if gap.group == "red")
    # 15/20 * (8/15 - 1) + 5/20 * (2/5 - 1/3)
    assert red.gap == pytest.approx(15 / 20 * (8 / 15 - 1) + 5 / 20 * (2 / 5 - 1 / 3))


def test_standard_error_agrees_with_a_brute_force_bootstrap(made_up: Any) -> None:
    people = made_up.protected(600)
    table = made_up.answers(people, lost=0.2, items=1)
    settings = LOOSE.model_copy(update={"strata": 5})
    judged = gaps_of(table, people, settings).judged
    error = next(gap.error for gap in judged if gap.group == "yes")
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
    found = gaps_of(table.loc[~rare], people, FairnessSettings())
    coverage = found.coverage
    assert {gap.unit for gap in found.judged} in ({"i0", "i1", "k1"}, {"i0", "i1", REMAINDER})
    assert (coverage["items_alone"], coverage["items_pooled"]) == (2, 2)
    assert {gap.unit for gap in found.alone} == {"i2", "i3"}
    shares = [coverage[f"answers_{level}"] for level in ("item", "skill", "remainder")]
    assert sum(shares) == pytest.approx(1)


def test_no_interval_of_a_single_item_is_too_wide_to_pass(made_up: Any) -> None:
    people = made_up.protected(3000)
    found = gaps_of(made_up.answers(people, items=4), people, FairnessSettings())
    assert found.judged
    assert all(math.isfinite(gap.error) for gap in found.judged)


def _one_item_in_twenty(seed: int, unfair: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """500 students, a fifth female; of 20 items of one skill i00 may be against them."""
    rng = np.random.default_rng(seed)
    names = [f"s{i:03d}" for i in range(500)]
    female = np.arange(500) % 5 == 0
    table = pd.DataFrame(
        {
            "student_id": np.repeat(names, 20),
            "split": "audit",
            "content_id": np.tile([f"i{k:02d}" for k in range(20)], 500),
            "skill_id": "k",
            "probability": 0.5,
        }
    )
    chance = np.full(len(table), 0.5)
    if unfair:
        at_i00 = (table["content_id"] == "i00").to_numpy()
        chance[at_i00] = np.where(female, 0.1, 0.7)
    table["correct"] = rng.random(len(table)) < chance
    people = pd.DataFrame({"student_id": names, "gender": np.where(female, "f", "m")})
    return table, people


def test_an_item_that_surely_fails_is_not_hidden_in_the_pool_of_its_skill() -> None:
    audit = audit_difficulty(*_one_item_in_twenty(0, unfair=True), FairnessSettings())
    assert audit["reported"]["coverage"]["items_alone"] == 0
    assert (audit["verdict"], audit["worst"]["unit"]) == ("fail", "i00")
    assert audit["worst"]["high"] < -0.1
    assert "i00" in {gap["unit"] for gap in audit["gaps"]}
    # Twenty items and their pool, two groups each.
    assert audit["comparisons"] == 42


@pytest.mark.parametrize("seed", range(5))
def test_items_of_few_answers_pass_by_their_pool(seed: int) -> None:
    audit = audit_difficulty(*_one_item_in_twenty(seed, unfair=False), FairnessSettings())
    assert audit["verdict"] == "pass"
    assert {gap["unit"] for gap in audit["gaps"]} == {"k"}


def test_an_item_is_not_judged_against_a_handful_of_others() -> None:
    table, people = _one_item_in_twenty(0, unfair=True)
    few = people.loc[people["gender"] == "f"].iloc[:49]
    some = pd.concat([few, people.loc[people["gender"] == "m"]])
    found = gaps_of(
        table.loc[table["student_id"].isin(some["student_id"])], people, FairnessSettings()
    )
    assert found.alone == []


def test_without_protected_attributes_there_are_no_gaps(made_up: Any) -> None:
    people = made_up.protected(10)
    found = gaps_of(made_up.answers(people), people.iloc[:0], FairnessSettings())
    assert (found.judged, found.alone) == ([], [])
    assert found.coverage["items_alone"] == 0
