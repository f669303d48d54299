"""The four audits: planted bias is found and named, its absence passes."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import roc_auc_score

from learnloop.governance.fairness import AUDITS, audit_intervention, audit_models
from learnloop.governance.fairness_verdict import FairnessSettings

SETTINGS = FairnessSettings(draws=100, permutations=19)
KEYS = {"verdict", "value", "limit", "reason", "worst", "smallest_detectable", "attributes"}


def tables(made_up: Any, people: pd.DataFrame, bias: float) -> dict[str, pd.DataFrame]:
    answers = made_up.answers(people, lost=bias, items=1)
    return {
        "mastery_predictor": answers,
        "difficulty_estimator": answers,
        "content_recommender": made_up.slots(people, poorer=bias),
        "intervention_trigger": made_up.flags(people, missed=bias),
    }


@pytest.mark.parametrize("model", AUDITS)
def test_a_planted_bias_fails_and_is_named(made_up: Any, model: str) -> None:
    people = made_up.protected(4000)
    audit = AUDITS[model](tables(made_up, people, 0.4)[model], people, SETTINGS)
    assert audit["verdict"] == "fail"
    assert (audit["worst"]["attribute"], audit["worst"]["group"]) == ("disability", "yes")
    assert "disability = yes" in audit["reason"]


@pytest.mark.parametrize("model", AUDITS)
def test_without_bias_every_audit_passes(made_up: Any, model: str) -> None:
    people = made_up.protected(4000)
    audit = AUDITS[model](tables(made_up, people, 0)[model], people, SETTINGS)
    assert audit["verdict"] == "pass", audit["reason"]
    assert 0.1 < audit["smallest_detectable"] < 0.3


@pytest.mark.parametrize("model", AUDITS)
def test_few_students_are_not_enough_data(made_up: Any, model: str) -> None:
    people = made_up.protected(150)
    audit = AUDITS[model](tables(made_up, people, 0)[model], people, SETTINGS)
    assert audit["verdict"] == "not_enough_data"


@pytest.mark.parametrize("model", AUDITS)
def test_without_protected_attributes_an_audit_says_what_to_supply(
    made_up: Any, model: str
) -> None:
    people = made_up.protected(20)
    audit = AUDITS[model](tables(made_up, people, 0)[model], people.iloc[:0], SETTINGS)
    assert audit["verdict"] == "not_enough_data"
    assert "protected attributes" in audit["reason"]


def test_students_in_training_are_not_audited(made_up: Any) -> None:
    people = made_up.protected(200)
    flags = made_up.flags(people)
    trained = flags["student_id"] < "s00100"
    mixed = flags.assign(split=np.where(trained, "train", "test"))
    assert audit_intervention(mixed, people, SETTINGS)["students"] == 100


def test_the_report_is_plain_json_by_registered_name(made_up: Any) -> None:
    people = made_up.protected(150)
    report = audit_models(tables(made_up, people, 0), people, SETTINGS)
    assert set(report) == set(AUDITS)
    assert all(set(audit) >= KEYS for audit in report.values())
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_figures_of_groups_are_fairlearns_over_all_rows(made_up: Any) -> None:
    people = made_up.protected(2000)
    flags = made_up.flags(people, missed=0.3)
    audit = audit_intervention(flags, people, FairnessSettings(minimum_students=10))
    groups = flags[["student_id"]].merge(people, on="student_id")
    expected = MetricFrame(
        metrics={
            "selection_rate": selection_rate,
            "tpr": true_positive_rate,
            "fpr": false_positive_rate,
        },
        y_true=flags["label"],
        y_pred=flags["flagged"],
        sensitive_features=groups[["gender", "disability"]],
    ).by_group
    found = audit["intersections"]["gender × disability"]
    assert len(found) == len(expected)
    for (gender, disability), row in expected.iterrows():
        for metric, value in row.items():
            assert found[f"{gender} × {disability}"][metric] == pytest.approx(value)
    yes = (groups["disability"] == "yes").to_numpy()
    area = roc_auc_score(flags.loc[yes, "label"], flags.loc[yes, "risk"])
    assert audit["attributes"]["disability"]["yes"]["auc"] == pytest.approx(area)


def test_parity_differences_are_fairlearns_and_lie_in_their_intervals(made_up: Any) -> None:
    people = made_up.protected(2000)
    flags = made_up.flags(people, missed=0.3)
    reported = audit_intervention(flags, people, SETTINGS)["reported"]["parity"]["disability"]
    disability = flags[["student_id"]].merge(people, on="student_id")["disability"]
    for name, function in (
        ("demographic_parity_difference", demographic_parity_difference),
        ("equalized_odds_difference", equalized_odds_difference),
    ):
        expected = function(flags["label"], flags["flagged"], sensitive_features=disability)
        assert reported[name]["value"] == pytest.approx(expected)
        assert reported[name]["low"] < expected < reported[name]["high"]


def test_a_small_intersection_shows_its_size_alone(made_up: Any) -> None:
    people = made_up.protected(300)
    audit = audit_intervention(made_up.flags(people), people, SETTINGS)
    small = audit["intersections"]["gender × disability"]["nonbinary × yes"]
    assert 0 < small["students"] < SETTINGS.minimum_students
    assert small["tpr"] is None


def test_the_order_of_rows_changes_nothing(made_up: Any) -> None:
    people = made_up.protected(300)
    flags = made_up.flags(people)
    shuffled = flags.sample(frac=1, random_state=0)
    first = audit_intervention(flags, people, SETTINGS)
    again = audit_intervention(shuffled, people.iloc[::-1], SETTINGS)
    assert again["verdict"] == first["verdict"]
    assert again["value"] == pytest.approx(first["value"])
    assert again["reported"] == first["reported"]
