"""With a real MLflow on a real SQLite: what it would do to us is what we test."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import ModelError
from learnloop.governance.registry import Registry, Submission
from learnloop.governance.versions import Fingerprint
from learnloop.intervene import InterventionTrigger, TriggerSettings

NAME = "intervention_trigger"
PASS = {"verdict": "pass", "value": 0.1, "limit": 0.0, "reason": "better"}
FAIL = {"verdict": "fail", "value": -0.1, "limit": 0.0, "reason": "worse than last week"}


def examples() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"student_id": [f"s{i}" for i in range(30)]})
    unknown = [
        "avg_time_on_task",
        "video_completion_rate",
        "forum_participation_score",
        "peer_collaboration_count",
        "prerequisite_completion_status",
        "assessment_performance_trend",
        "session_frequency_daily",
        "session_frequency_weekly",
        "quiz_attempt_count",
    ]
    rows[unknown] = np.nan
    rows["week"] = 3
    rows["engagement_trend"] = None
    rows["student_mastery_scores"] = None
    rows["student_mastery_scores_before"] = None
    for column in ("weekly_events", "weekly_answers", "weekly_correct"):
        rows[column] = list(rng.poisson(9, (30, 3)).astype(float))
    rows["label"] = rng.random(30) < 0.4
    return rows.assign(split="train")


@pytest.fixture(scope="module")
def model() -> InterventionTrigger:
    settings = TriggerSettings(alert_budget=0.1, strengths=(0.3,))
    return InterventionTrigger(settings).fit(examples())


def submission(model: Any, semver: str = "1.0.0", **changes: Any) -> Submission:
    """A version of its own data, so that every semantic version has its fingerprint."""
    base = Submission(
        name=NAME,
        semver=semver,
        fingerprint=Fingerprint(1, "params", "code", f"data of {semver}"),
        git_sha="abc123",
        last_event="2025-11-24T06:00:00+00:00",
        model=model,
        gates={"quality": PASS, "drift": PASS},
        alias="champion",
        card="# intervention_trigger",
        metrics={"auc": 0.8},
        parameters={"trigger": {"alert_budget": 0.1}},
        libraries=("scikit-learn",),
    )
    return replace(base, **changes)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, model: InterventionTrigger) -> Path:
    """A registry with a champion 1.0.0 and a challenger 1.0.1 that failed a gate."""
    folder = tmp_path_factory.mktemp("mlflow")
    registry = Registry(folder)
    registry.submit(submission(model))
    gates = {"quality": FAIL, "drift": PASS}
    registry.submit(submission(model, "1.0.1", gates=gates, alias="challenger"))
    return folder


@pytest.mark.slow
def test_a_failing_version_stays_challenger_with_its_reasons(seeded: Path) -> None:
    champion, challenger = Registry(seeded).versions(NAME)
    assert (champion.semver, champion.aliases) == ("1.0.0", ("champion",))
    assert (challenger.semver, challenger.aliases) == ("1.0.1", ("challenger",))
    assert challenger.gates["quality"]["reason"] == "worse than last week"


@pytest.mark.slow
def test_a_version_names_its_commit_data_parameters_and_code(seeded: Path) -> None:
    found = Registry(seeded).versions(NAME)[0]
    assert found.git_sha == "abc123"
    assert found.fingerprint == Fingerprint(1, "params", "code", "data of 1.0.0")


@pytest.mark.slow
def test_submitting_the_champion_again_makes_no_version(
    seeded: Path, model: InterventionTrigger
) -> None:
    again = Registry(seeded).submit(submission(model, gates={"quality": FAIL}))
    assert (again.number, again.aliases) == (1, ("champion",))
    assert again.gates["quality"]["verdict"] == "pass"
    assert len(Registry(seeded).versions(NAME)) == 2


@pytest.mark.slow
def test_the_stored_folder_holds_the_model_itself(
    seeded: Path, model: InterventionTrigger
) -> None:
    champion = Registry(seeded).champion(NAME)
    assert champion is not None
    loaded = InterventionTrigger.load(champion.folder)
    pd.testing.assert_frame_equal(loaded.predict(examples()), model.predict(examples()))


class Unreadable(InterventionTrigger):
    """Saves well and never loads."""

    def __init__(self) -> None:
        super().__init__(TriggerSettings(alert_budget=0.1, strengths=(0.3,)))
        self.fit(examples())

    @classmethod
    def load(cls, folder: Path) -> Any:  # noqa: ARG003
        raise OSError("the disk is full")


@pytest.mark.slow
def test_a_version_that_cannot_be_read_back_leaves_the_registry_as_it_was(
    seeded: Path,
) -> None:
    with pytest.raises(
        ModelError, match=r"1\.0\.2 was stored .* cannot be read back: the disk"
    ):
        Registry(seeded).submit(submission(Unreadable(), "1.0.2"))
    kept = Registry(seeded).versions(NAME)
    assert [v.semver for v in kept] == ["1.0.0", "1.0.1"]
    assert kept[0].aliases == ("champion",)


@pytest.mark.slow
def test_mlflow_serves_the_champion_in_a_process_of_its_own(
    seeded: Path, model: InterventionTrigger, tmp_path: Path
) -> None:
    examples().to_parquet(tmp_path / "asked.parquet")
    script = (
        "import mlflow, pandas as pd\n"
        f"mlflow.set_tracking_uri({Registry(seeded).uri!r})\n"
        f"model = mlflow.pyfunc.load_model('models:/{NAME}@champion')\n"
        f"asked = pd.read_parquet({str(tmp_path / 'asked.parquet')!r})\n"
        f"model.predict(asked).to_parquet({str(tmp_path / 'answer.parquet')!r})\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)  # noqa: S603
    answer = pd.read_parquet(tmp_path / "answer.parquet")
    pd.testing.assert_frame_equal(answer, model.predict(examples()))


@pytest.mark.slow
def test_a_challenger_that_passes_overtakes_the_champion_under_its_own_version(
    tmp_path: Path, model: InterventionTrigger, seeded: Path
) -> None:
    shutil.copy(seeded / "mlflow.db", tmp_path)
    registry = Registry(tmp_path)
    promoted = registry.submit(submission(model, "1.0.1"))
    assert (promoted.number, promoted.aliases) == (2, ("champion",))
    assert promoted.gates["quality"]["verdict"] == "pass"
    assert [v.aliases for v in registry.versions(NAME)] == [(), ("champion",)]


@pytest.mark.slow
def test_a_known_version_is_not_promoted_for_another_model(
    tmp_path: Path, seeded: Path
) -> None:
    shutil.copy(seeded / "mlflow.db", tmp_path)
    settings = TriggerSettings(alert_budget=0.2, strengths=(3.0,))
    other = InterventionTrigger(settings).fit(examples())
    with pytest.raises(ModelError, match=r"another model under that version.*kedro run"):
        Registry(tmp_path).submit(submission(other, "1.0.1"))
    assert [v.aliases for v in Registry(tmp_path).versions(NAME)] == [
        ("champion",),
        ("challenger",),
    ]


@pytest.mark.slow
def test_mlflow_knows_the_parameters_and_what_the_model_needs(seeded: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(Registry(seeded).uri, Registry(seeded).uri)
    version = client.get_model_version(NAME, "1")
    assert client.get_run(version.run_id).data.params == {"trigger.alert_budget": "0.1"}
    champion = Registry(seeded).champion(NAME)
    assert champion is not None
    needed = (champion.folder.parents[1] / "requirements.txt").read_text().splitlines()
    names = {line.split("==")[0] for line in needed}
    assert names == {"learnloop", "mlflow", "numpy", "pandas", "scikit-learn"}


def test_a_registry_that_does_not_exist_holds_nothing(tmp_path: Path) -> None:
    assert Registry(tmp_path / "none").versions(NAME) == []
    assert Registry(tmp_path / "none").champion(NAME) is None
    assert not (tmp_path / "none").exists()


def test_a_broken_database_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(ModelError, match=r"mlflow\.db cannot be read.*Restore"):
        Registry(tmp_path).versions("mastery_predictor")
