"""Nodes of the metrics pipeline."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from learnloop.governance.curves import reliability, roc
from learnloop.splits import Split
from pipelines.release.rooms import ROOMS, Room

DIGITS = 4
"""After the point: the fifth differs between machines, and says nothing."""
GATES = ("calibration", "fairness", "drift")
"""Whose verdict follows from the commit: that of quality depends on the champion that happens
to be in the registry, that of latency on the machine."""


def track_metrics(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of each model in the order of `ROOMS`: its headline, and what `GATES` say of it.

    The same keys for all, so that one table shows them; no versions and no times, which
    tell of the machine and its registry rather than of the commit.
    """
    return [_tracked(summary["models"][room.registered]) for room in ROOMS]


def _tracked(model: Mapping[str, Any]) -> dict[str, Any]:
    headline, gates = model["headline"], model["gates"]
    low, high = model["intervals"][headline]
    figures = {
        "value": model["metrics"][headline],
        "low": low,
        "high": high,
        "baseline": model["metrics"]["baseline"][headline],
        "calibration_error": gates["calibration"]["value"],
        "largest_gap": gates["fairness"]["value"],
        "drifted_share": gates["drift"]["value"],
    }
    rounded = {name: _rounded(value) for name, value in figures.items()}
    verdicts = {gate: gates[gate]["verdict"] for gate in GATES}
    return {"headline": headline, **rounded, "gates": verdicts}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def draw_curves(scores: pd.DataFrame, *, room: Room) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Calibration on all students that no model learned from, and ROC on the test students.

    As the calibration gate and the headline see them.
    """
    unseen = scores[scores["split"].isin([Split.TEST, Split.AUDIT])]
    test = scores[scores["split"] == Split.TEST]
    return (
        reliability(unseen[room.outcome], unseen[room.score]),
        roc(test[room.outcome], test[room.score]),
    )


def list_distances(drift_report: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """How far each column of any model moved, as a share of its limit, the furthest first."""
    share = {
        column["name"]: column["score"] / column["limit"]
        for model in drift_report.values()
        for column in model["columns"]
    }
    table = pd.DataFrame(
        {"column": list(share), "share_of_limit": pd.Series(share.values(), dtype=float)}
    )
    return table.sort_values(["share_of_limit", "column"], ascending=[False, True])
