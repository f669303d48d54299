import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import ModelError
from learnloop.intervene import (
    InterventionTrigger,
    StruggleSettings,
    TriggerSettings,
    join_examples,
    label_struggle,
)
from learnloop.intervene.signals import COLUMNS

SETTINGS = TriggerSettings(alert_budget=0.1, strengths=(0.03, 0.3))
STRUGGLE = StruggleSettings(horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4)


@pytest.fixture
def examples(activity: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    labels = label_struggle(activity, STRUGGLE)
    return join_examples(features, activity).merge(labels, on=["student_id", "as_of"])


@pytest.fixture
def trigger(examples: pd.DataFrame) -> InterventionTrigger:
    return InterventionTrigger(SETTINGS).fit(examples)


def test_history_of_an_example_ends_with_its_own_week(
    activity: pd.DataFrame, features: pd.DataFrame
) -> None:
    joined = join_examples(features, activity)
    third = joined.query("student_id == 's07' and week == 3").iloc[0]
    own = activity.query("student_id == 's07'")["learning_events"].tolist()
    assert third["weekly_events"].tolist() == own[:3]


def test_mastery_of_a_week_earlier_is_null_in_the_first_week(
    activity: pd.DataFrame, features: pd.DataFrame
) -> None:
    joined = join_examples(features, activity).query("student_id == 's07'")
    assert joined["student_mastery_scores_before"].isna().tolist() == [True] + [False] * 7
    second = joined.iloc[1]
    assert second["student_mastery_scores_before"] is joined.iloc[0]["student_mastery_scores"]


def test_a_fading_student_is_more_at_risk_than_a_steady_one(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    risk = trigger.predict(examples)["risk"]
    fading = examples["student_id"].str[1:].astype(int) % 3 == 0
    fifth = examples["week"] == 5
    assert risk[fading & fifth].min() > risk[~fading & fifth].max()


def test_fewer_events_last_week_never_lower_the_risk(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    one = examples.query("student_id == 's07' and week == 5")
    quiet = one.copy()
    faded = one["weekly_events"].item() * [1, 1, 1, 1, 0.1]
    quiet["weekly_events"] = pd.Series([faded], index=one.index, dtype=object)
    assert trigger.predict(quiet)["risk"].item() > trigger.predict(one)["risk"].item()


def test_about_the_alert_budget_is_flagged_of_students_never_seen(
    large_activity: pd.DataFrame, large_features: pd.DataFrame
) -> None:
    labels = label_struggle(large_activity, STRUGGLE)
    rows = join_examples(large_features, large_activity).merge(
        labels, on=["student_id", "as_of"]
    )
    trigger = InterventionTrigger(SETTINGS).fit(rows)
    unseen = trigger.predict(rows[rows["split"] == "test"])
    assert unseen["flagged"].mean() == pytest.approx(0.1, abs=0.03)


def test_validation_students_are_learned_from_like_those_of_train(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    swapped = examples["split"].replace({"train": "validation", "validation": "train"})
    again = InterventionTrigger(SETTINGS).fit(examples.assign(split=swapped))
    pd.testing.assert_frame_equal(again.predict(examples), trigger.predict(examples))


def test_who_is_at_the_threshold_is_flagged_with_little_confidence(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    predicted = trigger.predict(examples).sort_values("risk")
    least = predicted.loc[predicted["flagged"], "risk"].idxmin()
    assert predicted.loc[least, "confidence"] == pytest.approx(0.5, abs=0.05)
    assert predicted["confidence"].iloc[0] > 0.9


def test_contributions_are_the_difference_between_two_log_odds(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    pair = examples.iloc[[10, 200]]
    risk = trigger.predict(pair)["risk"].to_numpy()
    logit = np.log(risk / (1 - risk))
    total = trigger.explain(pair).groupby("row", sort=False)["contribution"].sum()
    assert total.iloc[1] - total.iloc[0] == pytest.approx(logit[1] - logit[0])


def test_reasons_read_as_english_and_the_heaviest_comes_first(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    faded = examples.query("student_id == 's03' and week == 5")
    reasons = trigger.explain(faded)
    assert reasons["row"].unique().tolist() == faded.index.tolist()
    assert reasons["contribution"].abs().is_monotonic_decreasing
    assert reasons["reason"].str.contains("few learning events last week").any()
    assert reasons["reason"].str.contains("far below the student's own usual").any()


def test_what_is_unknown_neither_counts_nor_is_given_as_a_reason(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    one = examples.iloc[[0]].copy()
    one["student_mastery_scores"] = None
    one["engagement_trend"] = None
    assert trigger.predict(one).notna().all(axis=None)
    assert not trigger.explain(one)["reason"].str.contains("mastery|engagement").any()


def test_a_saved_trigger_predicts_the_same_bit_for_bit(
    trigger: InterventionTrigger, examples: pd.DataFrame, tmp_path: Path
) -> None:
    trigger.save(tmp_path / "model")
    loaded = InterventionTrigger.load(tmp_path / "model")
    pd.testing.assert_frame_equal(
        loaded.predict(examples), trigger.predict(examples), check_exact=True
    )
    assert (loaded.predict_baseline(examples) == trigger.predict_baseline(examples)).all()


def test_fitting_leaves_the_examples_alone_and_repeats_itself(
    examples: pd.DataFrame, trigger: InterventionTrigger
) -> None:
    before = examples.copy(deep=True)
    again = InterventionTrigger(SETTINGS).fit(examples)
    pd.testing.assert_frame_equal(examples, before)
    pd.testing.assert_frame_equal(again.predict(examples), trigger.predict(examples))


def test_an_empty_folder_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no intervention trigger"):
        InterventionTrigger.load(tmp_path)


def test_a_class_in_which_nobody_struggles_cannot_be_learned_from(
    examples: pd.DataFrame,
) -> None:
    with pytest.raises(ModelError, match="the same label"):
        InterventionTrigger(SETTINGS).fit(examples.assign(label=False))


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(
    trigger: InterventionTrigger, examples: pd.DataFrame, column: str
) -> None:
    lacking = examples.drop(columns=column)
    for asked in (trigger.predict, trigger.explain, InterventionTrigger(SETTINGS).fit):
        with pytest.raises(ModelError, match=f"missing: {column}"):
            asked(lacking)


def test_no_other_columns_are_needed_to_predict(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    pd.testing.assert_frame_equal(
        trigger.predict(examples[list(COLUMNS)]), trigger.predict(examples)
    )


def test_the_baseline_names_the_column_that_it_lacks(
    trigger: InterventionTrigger, examples: pd.DataFrame
) -> None:
    with pytest.raises(ModelError, match="missing: weekly_events"):
        trigger.predict_baseline(examples.drop(columns="weekly_events"))


def test_rows_without_labels_cannot_be_learned_from(examples: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="missing: label"):
        InterventionTrigger(SETTINGS).fit(examples.drop(columns="label"))


def test_a_trigger_written_by_an_older_version_is_refused(
    trigger: InterventionTrigger, tmp_path: Path
) -> None:
    trigger.save(tmp_path)
    file = tmp_path / "intervention_trigger.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    del content["calibration"]
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match="calibrated otherwise"):
        InterventionTrigger.load(tmp_path)


def test_a_trigger_that_was_not_fitted_says_so(examples: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="call fit first"):
        InterventionTrigger(SETTINGS).predict(examples)
