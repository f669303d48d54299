"""What is compared between commits: figures of the models, nothing of the machine."""

import json
from typing import Any

import pandas as pd
import pytest

from pipelines.metrics.nodes import draw_curves, list_distances, track_metrics
from pipelines.release.rooms import BY_NAME, ROOMS


def model(headline: str, value: float, **changes: Any) -> dict[str, Any]:
    gates = {
        "quality": {"verdict": "pass", "value": 0.02},
        "calibration": {"verdict": "pass", "value": 0.00412345},
        "fairness": {"verdict": "fail", "value": 0.213},
        "latency": {"verdict": "pass", "value": 0.07},
        "drift": {"verdict": "not_enough_data", "value": None},
    }
    return {
        "version": "2.0.0",
        "git_sha": "abc",
        "headline": headline,
        "metrics": {headline: value, "baseline": {"name": "irt", headline: 0.5}},
        "intervals": {headline: [value - 0.01, value + 0.01]},
        "gates": gates,
        **changes,
    }


@pytest.fixture
def summary() -> dict[str, Any]:
    return {
        "models": {
            "content_recommender": model("ndcg@10", 0.39117235),
            "difficulty_estimator": model("auc", 0.7),
            "mastery_predictor": model("auc", 0.80965791),
            "intervention_trigger": model("auc", 0.86890756),
        }
    }


def test_each_model_is_tracked_by_its_headline_and_its_gates(summary: dict[str, Any]) -> None:
    tracked = dict(zip([room.name for room in ROOMS], track_metrics(summary), strict=True))
    assert tracked["mastery"] == {
        "headline": "auc",
        "value": 0.8097,
        "low": 0.7997,
        "high": 0.8197,
        "baseline": 0.5,
        "calibration_error": 0.0041,
        "largest_gap": 0.213,
        "drifted_share": None,
        "gates": {
            "calibration": "pass",
            "fairness": "fail",
            "drift": "not_enough_data",
        },
    }
    assert tracked["recommender"]["value"] == 0.3912


def test_another_version_or_machine_changes_no_metric(summary: dict[str, Any]) -> None:
    before = json.dumps(track_metrics(summary))
    for name, found in summary["models"].items():
        changed = {
            "quality": {"verdict": "fail", "value": -0.01},
            "latency": {"verdict": "fail", "value": 0.4},
        }
        gates = {**found["gates"], **changed}
        summary["models"][name] = {**found, "version": "9.9.9", "gates": gates}
    assert json.dumps(track_metrics(summary)) == before


def test_curves_leave_out_students_that_a_model_learned_from() -> None:
    scores = pd.DataFrame(
        {
            "split": ["train", "train", "audit", "audit", "test", "test"],
            "label": [0, 1, 1, 1, 0, 1],
            "risk": [0.05, 0.95, 0.35, 0.35, 0.2, 0.8],
        }
    )
    calibration, roc = draw_curves(scores, room=BY_NAME["intervention"])
    assert calibration["predicted"].tolist() == pytest.approx([0.2, 0.35, 0.8])
    assert calibration["observed"].tolist() == pytest.approx([0, 1, 1])
    assert (roc["true_positive_rate"] == 1).all()


def test_distances_are_shares_of_their_limits_the_furthest_first() -> None:
    report = {
        "mastery_predictor": {
            "columns": [
                {"name": "answers", "score": 0.05, "limit": 0.1},
                {"name": "device_type", "score": 0.2, "limit": 0.1},
            ]
        },
        "difficulty_estimator": {"columns": [{"name": "answers", "score": 0.05, "limit": 0.1}]},
        "intervention_trigger": {"columns": []},
    }
    listed = list_distances(report)
    assert listed["column"].tolist() == ["device_type", "answers"]
    assert listed["share_of_limit"].tolist() == pytest.approx([2.0, 0.5])


def test_where_nothing_was_compared_the_list_is_empty() -> None:
    assert list_distances({"mastery_predictor": {"columns": []}}).empty
