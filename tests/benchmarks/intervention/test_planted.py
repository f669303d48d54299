"""Planted anomalies are where they are said to be, and detectors are held to one price."""

import numpy as np
import pytest

from benchmarks.intervention import anomalies
from benchmarks.intervention.planted import PLANTED, WEEKS, draw_term
from learnloop.intervene.anomalies import KINDS, Weeks
from learnloop.intervene.schema import WeeklyActivity


def test_each_anomaly_is_what_it_is_called() -> None:
    term = draw_term(3_000, seed=1)
    WeeklyActivity.validate(term.activity)
    assert set(term.planted["what"]) == {"", *PLANTED}
    rows = term.activity.merge(term.planted, on="student_id")
    rows = rows[rows["what"] != ""].assign(after=lambda row: row["week"] - row["onset"])

    def mean(what: str, column: str, *after: int) -> float:
        chosen = rows[(rows["what"] == what) & rows["after"].isin(after)]
        return float(chosen[column].mean())

    assert mean("sudden stop", "learning_events", *range(WEEKS)) == 0
    usual = mean("sudden stop", "learning_events", -1)
    assert mean("cramming", "learning_events", 0) > 3 * usual
    assert mean("cramming", "learning_events", 1) < 1.5 * usual
    assert mean("slow fade", "learning_events", 0, 1) > 1.5 * mean(
        "slow fade", "learning_events", 2, 3
    )
    before, now = (
        mean("accuracy collapse", "correct", when) / mean("accuracy collapse", "answers", when)
        for when in (-1, 0)
    )
    assert now < before - 0.2


def test_limits_allow_as_many_false_alarms_as_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anomalies, "CALIBRATION", range(3, 6))
    limits = anomalies.set_limits(anomalies.z_of_last_week)
    calm = [draw_term(anomalies.STUDENTS, seed, share=0.0).activity for seed in range(3, 6)]
    for kind in KINDS:
        alarms = [
            anomalies.begins(anomalies.z_of_last_week(Weeks.of(one))[kind], limits[kind]).sum()
            for one in calm
        ]
        allowed = anomalies.FALSE_ALARMS[kind]
        assert np.sum(alarms) / (3 * anomalies.STUDENTS) == pytest.approx(allowed, abs=0.002)
