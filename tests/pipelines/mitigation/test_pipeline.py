"""The mitigation pipeline on a small class, in memory."""

from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from learnloop.errors import DataError
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.intervene import MitigationSettings, StruggleSettings, TriggerSettings
from pipelines.intervention.nodes import InterventionParameters
from pipelines.intervention.pipeline import create_pipeline as create_intervention
from pipelines.mitigation.nodes import hand_over_groups
from pipelines.mitigation.pipeline import create_pipeline
from pipelines.mitigation.settings import MitigationParameters

START = pd.Timestamp("2025-09-01", tz="UTC")
WEEK = pd.Timedelta(days=7)
PARAMETERS = MitigationParameters(
    attribute="team",
    rules=MitigationSettings(
        constraint="true_positive_rate",
        difference_bound=0.02,
        auc_loss=0.05,
        minimum_students=5,
    ),
)
UNKNOWN = dict.fromkeys(
    [
        "avg_time_on_task",
        "video_completion_rate",
        "forum_participation_score",
        "peer_collaboration_count",
        "prerequisite_completion_status",
        "assessment_performance_trend",
        "session_frequency_daily",
        "session_frequency_weekly",
        "quiz_attempt_count",
    ],
    np.nan,
)


@pytest.fixture(scope="module")
def inputs() -> dict[str, Any]:
    """120 students, 5 weeks; every other fades from week 3, those of one team less so."""
    rng = np.random.default_rng(5)
    rows, events = [], []
    for number in range(120):
        name, fades, late = f"s{number:03d}", number % 2 == 0, number % 4 < 2
        split = "train" if number < 80 else "test"
        for week in range(1, 6):
            as_of = START + week * WEEK
            rows.append((name, week, split, as_of))
            rate = 10.0 if not fades or week < 3 else (6.0 if late else 2.0)
            count = 0 if fades and week > 3 else int(rng.poisson(rate)) + 1
            events += [
                (name, as_of - pd.Timedelta(hours=hour), "read", pd.NA)
                for hour in range(1, count + 1)
            ]
    snapshots = pd.DataFrame(rows, columns=["student_id", "week", "split", "as_of"])
    snapshots["as_of"] = snapshots["as_of"].astype("datetime64[us, UTC]")
    log = pd.DataFrame(events, columns=["student_id", "occurred_at", "verb", "correct"])
    log["correct"] = log["correct"].astype("boolean")
    log["occurred_at"] = log["occurred_at"].astype("datetime64[us, UTC]")
    names = snapshots["student_id"].unique()
    team = np.where(np.arange(120) % 4 < 2, "late", "early")
    return {
        "events": ibis.memtable(log),
        "snapshots": snapshots,
        "intervention_features": snapshots.assign(
            **UNKNOWN, engagement_trend=None, student_mastery_scores=None
        ),
        "protected_attributes": pd.DataFrame({"student_id": names, "team": team}),
        "student_splits": snapshots.drop_duplicates("student_id")[["student_id", "split"]],
        "params:intervention": InterventionParameters(
            struggle=StruggleSettings(
                horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4
            ),
            trigger=TriggerSettings(alert_budget=0.2, strengths=(0.3,), folds=2),
        ),
        "params:audit": FairnessSettings(minimum_students=5, draws=100),
        "params:mitigation": PARAMETERS,
    }


def run(pipeline: Pipeline, given: dict[str, Any]) -> dict[str, Any]:
    catalog = DataCatalog(
        {
            name: MemoryDataset(given[name], copy_mode="assign")
            for name in pipeline.inputs() & given.keys()
        }
    )
    made = SequentialRunner().run(pipeline, catalog)
    return {name: dataset.load() for name, dataset in made.items()}


def test_the_report_holds_both_triggers_against_the_unseen_students(
    inputs: dict[str, Any],
) -> None:
    needed = {"label_struggle", "fit_trigger", "score_struggle", "count_weekly_activity"}
    made = dict(inputs)
    for pipeline in (create_intervention(), create_pipeline()):
        for node in pipeline.nodes:
            if node.name in needed or "mitigation" in node.tags:
                made |= run(Pipeline([node]), made)

    handed: pd.DataFrame = made["training_groups"]
    assert handed.columns.tolist() == ["team"]
    assert set(handed.index) == {f"s{number:03d}" for number in range(80)}

    report = made["mitigation_report"]
    assert report["rules"]["constraint"] == "true_positive_rate"
    (found,) = report["comparisons"]
    assert (found["attribute"], found["students"]) == ("team", 40)
    assert set(found["before"]["groups"]) == {"early", "late"}
    assert len(found["training"]["steps"]) > 1
    before, after = made["plain_scores"], made["mitigated_scores"]
    assert not {"team", "group"} & set(after.columns)
    assert found["flagged"]["before"] == pytest.approx(before["flagged"].mean())
    assert found["flagged"]["after"] == pytest.approx(after["flagged"].mean())
    assert "Mitigation" in made["mitigation_page"]
    # What is compared with is the trigger as it is fitted without mitigation.
    pd.testing.assert_frame_equal(before, made["intervention_scores"])


def test_what_lies_on_disk_of_other_parameters_is_not_compared_with() -> None:
    assert not {"intervention_model", "intervention_scores"} & create_pipeline().inputs()


def test_an_unknown_attribute_is_refused_before_anything_is_fitted() -> None:
    protected = pd.DataFrame({"student_id": ["a"], "gender": ["x"]})
    splits = pd.DataFrame({"student_id": ["a"], "split": ["train"]})
    with pytest.raises(DataError, match=r"no attribute 'team'.*gender"):
        hand_over_groups(protected, splits, PARAMETERS)
