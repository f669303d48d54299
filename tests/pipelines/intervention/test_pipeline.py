import ibis
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from learnloop.intervene import StruggleSettings, TriggerSettings
from learnloop.intervene.schema import InterventionScores
from pipelines.intervention.nodes import InterventionParameters, evaluate_scores
from pipelines.intervention.pipeline import create_pipeline

START = pd.Timestamp("2025-09-01", tz="UTC")
WEEK = pd.Timedelta(days=7)
PARAMETERS = InterventionParameters(
    struggle=StruggleSettings(
        horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4
    ),
    trigger=TriggerSettings(alert_budget=0.1, strengths=(0.3,)),
)


@pytest.fixture
def snapshots() -> pd.DataFrame:
    """40 students, 6 weeks; students 24 to 39 are unseen."""
    rows = [(f"s{i:02d}", week) for i in range(40) for week in range(1, 7)]
    table = pd.DataFrame(rows, columns=["student_id", "week"])
    number = table["student_id"].str[1:].astype(int)
    table["split"] = np.select(
        [number < 18, number < 24, number < 32], ["train", "validation", "test"], "audit"
    )
    return table.assign(as_of=(START + table["week"] * WEEK).astype("datetime64[us, UTC]"))


@pytest.fixture
def events(snapshots: pd.DataFrame) -> ibis.Table:
    """Ten readings a week, fewer from week 3 and none from week 4 for every other one."""
    rows = []
    for row in snapshots.itertuples():
        fades = int(row.student_id[1:]) % 2 == 0
        count = {3: 3}.get(row.week, 10 if row.week < 3 else 0) if fades else 10
        rows += [
            (row.student_id, row.as_of - pd.Timedelta(hours=hour), "read", pd.NA)
            for hour in range(1, count + 1)
        ]
    table = pd.DataFrame(rows, columns=["student_id", "occurred_at", "verb", "correct"])
    table["correct"] = table["correct"].astype("boolean")
    table["occurred_at"] = table["occurred_at"].astype("datetime64[us, UTC]")
    return ibis.memtable(table)


@pytest.fixture
def features(snapshots: pd.DataFrame) -> pd.DataFrame:
    empty = dict.fromkeys(
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
    return snapshots.assign(**empty, engagement_trend=None, student_mastery_scores=None)


def test_the_pipeline_scores_unseen_students_and_finds_those_who_fade(
    events: ibis.Table, snapshots: pd.DataFrame, features: pd.DataFrame
) -> None:
    given = {
        "events": events,
        "snapshots": snapshots,
        "intervention_features": features,
        "params:intervention": PARAMETERS,
    }
    inputs = {name: MemoryDataset(value, copy_mode="assign") for name, value in given.items()}
    to_scores = create_pipeline().to_nodes("score_struggle")
    outputs = SequentialRunner().run(to_scores, DataCatalog(inputs))
    scores = InterventionScores.validate(outputs["intervention_scores"].load())
    assert set(scores["student_id"]) == {f"s{i}" for i in range(24, 40)}
    assert scores.query("label")["student_id"].nunique() == 8

    lost = START + 3 * WEEK + pd.Timedelta(days=2)
    truth = pd.DataFrame(
        {
            "student_id": ["s24", "s25"],
            "struggling_from": [lost - WEEK, pd.NaT],
            "lost_at": [lost, pd.NaT],
        }
    )
    metrics = evaluate_scores(scores, truth, PARAMETERS)
    assert metrics["scores"]["auc"]["value"] == 1.0
    assert metrics["truth"]["lead_days_while_struggling_median"]["value"] == pytest.approx(2.0)


def test_the_truth_reaches_the_evaluation_alone() -> None:
    readers = [node.name for node in create_pipeline().nodes if "truth_students" in node.inputs]
    assert readers == ["evaluate_trigger"]
    made = create_pipeline().only_nodes("evaluate_trigger").all_outputs()
    assert made == {"intervention_metrics"}
