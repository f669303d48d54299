from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from learnloop.errors import ModelError
from learnloop.governance.gates import GateSettings
from pipelines.pipeline_registry import register_pipelines
from pipelines.release.datasets import Champion
from pipelines.release.examine import examine as examine_models
from pipelines.release.rooms import BY_NAME, ROOMS, Room
from pipelines.release.settings import ReleaseParameters

LIMITS = GateSettings(non_inferiority_margin=0.01, ece_limit=0.05, latency_limit_s=0.1)
RELEASE = ReleaseParameters(
    gates={"difficulty": LIMITS}, draws=50, timed_students=30, reports={}
)


class Constant:
    """A model that always says the same, and breaks when told to."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.calls = 0

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        self.calls += 1
        if self.probability < 0:
            raise KeyError("skill")
        return pd.DataFrame({"probability": self.probability}, index=examples.index)


def score(model: Any, attempts: pd.DataFrame) -> pd.DataFrame:
    asked = attempts[attempts["split"].isin(["test", "audit"])]
    return asked.join(model.predict(asked))


ROOM = replace(BY_NAME["difficulty"], scoring=score)


@pytest.fixture
def attempts() -> pd.DataFrame:
    splits = ["train"] * 5 + ["test"] * 40 + ["audit"] * 500
    return pd.DataFrame({"student_id": [f"s{i}" for i in range(len(splits))], "split": splits})


def examine(champion: Champion, attempts: pd.DataFrame, rule: str = "better") -> Any:
    plan = {"rule": rule, "name": "difficulty_estimator", "champion": "1.0.0"}
    candidate: Any = Constant(0.7)
    return examine_models(plan, champion, candidate, RELEASE, attempts, room=ROOM)


def test_the_champion_scores_the_test_students_and_no_others(attempts: pd.DataFrame) -> None:
    scores, examined = examine(Champion(Constant(0.2), "1.0.0"), attempts)  # type: ignore[arg-type]
    assert scores["split"].unique().tolist() == ["test"]
    assert scores["probability"].unique().tolist() == [0.2]
    assert examined["champion_problem"] is None


def test_one_call_per_student_is_timed(attempts: pd.DataFrame) -> None:
    _, examined = examine(Champion(None, None), attempts)
    assert len(examined["seconds"]) == 30
    assert min(examined["seconds"]) > 0


def test_what_is_timed_is_the_answer_that_a_service_gives(attempts: pd.DataFrame) -> None:
    asked: list[int] = []
    room = replace(ROOM, answering=lambda _, rows: asked.append(len(rows)))
    plan = {"rule": "better", "name": "difficulty_estimator", "champion": "1.0.0"}
    model: Any = Constant(-1)
    examine_models(plan, Champion(None, None), model, RELEASE, attempts, room=room)
    assert asked == [1] * 31


def test_of_the_recommender_one_list_with_its_reasons_is_timed() -> None:
    class Recommender:
        def answer(self, rows: pd.DataFrame) -> str:
            return f"the list of {rows['student_id'].iloc[0]}"

    said = BY_NAME["recommender"].answering(Recommender(), pd.DataFrame({"student_id": ["s"]}))
    assert said == "the list of s"


def test_without_a_champion_there_is_nothing_to_compare_with(attempts: pd.DataFrame) -> None:
    scores, _ = examine(Champion(None, None), attempts)
    assert scores.empty


def test_a_champion_that_breaks_is_reported_and_does_not_stop_the_run(
    attempts: pd.DataFrame,
) -> None:
    scores, examined = examine(Champion(Constant(-1), "1.0.0"), attempts)  # type: ignore[arg-type]
    assert scores.empty
    assert examined["champion_problem"] == "KeyError: 'skill'"


def test_a_settled_model_costs_nothing(attempts: pd.DataFrame) -> None:
    champion = Constant(0.2)
    scores, examined = examine(Champion(champion, "1.0.0"), attempts, rule="settled")  # type: ignore[arg-type]
    assert scores.empty
    assert (examined["seconds"], champion.calls) == ([], 0)


def test_a_settled_champion_whose_files_are_gone_is_an_error(attempts: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match=r"1\.0\.0 is champion, but .*no such folder"):
        examine(Champion(None, "1.0.0", "no such folder"), attempts, rule="settled")


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_champion_is_scored_as_the_candidate_was(room: Room) -> None:
    """By the function, and from the tables, of the node that made the score table."""
    nodes = register_pipelines()[room.name].nodes
    scored = next(node for node in nodes if room.scores in node.outputs)
    assert scored.func is room.scoring
    assert scored.inputs == [f"{room.name}_model", *room.tables]
