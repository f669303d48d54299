from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from learnloop.errors import ModelError
from learnloop.governance.gates import GateSettings
from learnloop.governance.registry import RegisteredVersion
from learnloop.governance.versions import Fingerprint, digest_of_model
from pipelines.release.nodes import (
    collect_audits,
    judge_model,
    plan_version,
    prepare_submission,
)
from pipelines.release.rooms import BY_NAME
from pipelines.release.settings import ReleaseParameters
from pipelines.stamp import MODEL_STAMPS, naming_models

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


class Written:
    """A model that saves what it was given."""

    def __init__(self, text: str) -> None:
        self.text = text

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "model.txt").write_text(self.text)


MODEL: Any = Written("1")


def plan(
    known: list[RegisteredVersion],
    data: str = "d1",
    code: str = "c1",
    last_event: str = "2025-11-24T06:00:00+00:00",
) -> dict[str, Any]:
    at_hand = {"contract": 1, "params_hash": "p", "code_hash": code, "data_hash": data}
    stamp = {
        **at_hand,
        "git_sha": "abc",
        "last_event": last_event,
        "parameters": {"form": "2pl"},
        "digest": digest_of_model(MODEL),
    }
    return plan_version(known, stamp, {"difficulty": at_hand}, MODEL, RELEASE, room=ROOM)


def registered(planned: dict[str, Any], *aliases: str) -> RegisteredVersion:
    return RegisteredVersion(
        number=1,
        semver=planned["version"],
        fingerprint=Fingerprint(**planned["fingerprint"]),
        git_sha="abc",
        last_event=planned["last_event"],
        digest="",
        gates={"quality": PASSED, "latency": PASSED},
        aliases=aliases,
        folder=Path("x"),
    )


def scores(probability_of_right: float, opponent: float = 0.5) -> pd.DataFrame:
    """40 students with a right and a wrong answer each."""
    rows = pd.DataFrame({"student_id": [f"s{i // 2}" for i in range(80)], "split": "test"})
    rows["content_id"] = ["easy", "hard"] * 40
    rows["correct"] = [True, False] * 40
    rows["probability"] = [probability_of_right, 0.5] * 40
    return rows.assign(baseline_probability=[opponent, 0.5] * 40)


def judged(planned: dict[str, Any], champion: pd.DataFrame, **kwargs: Any) -> dict[str, Any]:
    examination = {"seconds": [0.01] * 40, "champion_problem": kwargs.get("problem")}
    mine = kwargs.get("mine", scores(0.9))
    audits = kwargs.get("audits", AUDITS)
    return judge_model(planned, mine, champion, examination, METRICS, audits, room=ROOM)


def test_the_first_version_must_beat_its_baseline() -> None:
    first = plan([])
    assert (first["version"], first["rule"], first["unchanged"]) == ("1.0.0", "baseline", False)
    gates = judged(first, pd.DataFrame())
    verdicts = {gate: found["verdict"] for gate, found in gates.items()}
    assert verdicts.pop("calibration") == "fail"
    assert list(verdicts.values()) == ["pass"] * 4
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


def test_older_data_has_no_margin_to_be_worse_in() -> None:
    champion = registered(plan([]), "champion")
    older = plan([champion], data="d0", last_event="2025-05-01T06:00:00+00:00")
    assert (older["version"], older["rule"]) == ("1.0.1", "better")


def test_the_champion_keeps_its_quality_and_is_audited_anew() -> None:
    champion = registered(plan([]), "champion")
    same = plan([champion])
    assert (same["version"], same["rule"], same["unchanged"]) == ("1.0.0", "settled", True)
    unfair = {**PASSED, "verdict": "fail"}
    audits = {**AUDITS, "fairness": {ROOM.registered: unfair}}
    gates = judged(same, pd.DataFrame(), mine=scores(0.1), audits=audits)
    assert gates["quality"] == PASSED
    assert gates["fairness"]["verdict"] == "fail"
    assert gates["calibration"]["value"] == pytest.approx((0.9 + 0.5) / 2)


def test_calibration_looks_at_test_and_audit_students_together() -> None:
    """40 answers of .9 are all right, of 120 of .5 a third is: (40 * .1 + 20) / 160."""
    both = pd.concat([scores(0.9), scores(0.5).assign(split="audit")])
    found = judged(plan([]), pd.DataFrame(), mine=both)["calibration"]
    assert found["value"] == pytest.approx(0.15)
    assert "on 160 rows of 40 students" in found["reason"]


def test_a_model_of_other_data_than_those_at_hand_is_not_released() -> None:
    stamp = {"contract": 1, "params_hash": "p", "code_hash": "c", "data_hash": "may"}
    at_hand = {"difficulty": {**stamp, "params_hash": "q", "data_hash": "june"}}
    with pytest.raises(ModelError, match=r"other data and other parameters .*kedro run"):
        plan_version([], stamp, at_hand, MODEL, RELEASE, room=ROOM)


