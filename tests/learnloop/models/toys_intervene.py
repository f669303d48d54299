"""A toy class for the intervention trigger: half of the students fade."""

import numpy as np
import pandas as pd

START = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")


def class_weeks(students: int = 40, seed: int = 3) -> pd.DataFrame:
    """Three snapshots a student; every other student halves each week, and struggles."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(students):
        fades = number % 2 == 0
        events = [20.0, 10.0, 5.0] if fades else list(rng.poisson(20, 3).astype(float))
        for week in (1, 2, 3):
            own = np.array(events[:week])
            rows.append(
                {
                    "student_id": f"s{number:02d}",
                    "as_of": START + week * pd.Timedelta(days=7),
                    "week": week,
                    "split": "train" if number < 0.7 * students else "validation",
                    "label": fades and week == 3 and rng.random() < 0.8,
                    "weekly_events": own,
                    "weekly_answers": own // 3,
                    "weekly_correct": own // 4,
                    "avg_time_on_task": rng.uniform(60, 600),
                    "video_completion_rate": rng.uniform(),
                    "forum_participation_score": float(rng.poisson(1)),
                    "peer_collaboration_count": int(rng.poisson(1)),
                    "prerequisite_completion_status": np.nan,
                    "assessment_performance_trend": rng.uniform(-1, 1),
                    "engagement_trend": "declining" if fades else None,
                    "session_frequency_daily": int(rng.poisson(1)),
                    "session_frequency_weekly": int(rng.poisson(4)),
                    "quiz_attempt_count": int(own[-1] // 3),
                    "student_mastery_scores": rng.uniform(0.2, 0.9, 4),
                    "student_mastery_scores_before": None,
                }
            )
    return pd.DataFrame(rows)
