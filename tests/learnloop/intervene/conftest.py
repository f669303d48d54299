"""A toy class: students fade, fail or stay, and the features say so."""

import numpy as np
import pandas as pd
import pytest

START = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")


def features_of(activity: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Point-in-time features with the columns of the feature store."""
    n = len(activity)
    rows = activity[["student_id", "as_of", "week"]].copy()
    hashed = activity["student_id"].str[1:].astype(int) % 10
    rows["split"] = np.select([hashed < 6, hashed < 8], ["train", "validation"], "test")
    rows["avg_time_on_task"] = rng.uniform(60, 600, n)
    rows["video_completion_rate"] = rng.uniform(0, 1, n)
    rows["forum_participation_score"] = rng.poisson(1, n).astype(float)
    rows["peer_collaboration_count"] = rng.poisson(1, n)
    rows["prerequisite_completion_status"] = np.nan
    rows["assessment_performance_trend"] = rng.uniform(-1, 1, n)
    rows["engagement_trend"] = rng.choice(["increasing", "stable", "declining"], n)
    rows["session_frequency_daily"] = rng.poisson(1, n)
    rows["session_frequency_weekly"] = activity["learning_events"] // 4
    rows["quiz_attempt_count"] = activity["answers"]
    rows["student_mastery_scores"] = pd.Series(list(rng.uniform(0.2, 0.9, (n, 3))))
    return rows


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def activity_of(students: int, rng: np.random.Generator) -> pd.DataFrame:
    """8 weeks each; every third student fades to nothing from week 3 to week 6."""
    rows = []
    for number in range(students):
        for week in range(1, 9):
            rate = 20.0
            if number % 3 == 0:
                rate = {3: 10.0, 4: 5.0, 5: 2.0}.get(week, 20.0 if week < 3 else 0.0)
            events = int(rng.poisson(rate))
            answers = events // 3
            rows.append(
                {
                    "student_id": f"s{number:02d}",
                    "as_of": START + week * pd.Timedelta(days=7),
                    "week": week,
                    "learning_events": events,
                    "answers": answers,
                    "correct": int(rng.binomial(answers, 0.7)),
                    "observed": True,
                }
            )
    return pd.DataFrame(rows).astype({"as_of": "datetime64[us, UTC]"})


@pytest.fixture
def activity(rng: np.random.Generator) -> pd.DataFrame:
    return activity_of(60, rng)


@pytest.fixture
def large_activity(rng: np.random.Generator) -> pd.DataFrame:
    return activity_of(400, rng)


@pytest.fixture
def large_features(large_activity: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return features_of(large_activity, rng)


@pytest.fixture
def features(activity: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return features_of(activity, rng)
