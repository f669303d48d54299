"""A bias is planted by scoring its group anew: the rest must be as in a full simulation."""

from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pytest

from benchmarks.audits import fairness, members
from benchmarks.audits.project import plain, read_settings
from benchmarks.audits.scoring import Term, score
from learnloop.governance.fairness import audit_models
from learnloop.simulation import Campus, CampusSettings, Cohort

SIZE = CampusSettings(
    students=120, audit_students=150, reference_students=0, weeks=6, seed=3, block_students=40
)


@pytest.fixture(scope="module")
def world() -> fairness.World:
    settings: dict[str, Any] = read_settings()
    settings["mastery"] |= {"epochs": 1, "folds": 2, "difficulty_folds": 2}
    settings["recommender"]["log"]["training_snapshots"] = 1
    return fairness.World(SIZE, settings)


def by_row(scores: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in ("student_id", "as_of", "rank", "content_id") if name in scores]
    return scores.sort_values([*keys, *scores.columns.difference(keys)], ignore_index=True)


def test_members_are_as_in_the_whole_campus() -> None:
    bias = fairness.Condition("labels", "ethnicity", 1.0).bias
    campus = Campus(SIZE.model_copy(update={"bias": bias}))
    people = members.everybody(campus, Cohort.AUDIT)
    group = members.play(campus, members.choose(people, people.disadvantaged))
    blocks = [plain(block.events) for block in campus.blocks() if block.cohort is Cohort.AUDIT]
    roster = campus.roster.protected
    asian = roster.loc[roster["ethnicity"] == "asian", "student_id"]
    whole = pd.concat([block.to_pandas() for block in blocks], ignore_index=True)
    wanted = whole[whole["student_id"].isin(asian)]
    assert len(wanted) > 500
    pd.testing.assert_frame_equal(
        group.to_pandas().sort_values("event_id", ignore_index=True),
        wanted.sort_values("event_id", ignore_index=True),
    )


def test_spliced_scores_are_those_of_the_whole_campus(world: fairness.World) -> None:
    bias = fairness.Condition("labels", "gender", 1.0).bias
    assert bias is not None
    spliced = world.scores_with(bias)
    campus = Campus(SIZE.model_copy(update={"bias": bias}))
    rolls = world.rolls
    events = rolls.log(members.play(campus, members.everybody(campus, Cohort.AUDIT)))
    whole = score(rolls, world.models, Term.of(rolls, events, "audit"), events)
    for name, table in whole.items():
        pd.testing.assert_frame_equal(by_row(spliced[name]), by_row(table), check_exact=False)
    changed = [not by_row(world.scores[name]).equals(by_row(t)) for name, t in whole.items()]
    assert all(changed)


def test_nothing_is_reused_when_refitted(world: fairness.World) -> None:
    bias = fairness.Condition("labels", "gender", 1.0).bias
    assert bias is not None
    refitted = world.scores_refitted(bias)["mastery_predictor"]
    spliced = world.scores_with(bias)["mastery_predictor"]
    assert (by_row(refitted)["correct"] == by_row(spliced)["correct"]).all()
    assert (by_row(refitted)["probability"] != by_row(spliced)["probability"]).any()


def test_what_is_kept_is_what_the_whole_audit_says(world: fairness.World) -> None:
    """The measurement leaves tables out of the audit; verdicts and gaps must not change."""
    condition = fairness.Condition("labels", "gender", 1.0)
    kept = world.measure(condition)
    assert condition.bias is not None
    whole = audit_models(world.scores_with(condition.bias), world.rolls.protected, world.limits)
    for name, audit in whole.items():
        assert kept[name]["verdict"] == audit["verdict"]
        assert kept[name]["comparisons"] == audit["comparisons"]
        gaps = {
            (g["metric"], round(g["gap"], 5), round(g["half_width"], 5))
            for g in audit["gaps"]
            if (g["attribute"], g["group"]) == ("gender", condition.group)
            and g["half_width"] is not None
        }
        found = kept[name]["gaps"]["gender"]
        assert {(metric, *numbers) for metric, numbers in found.items()} == gaps
    assert kept["mastery_predictor"]["abroca"] == []
    unbiased = world.measure(fairness.Condition())["mastery_predictor"]["abroca"]
    assert unbiased
    assert all(1 / 500 <= p <= 1 for p in unbiased)


def test_a_label_bias_of_full_strength_flips_three_answers_in_ten() -> None:
    plant = fairness.Condition("labels", "disability", 1.0)
    assert plant.bias is not None
    assert plant.bias.group == "yes"
    recorded = []
    for bias in (None, plant.bias):
        campus = Campus(SIZE.model_copy(update={"bias": bias}))
        people = members.everybody(campus, Cohort.AUDIT)
        events = members.play(
            campus, members.choose(people, people.groups["disability"] == "yes")
        )
        answers = events.filter(pc.is_valid(events["correct"])).sort_by("event_id")
        recorded.append(answers["correct"].to_pandas())
    share = (recorded[0] != recorded[1]).mean()
    assert share == pytest.approx(0.3, abs=4 * (0.3 * 0.7 / len(recorded[0])) ** 0.5)


def test_lists_lose_questions_of_the_group_alone() -> None:
    """Half of 1,999 questions, to within four standard deviations."""
    lists = pd.DataFrame(
        {"student_id": ["a", "b"] * 2_000, "type": ["assessment"] * 3_998 + ["text"] * 2}
    )
    none, half, every = (
        fairness.withhold(lists, pd.Series(["a"]), share)["type"] for share in (0.0, 0.5, 1.0)
    )
    ours = lists["student_id"] == "a"
    assert none.equals(lists["type"])
    assert (every[ours & (lists["type"] == "assessment")] == "video").all()
    assert every[~ours].equals(lists.loc[~ours, "type"])
    assert (every == "text").sum() == 2
    assert abs((half == "video").sum() - 999.5) < 4 * (1_999 * 0.25) ** 0.5
    assert (every[half == "video"] == "video").all()