def test_a_model_that_was_fitted_without_a_stamp_is_not_released() -> None:
    stamp = {"contract": 1, "params_hash": "p", "code_hash": "c", "data_hash": "may"}
    stamped = {**stamp, "digest": digest_of_model(MODEL)}
    refitted: Any = Written("2")
    with pytest.raises(ModelError, match="not the one that was stamped"):
        plan_version([], stamped, {"difficulty": stamp}, refitted, RELEASE, room=ROOM)


@pytest.mark.parametrize("column", ["content_id", "student_id", "correct"])
def test_scores_of_other_rows_are_not_compared(column: str) -> None:
    newer = plan([registered(plan([]), "champion")], data="d2")
    other = scores(0.9)
    other.loc[0, column] = False if column == "correct" else "other"
    quality = judged(newer, champion=other)["quality"]
    assert quality["verdict"] == "not_enough_data"
    assert "other rows" in quality["reason"]


def test_rows_are_paired_by_what_they_are_about_and_not_by_their_place() -> None:
    newer = plan([registered(plan([]), "champion")], data="d2")
    mine = scores(0.9).assign(probability=[i / 100 for i in range(80)])
    reversed_rows = mine.iloc[::-1].reset_index(drop=True)
    quality = judged(newer, champion=reversed_rows, mine=mine)["quality"]
    assert (quality["verdict"], quality["value"]) == ("pass", 0.0)


def test_a_challenger_that_comes_again_is_judged_anew_under_its_version() -> None:
    again = plan([registered(plan([]), "challenger")])
    assert (again["version"], again["rule"], again["unchanged"]) == ("1.0.0", "baseline", True)


def test_a_champion_that_cannot_be_scored_blocks_and_says_why() -> None:
    newer = plan([registered(plan([]), "champion")], data="d2")
    quality = judged(newer, pd.DataFrame(), problem="no column 'skill'")["quality"]
    assert quality["verdict"] == "not_enough_data"
    assert "no column 'skill'" in quality["reason"]


@pytest.mark.parametrize(
    ("verdict", "alias"),
    [("pass", "champion"), ("fail", "challenger"), ("not_enough_data", "challenger")],
)
def test_any_gate_that_does_not_pass_keeps_a_challenger(verdict: str, alias: str) -> None:
    gates = {"quality": PASSED, "drift": {**PASSED, "verdict": verdict}}
    metrics = {"scores": {"ndcg@10": {"value": 0.4}, "auc": {"value": float("nan")}}}
    submission = prepare_submission(plan([]), MODEL, gates, "# card", metrics, room=ROOM)
    assert submission.alias == alias
    assert submission.metrics == {"ndcg_at_10": 0.4}
    assert submission.parameters == {"form": "2pl"}


def stamps(**changed: str) -> list[dict[str, Any]]:
    """Of the four models, in the order of `MODEL_STAMPS`; `changed` are digests."""
    made_from = {"contract": 1, "data_hash": "d", "params_hash": "p", "code_hash": "c"}
    return [{**made_from, "digest": changed.get(name, "1")} for name in MODEL_STAMPS]


def report(judged: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """An audit of the models with these stamps."""
    return naming_models({"mastery_predictor": PASSED, "intervention_trigger": PASSED}, judged)


def test_audits_of_the_models_on_disk_are_taken() -> None:
    audits = collect_audits(report(stamps()), report(stamps()), *stamps())
    assert audits["fairness"]["mastery_predictor"].items() >= PASSED.items()


@pytest.mark.parametrize("what", ["fairness", "drift"])
def test_an_audit_of_another_model_stops_the_release(what: str) -> None:
    refitted = stamps(intervention_fingerprint="2")
    old, new = report(stamps()), report(refitted)
    audits = (old, new) if what == "fairness" else (new, old)
    with pytest.raises(ModelError, match=f"{what} report .*intervention_trigger .*kedro run"):
        collect_audits(*audits, *refitted)


def test_an_audit_of_the_same_model_on_other_data_stops_the_release() -> None:
    newer = [{**stamp, "data_hash": "e"} for stamp in stamps()]
    with pytest.raises(ModelError, match="fairness report"):
        collect_audits(report(stamps()), report(newer), *newer)


def test_an_audit_that_does_not_say_what_it_judged_stops_the_release() -> None:
    silent = {"mastery_predictor": PASSED}
    with pytest.raises(ModelError, match=r"fairness report .*mastery_predictor"):
        collect_audits(silent, report(stamps()), *stamps())
