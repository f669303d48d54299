"""The metrics pipeline: what `dvc metrics` and `dvc plots` show, made after a release."""

from functools import partial, update_wrapper

from kedro.pipeline import Node, Pipeline

from pipelines.metrics import nodes
from pipelines.release.rooms import ROOMS


def create_pipeline() -> Pipeline:
    """One node for the metrics, one for the curves of each model that predicts an outcome.

    No part of `all`: its metrics are in git, and a plain run leaves git's files alone.
    """
    curves = [
        Node(
            update_wrapper(partial(nodes.draw_curves, room=room), nodes.draw_curves),
            room.scores,
            [f"curve_calibration_{room.name}", f"curve_roc_{room.name}"],
            name=f"draw_curves_of_{room.name}",
        )
        for room in ROOMS
        if room.outcome is not None
    ]
    return Pipeline(
        [
            Node(
                nodes.track_metrics,
                "summary",
                [f"tracked_{room.registered}" for room in ROOMS],
                name="track_metrics",
            ),
            *curves,
            Node(nodes.list_distances, "drift_report", "curve_drift", name="list_distances"),
        ],
        tags="metrics",
    )
