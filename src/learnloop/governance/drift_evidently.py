"""The one module that imports Evidently: distances of columns, and its own page."""

import os
import warnings
from collections.abc import Mapping

import pandas as pd

NUMERIC_DISTANCE = "normalised Wasserstein distance"
CATEGORICAL_DISTANCE = "Jensen–Shannon distance"


def measure_distances(
    reference: pd.DataFrame, current: pd.DataFrame, limits: Mapping[str, float]
) -> tuple[dict[str, float], str]:
    """How far each column of `current` lies from the same column of `reference`.

    Numbers: the first Wasserstein distance over the standard deviation of the reference
    (0 is equal; a shift of all by half a standard deviation is .5). Everything else: the
    Jensen–Shannon distance (root of the divergence in nats: 0 is equal, .83 disjoint). Nulls
    are left out. The methods are named here because Evidently, left to itself, changes to
    p-values for 1,000 rows and fewer.

    Args:
        reference: one row per student.
        current: one row per student, same columns.
        limits: the limit of every column, for Evidently's page.

    Returns:
        The distance of each column in `limits`, and Evidently's page as HTML.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evidently import DataDefinition, Dataset, Report
        from evidently.metrics import ValueDrift

        names = list(limits)
        numeric = [name for name in names if pd.api.types.is_numeric_dtype(reference[name])]
        definition = DataDefinition(
            numerical_columns=numeric,
            categorical_columns=[name for name in names if name not in numeric],
        )
        # DataDriftPreset would compute every distance twice, the second time to count them.
        metrics = [
            ValueDrift(
                column=name,
                method="wasserstein" if name in numeric else "jensenshannon",
                threshold=limit,
            )
            for name, limit in limits.items()
        ]
        snapshot = Report(metrics).run(
            Dataset.from_pandas(current[names], data_definition=definition),
            Dataset.from_pandas(reference[names], data_definition=definition),
        )
        found = {
            metric["config"]["column"]: float(metric["value"])
            for metric in snapshot.dict()["metrics"]
            if "column" in metric["config"]
        }
        return found, str(snapshot.get_html_str(as_iframe=False))
