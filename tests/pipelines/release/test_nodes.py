from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from learnloop.governance.gates import GateSettings
from learnloop.governance.registry import RegisteredVersion
from learnloop.governance.versions import Fingerprint
from learnloop.intervene import StruggleSettings, TriggerSettings
from pipelines.intervention.nodes import InterventionParameters
from pipelines.release.nodes import judge_model, plan_version, prepare_submission
from pipelines.release.rooms import BY_NAME
from pipelines.release.settings import ReleaseParameters

ROOM = BY_NAME["difficulty"]
LIMITS = GateSettings(non_inferiority_margin=0.05, ece_limit=0.05, latency_limit_s=0.1)
RELEASE = ReleaseParameters(
    gates={"difficulty": LIMITS, "intervention": LIMITS},
    draws=50,
    timed_students=30,
    reports={},
)
PASSED = {"verdict": "pass", "value": 0.0, "limit": 0.1, "reason": "fine"}
AUDITS = {"fairness": {ROOM.registered: PASSED}, "drift": {ROOM.registered: PASSED}}
METRICS = {"scores": {"ece": {"value": 0.01, "low": 0.0, "high": 0.02}}}
DIFFICULTY = {
    "estimator": {
        "form": "2pl",
        "shrink": True,
        "nodes": 41,
        "max_iterations": 300,
        "tolerance": 0.001,
    },
    "evaluation": {"draws": 300, "seed": 0},
}


def plan(known: list[RegisteredVersion], data: str = "d1", code: str = "c1") -> dict[str, Any]:
    return plan_version(
        known,
        {"hash": data},
        {"git_sha": "abc", "code": {"difficulty": code}},
        {"difficulty": DIFFICULTY},
        RELEASE,
        room=ROOM,
    )


def registered(planned: dict[str, Any], *aliases: str) -> RegisteredVersion:
    return RegisteredVersion(
        number=1,
        semver=planned["version"],
        fingerprint=Fingerprint(**planned["fingerprint"]),
        git_sha="abc",
        gates={"quality": PASSED},
        aliases=aliases,
        folder=Path("x"),
    )


def scores(probability_of_right: float, opponent: float = 0.5) -> pd.DataFrame:
    """40 students with a right and a wrong answer each."""
    rows = pd.DataFrame({"student_id": [f"s{i // 2}" for i in range(80)], "split": "test"})
    rows["correct"] = [True, False] * 40
    rows["probability"] = [probability_of_right, 0.5] * 40
    return rows.assign(baseline_probability=[opponent, 0.5] * 40)


def judged(planned: dict[str, Any], champion: pd.DataFrame, **kwargs: Any) -> dict[str, Any]:
    examination = {"seconds": [0.01] * 40, "champion_problem": kwargs.get("problem")}
    mine = kwargs.get("mine", scores(0.9))
    return judge_model(planned, mine, champion, examination, METRICS, AUDITS, room=ROOM)


def test_the_first_version_must_beat_its_baseline() -> None:
    first = plan([])
    assert (first["version"], first["rule"], first["unchanged"]) == ("1.0.0", "baseline", False)
    gates = judged(first, pd.DataFrame())
    assert [gate["verdict"] for gate in gates.values()] == ["pass"] * 5
    assert gates["quality"]["value"] == pytest.approx(0.5)
    assert "share_correct" in gates["quality"]["reason"]


def test_newer_data_may_be_as_good_as_the_champion() -> None:
    champion = registered(plan([]), "champion")
    newer = plan([champion], data="d2")
    assert (newer["version"], newer["rule"]) == ("1.0.1", "non_inferior")
    gates = judged(newer, champion=scores(0.9))
    assert (gates["quality"]["verdict"], gates["quality"]["limit"]) == ("pass", -0.05)


def test_a_new_method_must_be_better_than_the_champion() -> None:
    champion = registered(plan([]), "champion")
    other = plan([champion], code="c2")
    assert (other["version"], other["rule"]) == ("1.1.0", "better")
    assert judged(other, champion=scores(0.9))["quality"]["verdict"] == "fail"
    assert judged(other, champion=scores(0.1))["quality"]["verdict"] == "pass"


def test_a_worse_model_on_newer_data_fails() -> None:
    newer = plan([registered(plan([]), "champion")], data="d2")
    gates = judged(newer, champion=scores(0.9), mine=scores(0.1))
    assert gates["quality"]["verdict"] == "fail"
    assert "champion 1.0.0" in gates["quality"]["reason"]


def test_the_champion_itself_is_not_judged_again() -> None:
    champion = registered(plan([]), "champion")
    same = plan([champion])
    assert (same["version"], same["rule"], same["unchanged"]) == ("1.0.0", "settled", True)
    assert judged(same, pd.DataFrame(), mine=scores(0.1)) == {"quality": PASSED}


def test_a_challenger_that_comes_again_is_judged_anew_under_its_version() -> None:
    again = plan([registered(plan([]), "challenger")])
    assert (again["version"], again["rule"], again["unchanged"]) == ("1.0.0", "baseline", True)


def test_a_champion_that_cannot_be_scored_blocks_and_says_why() -> None:
    newer = plan([registered(plan([]), "champion")], data="d2")
    quality = judged(newer, pd.DataFrame(), problem="no column 'skill'")["quality"]
    assert quality["verdict"] == "not_enough_data"
    assert "no column 'skill'" in quality["reason"]


def test_parameters_count_by_what_they_say_validated_or_not() -> None:
    room = BY_NAME["intervention"]
    validated = InterventionParameters(
        struggle=StruggleSettings(
            horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4
        ),
        trigger=TriggerSettings(alert_budget=0.1, strengths=(0.3,)),
    )
    common: dict[str, Any] = {"difficulty": DIFFICULTY, "mastery": {}}
    found = [
        plan_version(
            [],
            {"hash": "d"},
            {"git_sha": "abc", "code": {"intervention": "c"}},
            {**common, "intervention": given},
            RELEASE,
            room=room,
        )["fingerprint"]["params_hash"]
        for given in (validated, validated.model_dump(mode="json"))
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("verdict", "alias"),
    [("pass", "champion"), ("fail", "challenger"), ("not_enough_data", "challenger")],
)
def test_any_gate_that_does_not_pass_keeps_a_challenger(verdict: str, alias: str) -> None:
    gates = {"quality": PASSED, "drift": {**PASSED, "verdict": verdict}}
    metrics = {"scores": {"ndcg@10": {"value": 0.4}}}
    submission = prepare_submission(plan([]), object(), gates, "# card", metrics)  # type: ignore[arg-type]
    assert submission.alias == alias
    assert submission.metrics == {"ndcg_at_10": 0.4}
