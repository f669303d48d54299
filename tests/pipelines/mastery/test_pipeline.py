"""The mastery pipeline from end to end on a small class, and what each part may read."""

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from learnloop.difficulty import DifficultyEstimator
from learnloop.events.schema import Attempts
from learnloop.mastery import MasteryPredictor, MasterySettings, skills_version
from learnloop.mastery.schema import MasteryScores, StudentMastery
from pipelines.mastery.pipeline import create_pipeline, fit_and_score

from ..in_memory import Kept  # noqa: TID252

START = pd.Timestamp("2025-09-01", tz="UTC")
SETTINGS = MasterySettings(
    hidden_units=4, epochs=3, batch_size=128, difficulty_folds=2, folds=2, bootstrap_draws=20
)
SKILLS = ["s0", "s1", "s2"]
Tables = dict[str, pd.DataFrame]


def answers(students: int = 60, timed: bool = True) -> pd.DataFrame:
    """Three answers a day for five days on nine items of three skills."""
    rng = np.random.default_rng(5)
    splits = ["train"] * 4 + ["validation", "test", "audit"]
    rows = []
    for number in range(students):
        ability = rng.normal()
        for place in range(15):
            item = int(rng.integers(9))
            chance = 1 / (1 + np.exp(item / 2 - 2 - ability))
            when = START + pd.Timedelta(days=place // 3, minutes=place) if timed else pd.NaT
            rows.append(
                {
                    "student_id": f"student-{number:02d}",
                    "content_id": f"item-{item}",
                    "skill_id": SKILLS[item % 3],
                    "correct": bool(rng.random() < chance),
                    "occurred_at": when,
                    "position": place,
                    "studied": place // 5,
                    "split": splits[number % 7],
                }
            )
    table = pd.DataFrame(rows)
    times = pd.to_datetime(table["occurred_at"], utc=True).astype("datetime64[us, UTC]")
    return Attempts.validate(table.assign(occurred_at=times))


def tables(timed: bool = True) -> Tables:
    """What the pipeline reads; one item and one skill were never practised."""
    attempts = answers(timed=timed)
    items = [(f"item-{item}", [SKILLS[item % 3]], "assessment") for item in range(10)]
    items.append(("a-video", ["s3"], "video"))
    content = pd.DataFrame(items, columns=["content_id", "skill_ids", "type"])
    students = attempts[["student_id", "split"]].drop_duplicates()
    snapshots = students.merge(pd.DataFrame({"week": [1, 2]}), how="cross")
    as_of = START + snapshots["week"] * pd.Timedelta(days=2)
    snapshots["as_of"] = as_of.astype("datetime64[us, UTC]")
    truth = students.merge(pd.DataFrame({"skill_id": SKILLS}), how="cross").drop(
        columns="split"
    )
    truth = truth.assign(as_of=snapshots["as_of"].iloc[0], mastery=0.5)
    studies = attempts[["student_id", "skill_id", "occurred_at"]].iloc[::7]
    difficulty = DifficultyEstimator().fit(
        attempts[attempts["split"] == "train"], content[content["type"] == "assessment"]
    )
    return {
        "attempts": attempts,
        "studies": studies,
        "content_items": content,
        "skills": pd.DataFrame({"skill_id": [*SKILLS, "s3"]}),
        "snapshots": snapshots,
        "truth_mastery": truth,
        "item_difficulty": difficulty.items(),
        "difficulty_model": difficulty,
    }


def run(pipeline: Pipeline, held: Tables) -> dict[str, object]:
    """All but the stamp, which says what a release must know."""
    pipeline = pipeline.filter(
        node_names=[node.name for node in pipeline.nodes if node.name != "stamp_mastery"]
    )
    catalog = DataCatalog(
        {name: MemoryDataset(table) for name, table in held.items()}
        | {"params:mastery": MemoryDataset(SETTINGS)}
        | {name: Kept() for name in pipeline.all_outputs()}
    )
    SequentialRunner().run(pipeline, catalog)
    return {name: catalog.load(name) for name in pipeline.all_outputs()}


@pytest.fixture(scope="module")
def outputs() -> dict[str, object]:
    return run(create_pipeline(), tables())


def test_scores_cover_every_answer_of_test_and_audit(outputs: dict[str, object]) -> None:
    scores = MasteryScores.validate(outputs["mastery_scores"])
    expected = answers()["split"].isin(["test", "audit"]).sum()
    assert len(scores) == expected


def test_every_snapshot_gets_one_mastery_per_skill(outputs: dict[str, object]) -> None:
    written = StudentMastery.validate(outputs["student_mastery"])
    assert len(written) == 2 * answers()["student_id"].nunique()
    assert {len(row) for row in written["student_mastery_scores"]} == {4}
    values = np.stack(written["student_mastery_scores"])
    assert values.dtype == np.float64
    assert ((values >= 0) & (values <= 1)).all()
    assert set(written["skills_version"]) == {skills_version([*SKILLS, "s3"])}


def test_training_students_get_masteries_of_other_models(outputs: dict[str, object]) -> None:
    written = outputs["student_mastery"].merge(
        tables()["snapshots"][["student_id", "split"]].drop_duplicates(), on="student_id"
    )
    own = written["model_version"] == outputs["mastery_model"].version
    assert (own == (written["split"] != "train")).all()


def test_metrics_have_errors_against_the_truth(outputs: dict[str, object]) -> None:
    metrics = outputs["mastery_metrics"]
    assert set(metrics["truth"]) == {
        "rmse",
        "mae",
        "correlation",
        "covered",
        "covered_practised",
    }
    assert "truth_rmse" in metrics["baselines"]["skill_rate"]


def test_truth_reaches_the_evaluation_alone() -> None:
    readers = [node.name for node in create_pipeline().nodes if "truth_mastery" in node.inputs]
    assert readers == ["evaluate_mastery"]


def test_a_school_without_truth_gets_metrics_without_it() -> None:
    held = tables()
    held["truth_mastery"] = held["truth_mastery"].iloc[:0]
    assert run(create_pipeline(), held)["mastery_metrics"]["truth"] == {}


def test_data_in_order_only_is_fitted_and_scored() -> None:
    held = tables(timed=False)
    for name in ("snapshots", "truth_mastery"):
        held.pop(name)
    found = run(fit_and_score(), held)
    assert isinstance(found["mastery_model"], MasteryPredictor)
    assert MasteryScores.validate(found["mastery_scores"])["occurred_at"].isna().all()
    assert found["mastery_metrics"]["headline"] == "auc"
