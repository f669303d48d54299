import pandas as pd
import pytest

from learnloop.intervene.evaluation import caught_at_budget, evaluate_trigger

START = pd.Timestamp("2025-09-01", tz="UTC")


def test_a_budget_of_one_in_four_catches_one_of_two() -> None:
    assert caught_at_budget([1, 1, 0, 0], [4, 1, 3, 2], [1] * 4, 0.25) == (0.5, 1.0)


def test_ties_at_the_edge_of_the_budget_are_shared_out() -> None:
    # room for one of four equal rows, two of which struggle: half a catch expected
    assert caught_at_budget([1, 1, 0, 0], [2, 2, 2, 2], [1] * 4, 0.25) == (0.25, 0.5)


def scores() -> pd.DataFrame:
    rows = []
    for student in range(8):
        for week in range(1, 5):
            struggles = student < 4 and week >= 3
            rows.append(
                {
                    "student_id": f"s{student}",
                    "as_of": START + week * pd.Timedelta(days=7),
                    "week": week,
                    "split": "test",
                    "label": struggles,
                    "risk": 0.9 if struggles else 0.1,
                    "flagged": struggles,
                    "confidence": 0.8,
                    "baseline_risk": 0.5,
                }
            )
    return pd.DataFrame(rows)


def truth(lost: list[int | None]) -> pd.DataFrame:
    """Who is lost has struggled since day 15."""
    spells = [(None, None) if day is None else (15, day) for day in lost]
    began, ended = (
        [
            pd.NaT if spell[end] is None else START + pd.Timedelta(days=spell[end])
            for spell in spells
        ]
        for end in (0, 1)
    )
    return pd.DataFrame(
        {
            "student_id": [f"s{i}" for i in range(len(lost))],
            "struggling_from": pd.to_datetime(began, utc=True),
            "lost_at": pd.to_datetime(ended, utc=True),
        }
    )


def test_a_perfect_trigger_beats_a_constant_baseline() -> None:
    metrics = evaluate_trigger(scores(), truth([]), 0.25)
    assert metrics["headline"] == "auc"
    assert metrics["rows"] == 32
    assert metrics["students"] == 8
    assert metrics["scores"]["auc"]["value"] == 1.0
    assert metrics["scores"]["ece"]["value"] == pytest.approx(0.1)
    assert metrics["scores"]["precision_at_budget"]["value"] == 1.0
    assert metrics["scores"]["alert_share"]["value"] == 0.25
    assert metrics["baselines"]["last_week_activity"]["auc"]["value"] == 0.5
    assert metrics["truth"] == {}


def test_the_share_flagged_is_told_of_test_and_audit_students_apart() -> None:
    mixed = scores()
    mixed.loc[mixed["student_id"] < "s2", "split"] = "audit"
    metrics = evaluate_trigger(mixed, truth([]), 0.25)
    # 2 of 4 weeks of s0 and s1 are flagged; of the other six students, those of s2 and s3
    assert metrics["scores"]["alert_share_audit"]["value"] == 0.5
    assert metrics["scores"]["alert_share"]["value"] == pytest.approx(1 / 6)


def test_lead_time_counts_from_the_first_flag_to_the_true_loss() -> None:
    # flagged on day 21: 5, 9 and 11 days early; s3 was lost on day 20, before its flag
    metrics = evaluate_trigger(scores(), truth([26, 30, 32, 20, None, None]), 0.25)
    found = metrics["truth"]
    assert found["lead_days_while_struggling_median"]["value"] == pytest.approx(9.0)
    assert found["lost_flagged_while_struggling"]["value"] == pytest.approx(0.75)
    assert found["never_lost_flagged"]["value"] == 0.0
