"""The one module that imports Evidently: distances of columns, and its own page."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pandas as pd

NUMERIC_DISTANCE = "normalised Wasserstein distance"
CATEGORICAL_DISTANCE = "Jensen–Shannon distance"


def measure_distances(reference: pd.DataFrame, current: pd.DataFrame) -> dict[str, float]:
    """How far each column of `current` lies from the same column of `reference`.

    Numbers: the first Wasserstein distance over the standard deviation of the reference
    (0 is equal; a shift of all by half a standard deviation is .5). Everything else: the
    Jensen–Shannon distance (root of the divergence in nats: 0 is equal, .83 disjoint). Nulls
    are left out. These are the tests that Evidently's page shows too, without its pictures,
    which take a hundred times as long.

    Args:
        reference: one row per student; each column with a value.
        current: one row per student, same columns; each with a value.
    """
    with _quiet():
        from evidently.legacy.calculations.stattests import (
            jensenshannon_stat_test,
            wasserstein_stat_test,
        )
        from evidently.legacy.core import ColumnType

    def distance(name: str) -> float:
        numeric = pd.api.types.is_numeric_dtype(reference[name])
        test = wasserstein_stat_test if numeric else jensenshannon_stat_test
        kind = ColumnType.Numerical if numeric else ColumnType.Categorical
        values = reference[name].dropna(), current[name].dropna()
        return float(test(*values, kind, test.default_threshold).drift_score)

    return {name: distance(name) for name in reference.columns}


def draw_page(
    reference: pd.DataFrame, current: pd.DataFrame, limits: Mapping[str, float]
) -> str:
    """Evidently's page of the columns in `limits`, as HTML.

    The methods are named here because Evidently, left to itself, changes to p-values for
    1,000 rows and fewer.

    Args:
        reference: one row per student.
        current: one row per student, same columns.
        limits: from where on a column is drawn as drifted.
    """
    with _quiet():
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
        return str(snapshot.get_html_str(as_iframe=False))


@contextmanager
def _quiet() -> Iterator[None]:
    """Evidently warns of its own code, and would phone home."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
