"""Drift between two terms of made-up students: planted it is found, else not."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from learnloop.errors import DataError
from learnloop.governance.drift import (
    DriftSettings,
    Limit,
    columns_of,
    judge_drift,
    measure_drift,
    term_distances,
)

SETTINGS = DriftSettings(
    week=6,
    numeric=Limit(practical=0.1, noise=2.75),
    categorical=Limit(practical=0.1, noise=1.1),
    models={"intervention_trigger": ["*"], "difficulty_estimator": ["share_*"]},
)


def terms(students: int = 600, places: int = 2, seed: int = 0) -> pd.DataFrame:
    """Two terms of equal students."""
    rng = np.random.default_rng(seed)
    total = 2 * students
    mastery = rng.beta(4, 3, (total, places))
    return pd.DataFrame(
        {
            "student_id": [f"s{i:04d}" for i in range(total)],
            "window": ["reference"] * students + ["current"] * students,
            "share_correct": rng.beta(6, 4, total),
            "session_frequency_weekly": rng.poisson(3, total),
            "device_type": rng.choice(["desktop", "phone", "tablet"], total, p=[0.5, 0.3, 0.2]),
            "engagement_trend": rng.choice(["stable", "declining"], total),
            **{f"mastery[{place}]": mastery[:, place] for place in range(places)},
        }
    )


def current(table: pd.DataFrame) -> pd.Series:
    return table["window"] == "current"


def drifted(model: dict[str, object]) -> set[str]:
    columns = model["columns"]
    assert isinstance(columns, list)
    return {column["name"] for column in columns if column["drifted"]}


def test_two_undrifted_terms_pass() -> None:
    report, page = measure_drift(terms(), SETTINGS)
    assert {model["verdict"] for model in report.values()} == {"pass"}
    assert report["intervention_trigger"]["value"] == 0
    assert "<html" in page[:500].lower()
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_a_shift_is_found_named_and_measured_as_scipy_does() -> None:
    table = terms()
    table.loc[current(table), "share_correct"] -= 0.1
    report, _ = measure_drift(table, SETTINGS)
    model = report["difficulty_estimator"]
    assert (model["verdict"], model["value"], drifted(model)) == ("fail", 1, {"share_correct"})
    before = table.loc[~current(table), "share_correct"]
    after = table.loc[current(table), "share_correct"]
    expected = wasserstein_distance(before, after) / before.std(ddof=0)
    assert model["columns"][0]["score"] == pytest.approx(expected)
    assert model["columns"][0]["distance"] == "normalised Wasserstein distance"
    assert "share_correct" in model["reason"]


def test_another_device_mix_is_found() -> None:
    table = terms()
    rng = np.random.default_rng(1)
    phones = current(table) & (rng.random(len(table)) < 0.6)
    table.loc[phones, "device_type"] = "phone"
    report, _ = measure_drift(table, SETTINGS)
    assert drifted(report["intervention_trigger"]) == {"device_type"}
    # One of five columns is more than a tenth of them.
    assert report["intervention_trigger"]["verdict"] == "fail"
    assert report["difficulty_estimator"]["verdict"] == "pass"


def test_a_feature_that_is_lost_is_drift() -> None:
    table = terms()
    table.loc[current(table) & (table.index % 3 == 0), "engagement_trend"] = None
    report, _ = measure_drift(table, SETTINGS)
    assert drifted(report["intervention_trigger"]) == {"engagement_trend"}


def test_words_are_measured_as_scipy_does() -> None:
    table = terms()
    table.loc[current(table) & (table.index % 4 == 0), "device_type"] = "watch"
    shares = [
        table.loc[side, "device_type"].value_counts(normalize=True)
        for side in (~current(table), current(table))
    ]
    before, after = (share.reindex(shares[1].index, fill_value=0.0) for share in shares)
    found = {one.name: one for one in term_distances(table)}["device_type"]
    assert found.score == pytest.approx(jensenshannon(before, after))
    assert (found.numeric, found.reference, found.current) == (False, 600, 600)


def test_other_limits_can_be_tried_on_measured_distances() -> None:
    table = terms()
    table.loc[current(table), "share_correct"] -= 0.01
    distances, strict = term_distances(table), Limit(practical=0.02, noise=0.5)
    report, _ = measure_drift(table, SETTINGS)
    assert judge_drift(distances, (600, 600), SETTINGS) == report
    again = judge_drift(distances, (600, 600), SETTINGS.model_copy(update={"numeric": strict}))
    assert report["difficulty_estimator"]["verdict"] == "pass"
    assert again["difficulty_estimator"]["verdict"] == "fail"
    assert again["difficulty_estimator"]["columns"][0]["limit"] == pytest.approx(
        0.5 * math.sqrt(2 / 600)
    )


def test_an_array_is_one_column_and_drifts_when_a_tenth_of_its_places_do() -> None:
    table = terms(places=10)
    table.loc[current(table), "mastery[3]"] += 0.2
    one = measure_drift(table, SETTINGS)[0]["intervention_trigger"]
    table.loc[current(table), "mastery[7]"] += 0.2
    two = measure_drift(table, SETTINGS)[0]["intervention_trigger"]
    assert (drifted(one), drifted(two)) == (set(), {"mastery"})
    assert len(two["columns"]) == 5
    array = next(column for column in two["columns"] if column["name"] == "mastery")
    assert (array["places"], array["drifted_places"]) == (10, 2)


def test_without_an_earlier_term_it_says_what_to_supply() -> None:
    table = terms()
    report, page = measure_drift(table.loc[current(table)], SETTINGS)
    model = report["intervention_trigger"]
    assert (model["verdict"], model["value"], page) == ("not_enough_data", None, "")
    assert "cohort 'reference'" in model["reason"]


def test_limits_shrink_with_the_students_down_to_what_matters() -> None:
    limit = Limit(practical=0.1, noise=2.75)
    assert limit.at(200, 200) == pytest.approx(2.75 * math.sqrt(2 / 200))
    assert limit.at(100_000, 100_000) == 0.1


def test_a_pattern_without_a_column_is_named() -> None:
    with pytest.raises(DataError, match=r"no column matches 'forum_\*'"):
        columns_of(["forum_*"], ["device_type"])


def test_the_input_is_left_as_it_was() -> None:
    table = terms(200)
    before = table.copy()
    measure_drift(table, SETTINGS)
    pd.testing.assert_frame_equal(table, before)
