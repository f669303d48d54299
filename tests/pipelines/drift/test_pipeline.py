"""The drift pipeline from feature tables to the report, in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from kedro_datasets.json import JSONDataset
from kedro_datasets.text import TextDataset

from learnloop.features.definitions import columns_of
from learnloop.governance.drift import DriftSettings
from learnloop.governance.drift import columns_of as matching
from pipelines.drift.pipeline import create_pipeline
from pipelines.settings import CONFIG_LOADER_ARGS, CONFIG_LOADER_CLASS
from pipelines.stamp import MODEL_STAMPS

CONF = Path(__file__).parents[3] / "conf"
SEEN = pd.Timestamp("2025-10-13", tz="UTC").as_unit("us")


def settings() -> DriftSettings:
    loader = CONFIG_LOADER_CLASS(str(CONF), **CONFIG_LOADER_ARGS | {"default_run_env": "base"})
    return DriftSettings.model_validate(loader["parameters"]["drift"])


class Fixed:
    """Says the same of everybody."""

    def __init__(self, column: str) -> None:
        self.column = column

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({self.column: 0.5}, index=examples.index)


def inputs(split: str) -> dict[str, Any]:
    """Half of the students in `split`, the other half in the audit cohort."""
    rng = np.random.default_rng(0)
    names = [f"s{i:03d}" for i in range(400)]
    keys = pd.DataFrame({"student_id": names, "event_timestamp": SEEN})
    mastery = [[0.1, 0.2]] * 400
    snapshots = pd.DataFrame(
        {
            "student_id": names,
            "as_of": SEEN,
            "week": 6,
            "split": np.where(np.arange(400) < 200, split, "audit"),
        }
    )
    stamp = {"contract": 1, "data_hash": "d", "params_hash": "p", "code_hash": "c"}
    return {
        **{name: {**stamp, "digest": name} for name in MODEL_STAMPS},
        "snapshots": snapshots,
        "difficulty_model": Fixed("probability"),
        "intervention_model": Fixed("risk"),
        "intervention_features": snapshots.assign(student_mastery_scores=mastery),
        "weekly_activity": snapshots[["student_id", "as_of", "week"]].assign(
            learning_events=9, answers=3, correct=2, observed=True
        ),
        "student_hourly": keys.assign(device_type=rng.choice(["phone", "tablet"], 400)),
        "student_realtime": keys.assign(quiz_attempt_count=rng.poisson(4, 400)),
        "student_mastery": keys.assign(student_mastery_scores=mastery),
        "attempts": pd.DataFrame(
            {
                "student_id": np.repeat(names, 3),
                "skill_id": "k",
                "correct": rng.random(1200) < 0.6,
                "occurred_at": SEEN - pd.Timedelta(days=1),
            }
        ),
        "params:drift": settings().model_copy(
            update={
                "models": {
                    "difficulty_estimator": ["predicted_correct"],
                    "intervention_trigger": [
                        "device_type",
                        "student_mastery_*",
                        "predicted_risk",
                    ],
                }
            }
        ),
    }


def run(given: dict[str, Any], folder: Path) -> DataCatalog:
    pipeline = create_pipeline()
    assert pipeline.inputs() == set(given)
    catalog = DataCatalog(
        {name: MemoryDataset(value) for name, value in given.items()}
        | {
            "drift_report": JSONDataset(filepath=str(folder / "drift.json")),
            "drift_page": TextDataset(filepath=str(folder / "drift.html")),
            "evidently_page": TextDataset(filepath=str(folder / "evidently.html")),
        }
    )
    SequentialRunner().run(pipeline, catalog)
    return catalog


def test_two_equal_terms_are_compared_and_found_equal(tmp_path: Path) -> None:
    catalog = run(inputs("reference"), tmp_path)
    report = catalog.load("drift_report")
    model = report["intervention_trigger"]
    assert (model["verdict"], len(model["columns"])) == ("pass", 3)
    assert model["judged"] != report["difficulty_estimator"]["judged"]
    assert "drift_evidently.html" in catalog.load("drift_page")
    assert "<html" in catalog.load("evidently_page")[:500].lower()


def test_without_an_earlier_term_there_is_a_page_that_says_so(tmp_path: Path) -> None:
    catalog = run(inputs("test"), tmp_path)
    assert catalog.load("drift_report")["intervention_trigger"]["verdict"] == "not_enough_data"
    assert "Not enough data" in catalog.load("drift_page")


@pytest.mark.parametrize("model", ["content_recommender", "intervention_trigger"])
def test_every_feature_of_a_model_is_watched(model: str) -> None:
    features = [c.name for c in columns_of(model) if not c.name.endswith("_version")]
    found = matching(settings().models[model], [*features, "predicted_risk"])
    assert [name for name in found if name != "predicted_risk"] == features


def test_what_a_model_predicts_is_compared_where_it_can_be() -> None:
    models = settings().models
    assert "predicted_correct" in models["difficulty_estimator"]
    assert "student_mastery_scores" in models["mastery_predictor"]
    assert "predicted_risk" in models["intervention_trigger"]
