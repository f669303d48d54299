"""The enrolment trigger beyond what every model promises."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from sklearn.metrics import roc_auc_score

from learnloop.errors import ModelError
from learnloop.intervene import EnrolmentTrigger, MitigationSettings, TriggerSettings
from learnloop.intervene.enrolment_evaluation import (
    for_the_card,
    judge,
    later_scores,
    out_of_fold_scores,
)
from learnloop.intervene.enrolment_signals import (
    COLUMNS,
    CURVES,
    NAMES,
    design,
    of_modules,
    owners,
)
from learnloop.intervene.schema import EnrolmentExamples, EnrolmentScores

from ..models.toys_enrolments import class_days  # noqa: TID252 (one class for both)

SETTINGS = TriggerSettings(alert_budget=0.25, strengths=(0.03,), folds=3)


@pytest.fixture(scope="module")
def examples() -> pd.DataFrame:
    return class_days(240)


@pytest.fixture(scope="module")
def trigger(examples: pd.DataFrame) -> EnrolmentTrigger:
    return EnrolmentTrigger(SETTINGS).fit(examples)


def test_no_protected_attribute_nor_its_stand_in_is_looked_at() -> None:
    words = ("gender", "disab", "depriv", "imd", "age_band", "region")
    assert not [name for name in COLUMNS for word in words if word in name]


def test_a_curve_bends_at_its_knots_and_stops_at_its_ends() -> None:
    credits = next(curve for curve in CURVES if curve.name == "studied_credits")
    assert (credits.span, credits.knots) == ((30, 240), (60, 90, 120))
    values = pd.DataFrame({"studied_credits": [10.0, 100.0, 500.0, np.nan]})
    expected = [[30, 0, 0, 0], [100, 40, 10, 0], [240, 180, 150, 120], [np.nan] * 4]
    np.testing.assert_array_equal(credits.columns(values, np.zeros((4, 7))), expected)


def test_a_slope_of_a_module_is_zero_elsewhere_and_no_score_has_a_column() -> None:
    scores = next(curve for curve in CURVES if curve.name == "score_beside_class")
    member = np.eye(7)[[0, 6, 0]]
    columns = scores.columns(pd.DataFrame({"score_beside_class": [1.5, -1.0, np.nan]}), member)
    own = columns[:, -7:]
    np.testing.assert_array_equal(own[:, 0], [1.5, 0, np.nan])
    np.testing.assert_array_equal(own[:, 6], [0, -1.0, np.nan])
    assert columns[:, len(scores.knots) + 1].tolist() == [0, 0, 1]


def test_every_column_has_an_owner(examples: pd.DataFrame) -> None:
    width = design(examples).shape[1]
    assert len(owners()) == len(of_modules()) == width
    assert set(owners()) == set(range(len(NAMES)))
    # Seven modules and as many months of them; seven slopes for each curve that has them.
    slopes = sum(curve.by_module for curve in CURVES)
    assert of_modules().sum() == 7 * (2 + slopes)


def test_it_finds_who_is_behind(trigger: EnrolmentTrigger, examples: pd.DataFrame) -> None:
    test = examples[examples["split"] == "test"]
    behind = test["missing_weight"] > 0
    risk = trigger.predict(test)["risk"]
    assert roc_auc_score(behind, risk) > 0.9
    assert abs(risk.mean() - 0.5) < 0.1


def test_rows_that_are_not_for_training_teach_nothing(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    kept_out = examples["split"] == "test"
    turned = examples.assign(label=examples["label"] ^ kept_out)
    turned.loc[kept_out & (examples["day"] == 28), "split"] = "reference"
    again = EnrolmentTrigger(SETTINGS).fit(turned)
    pd.testing.assert_frame_equal(
        again.predict(examples), trigger.predict(examples), check_exact=True
    )


def test_each_day_is_learned_from_its_own_rows(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    alone = EnrolmentTrigger(SETTINGS).fit(examples[examples["day"] == 56])
    rows = examples[examples["day"] == 56]
    pd.testing.assert_frame_equal(alone.predict(rows), trigger.predict(rows), check_exact=True)
    with pytest.raises(ModelError, match="fitted for day 56, not for day 28"):
        alone.predict(examples)


def test_the_budget_of_alerts_is_kept_for_students_it_has_not_seen(
    trigger: EnrolmentTrigger,
) -> None:
    flagged = trigger.predict(class_days(600, seed=4))["flagged"]
    assert flagged.mean() == pytest.approx(0.25, abs=0.06)


def test_the_reasons_add_up_to_the_risk(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    rows = examples[examples["day"] == 28].head(30).copy()
    rows.iloc[5:15, rows.columns.get_indexer(["days_ahead", "least_days_ahead"])] = np.nan
    rows.iloc[10:20, rows.columns.get_indexer(["education", "missing_weight"])] = np.nan
    total = trigger.explain(rows).groupby("row")["contribution"].sum().loc[rows.index]
    # From the same usual student for all rows.
    away = logit(trigger.predict(rows)["risk"]) - total
    np.testing.assert_allclose(away, away.iloc[0], atol=1e-9)


def test_rows_are_answered_by_their_place_whatever_their_index(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    asked = examples.head(6)
    twice = asked.set_axis(["a", "b", "a", "c", "b", "a"])
    risk = trigger.predict(asked)["risk"].tolist()
    assert trigger.predict(twice).index.tolist() == twice.index.tolist()
    assert trigger.predict(twice)["risk"].tolist() == risk
    assert trigger.predict_baseline(twice).tolist() == trigger.predict_baseline(asked).tolist()
    assert (
        trigger.explain(twice)["reason"].tolist() == trigger.explain(asked)["reason"].tolist()
    )


def test_nobody_has_no_risk_and_no_reason(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    nobody = examples.head(0)
    assert trigger.predict(nobody).columns.tolist() == ["risk", "flagged", "confidence"]
    assert trigger.predict(nobody).empty
    assert trigger.predict_baseline(nobody).shape == (0,)
    assert trigger.explain(nobody).columns.tolist() == ["row", "reason", "contribution"]
    assert trigger.explain(nobody).empty


def test_a_reason_says_what_is_usual(trigger: EnrolmentTrigger, examples: pd.DataFrame) -> None:
    row = examples[(examples["day"] == 28) & examples["score_beside_class"].isna()].head(1)
    row = row.assign(days_ahead=-6.0, module="AAA", presentation="2013J")
    reasons = trigger.explain(row)["reason"]
    usual = examples.loc[
        (examples["split"] == "train") & (examples["day"] == 28), "days_ahead"
    ].mean()
    assert f"hands in late, in days ahead of time (-6, usually {usual:.3g})" in set(reasons)
    assert "no score yet" in set(reasons)
    assert "module AAA in 2013J" in set(reasons)


def test_a_module_that_nobody_knows_has_a_risk(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    known = trigger.predict(examples)["risk"]
    other = trigger.predict(examples.assign(module="ZZZ"))["risk"]
    assert other.between(0, 1).all()
    assert np.corrcoef(known, other)[0, 1] > 0.9


@pytest.fixture
def groups(examples: pd.DataFrame) -> pd.Series:
    students = examples["student_id"].unique()
    return pd.Series(np.where(np.arange(len(students)) % 2, "a", "b"), students)


def test_groups_reach_the_fit_of_each_day_for_mitigation(
    trigger: EnrolmentTrigger, examples: pd.DataFrame, groups: pd.Series
) -> None:
    """The records of one group are wrong on one of the two days."""
    rules = MitigationSettings(
        constraint="true_positive_rate",
        difference_bound=0.001,
        auc_loss=0.2,
        minimum_students=5,
    )
    settings = SETTINGS.model_copy(update={"mitigation": rules})
    # Who is of group a, and behind on day 28, does not look it.
    member = examples["student_id"].map(groups)
    hidden = (member == "a") & (examples["day"] == 28) & (examples["missing_weight"] > 0)
    biased = examples.assign(
        missing_weight=examples["missing_weight"].where(~hidden, 0.0),
        days_ahead=examples["days_ahead"].where(~hidden, 3.0),
    )
    mitigated = EnrolmentTrigger(settings).fit(biased, groups)
    assert not any(done.steps for done in trigger.mitigation.values())
    steps = {day: done.steps for day, done in mitigated.mitigation.items()}
    assert set(steps) == {28, 56}
    assert steps[28][0].violation > steps[56][0].violation + 0.1
    assert mitigated.mitigation[28].share > 0


def test_mitigation_takes_both_rules_and_the_group_of_every_student(
    examples: pd.DataFrame, groups: pd.Series
) -> None:
    with pytest.raises(ModelError, match=r"[Mm]itigation.* groups"):
        EnrolmentTrigger(SETTINGS).fit(examples, groups)
    with pytest.raises(ModelError, match="Mitigation needs the group"):
        EnrolmentTrigger(SETTINGS).fit(examples, groups.iloc[1:])


def test_scores_out_of_fold_do_not_know_the_labels_of_their_own_fold(
    examples: pd.DataFrame,
) -> None:
    scored = out_of_fold_scores(examples, SETTINGS, [0, 1])
    EnrolmentExamples.validate(examples)
    EnrolmentScores.validate(scored[list(EnrolmentScores.to_schema().columns)])
    own = examples["fold"] == 0
    turned = examples.assign(label=examples["label"] ^ own)
    again = out_of_fold_scores(turned, SETTINGS, [0, 1])
    fold = scored["student_id"].map(
        examples.drop_duplicates("student_id").set_index("student_id")["fold"]
    )
    assert scored.loc[fold == 0, "risk"].tolist() == again.loc[fold == 0, "risk"].tolist()
    assert scored.loc[fold == 1, "risk"].tolist() != again.loc[fold == 1, "risk"].tolist()


def test_scores_of_the_later_year_are_of_the_test_presentation(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    test = examples[examples["split"] == "test"]
    scored = later_scores(trigger, examples)
    assert scored["student_id"].tolist() == test["student_id"].tolist()
    with pytest.raises(ModelError, match="nobody to judge"):
        later_scores(trigger, examples[examples["split"] == "train"])


def test_what_is_judged_is_what_scikit_learn_says(
    trigger: EnrolmentTrigger, examples: pd.DataFrame
) -> None:
    scored = later_scores(trigger, examples)
    by_day = dict(list(scored.groupby("day")))
    judged = {day: judge(rows, 0.25) for day, rows in by_day.items()}
    for day, rows in by_day.items():
        found = judged[day]["scores"]["auc"]
        assert found["value"] == pytest.approx(roc_auc_score(rows["label"], rows["risk"]))
        assert found["low"] < found["value"] < found["high"]
        mark_book = judged[day]["baselines"]["mark_book"]["auc"]["value"]
        expected = roc_auc_score(rows["label"], rows["baseline_risk"])
        assert mark_book == pytest.approx(expected)
    card = for_the_card(judged, 0.25)
    assert card["headline"] == "auc_day_56"
    assert card["scores"]["auc_day_28"] == judged[28]["scores"]["auc"]
    assert (
        card["baselines"]["mark_book"]["auc_day_56"]
        == (judged[56]["baselines"]["mark_book"]["auc"])
    )
