"""The audit pipeline from score tables to pages, in memory."""

from datetime import UTC, datetime
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from kedro_datasets.json import JSONDataset
from kedro_datasets.text import TextDataset

from learnloop.governance.fairness_verdict import FairnessSettings
from pipelines.audit.pipeline import create_pipeline
from pipelines.settings import CONFIG_LOADER_ARGS, CONFIG_LOADER_CLASS
from pipelines.stamp import MODEL_STAMPS

CONF = Path(__file__).parents[3] / "conf"


def settings() -> FairnessSettings:
    loader = CONFIG_LOADER_CLASS(str(CONF), **CONFIG_LOADER_ARGS | {"default_run_env": "base"})
    return FairnessSettings.model_validate(loader["parameters"]["audit"])


@pytest.fixture(scope="module")
def inputs() -> dict[str, object]:
    rng = np.random.default_rng(0)
    names = [f"s{i:04d}" for i in range(600)]
    rows = pd.DataFrame({"student_id": np.repeat(names, 4), "split": "audit"})
    chance = rng.uniform(0.2, 0.8, len(rows))
    hit = rng.random(len(rows)) < chance
    answers = rows.assign(
        content_id="i", skill_id="k", correct=hit, probability=chance, ability=0.0
    )
    team = rng.choice(["blue", "red"], len(names))
    stamp = {"contract": 1, "data_hash": "d", "params_hash": "p", "code_hash": "c"}
    return {
        **{name: {**stamp, "digest": name} for name in MODEL_STAMPS},
        "mastery_scores": answers,
        "difficulty_scores": answers,
        "recommendations": rows.assign(type="video", expected_gain=0.1),
        "intervention_scores": rows.assign(label=hit, risk=chance, flagged=chance > 0.5),
        "protected_attributes": pd.DataFrame({"student_id": names, "team": team}),
        "students": pd.DataFrame({"student_id": names, "cohort": "learn"}),
        "student_splits": pd.DataFrame({"student_id": names[:300], "split": "train"}),
        "events": ibis.memtable(
            pd.DataFrame(
                {
                    "student_id": names,
                    "verb": "answered",
                    "occurred_at": datetime(2025, 9, 1, tzinfo=UTC),
                }
            )
        ),
    }


def test_scores_become_a_report_and_two_pages(
    inputs: dict[str, object], tmp_path: Path
) -> None:
    pipeline = create_pipeline()
    given = inputs | {"params:audit": settings()}
    assert pipeline.inputs() == set(given)
    catalog = DataCatalog(
        {name: MemoryDataset(value, copy_mode="assign") for name, value in given.items()}
        | {
            name: JSONDataset(filepath=str(tmp_path / name))
            for name in ("fairness_audit", "representation")
        }
        | {
            name: TextDataset(filepath=str(tmp_path / name))
            for name in ("fairness_page", "representation_page")
        }
    )
    SequentialRunner().run(pipeline, catalog)
    audit = catalog.load("fairness_audit")
    assert set(audit) == {
        "mastery_predictor",
        "difficulty_estimator",
        "content_recommender",
        "intervention_trigger",
    }
    assert all("team" in audit[model]["attributes"] for model in audit)
    assert len({audit[model]["judged"] for model in audit}) == 4
    assert catalog.load("representation")["students"]["train"] == 300
    assert "Fairness audit" in catalog.load("fairness_page")
    assert "Whom the training data represents" in catalog.load("representation_page")


def test_the_rule_is_the_designs() -> None:
    found = settings()
    assert (found.limit, found.half_width, found.power) == (0.10, 0.15, 0.80)
