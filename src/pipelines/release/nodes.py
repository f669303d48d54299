"""Nodes of the release pipeline: plan a version, judge it, describe it, sum up."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd

from learnloop.governance.cards import render_card
from learnloop.governance.gates import (
    Comparison,
    GateResult,
    Verdict,
    alias_of,
    audit_gate,
    calibration_gate,
    compare,
    latency_gate,
    measure_calibration,
    quality_gate,
)
from learnloop.governance.registry import RegisteredVersion, Submission, loggable
from learnloop.governance.summary import entry_of, render_index, summarise
from learnloop.governance.versions import (
    FIRST_VERSIONS,
    Change,
    Fingerprint,
    change_between,
    next_version,
)
from learnloop.model import Model
from learnloop.splits import Split
from pipelines.release.rooms import Room
from pipelines.release.settings import ReleaseParameters
from pipelines.stamp import made_from, require_judged


def collect_audits(
    fairness_audit: Mapping[str, Any],
    drift_report: Mapping[str, Any],
    *stamps: Mapping[str, Any],
) -> dict[str, Any]:
    """What the audits say of each model, by gate.

    Raises:
        ModelError: one of them judged another model than the one on disk.
    """
    require_judged("fairness", fairness_audit, stamps)
    require_judged("drift", drift_report, stamps)
    return {"fairness": dict(fairness_audit), "drift": dict(drift_report)}


def plan_version(
    known: list[RegisteredVersion],
    stamp: Mapping[str, Any],
    present: Mapping[str, Mapping[str, Any]],
    model: Model,
    release: ReleaseParameters,
    *,
    room: Room,
) -> dict[str, Any]:
    """Which version the model on disk is, and against whom it must hold.

    ``rule`` is ``baseline`` without a champion, ``non_inferior`` where only the data
    differs from the champion's and is not older, ``better`` where it is or the method
    differs, and ``settled`` where it is the champion itself. ``number`` is MLflow's.

    Raises:
        ModelError: the model was made from other data, parameters or code than those at
            hand.
    """
    fingerprint = made_from(stamp, present[room.name], model, room.registered)
    by_semver = {version.semver: version for version in known}
    champion = next((version for version in known if "champion" in version.aliases), None)
    before = champion.semver if champion else None
    semver, change = next_version(
        {version.semver: version.fingerprint for version in known},
        fingerprint,
        FIRST_VERSIONS[room.registered],
        before,
    )
    newest = max((version.number for version in known), default=0)
    return {
        "name": room.registered,
        "version": semver,
        "number": by_semver[semver].number if semver in by_semver else newest + 1,
        "change": change.value,
        "unchanged": change is Change.NONE,
        "rule": _rule(champion, fingerprint, stamp["last_event"]),
        "champion": before,
        "settled_gates": dict(champion.gates) if champion else {},
        "fingerprint": fingerprint.as_dict(),
        "git_sha": stamp["git_sha"],
        "last_event": stamp["last_event"],
        "parameters": stamp["parameters"],
        "limits": release.gates[room.name].model_dump(mode="json"),
        "draws": release.draws,
    }


def _rule(champion: RegisteredVersion | None, new: Fingerprint, last_event: str) -> str:
    rules = {Change.NONE: "settled", Change.DATA: "non_inferior", Change.FIRST: "baseline"}
    change = change_between(champion.fingerprint if champion else None, new)
    if champion and change is Change.DATA and champion.last_event:
        newer = datetime.fromisoformat(last_event) >= datetime.fromisoformat(
            champion.last_event
        )
        return rules[change] if newer else "better"
    return rules.get(change, "better")


def judge_model(
    plan: Mapping[str, Any],
    scores: pd.DataFrame,
    champion_scores: pd.DataFrame,
    examination: Mapping[str, Any],
    metrics: Mapping[str, Any],
    audits: Mapping[str, Mapping[str, Any]],
    *,
    room: Room,
) -> dict[str, Any]:
    """Verdict, value, limit and reason of each gate.

    The settled champion keeps what it was promoted for, its quality and latency; what
    depends on the students at hand, calibration, fairness and drift, is judged anew.
    """
    limits, name = plan["limits"], room.registered
    present = {
        "calibration": _judge_calibration(plan, scores, metrics, room),
        "fairness": audit_gate(audits["fairness"].get(name), "fairness"),
        "drift": audit_gate(audits["drift"].get(name), "drift"),
    }
    seen = {gate: result.as_dict() for gate, result in present.items()}
    if plan["rule"] == "settled":
        return {**plan["settled_gates"], **seen}
    quality = _judge_quality(plan, scores, champion_scores, examination, room)
    latency = latency_gate(examination["seconds"], limits["latency_limit_s"])
    return {"quality": quality.as_dict(), **seen, "latency": latency.as_dict()}


def _judge_calibration(
    plan: Mapping[str, Any], scores: pd.DataFrame, metrics: Mapping[str, Any], room: Room
) -> GateResult:
    """On `test` and `audit` together, for no model learns from either.

    The recommender's score table says nothing of its probabilities, so its own metrics do.
    """
    limit = plan["limits"]["ece_limit"]
    if room.outcome is None:
        return calibration_gate(metrics["scores"].get("ece"), limit)
    seen = scores[scores["split"].isin([Split.TEST, Split.AUDIT])]
    students = seen["student_id"]
    found = measure_calibration(
        seen[room.outcome].astype(float), seen[room.score], students, plan["draws"]
    )
    measured_on = f" on {len(seen):,} rows of {students.nunique():,} students"
    return calibration_gate(found.as_dict(), limit, measured_on)


def _judge_quality(
    plan: Mapping[str, Any],
    scores: pd.DataFrame,
    champion_scores: pd.DataFrame,
    examination: Mapping[str, Any],
    room: Room,
) -> GateResult:
    test = scores[scores["split"] == Split.TEST].reset_index(drop=True)
    if test.empty:
        return GateResult(Verdict.NOT_ENOUGH_DATA, None, 0.0, "there are no test students")
    against = partial(
        compare,
        room.statistic,
        None if room.outcome is None else test[room.outcome].astype(float),
        test[room.score],
        students=test["student_id"],
        draws=plan["draws"],
    )
    if plan["rule"] == "baseline":
        return quality_gate(
            [against(test[column], opponent=name) for name, column in room.baselines.items()]
        )
    theirs = _paired(test, champion_scores, room)
    if theirs is None:
        problem = examination["champion_problem"] or "it scores other rows than the candidate"
        reason = (
            f"champion {plan['champion']} cannot be scored by this code ({problem}); "
            "to start anew without it, delete its alias"
        )
        return GateResult(Verdict.NOT_ENOUGH_DATA, None, 0.0, reason)
    margin = plan["limits"]["non_inferiority_margin"]
    found: Comparison = against(theirs, opponent=f"champion {plan['champion']}")
    return quality_gate([found], margin if plan["rule"] == "non_inferior" else 0.0)


def _paired(
    test: pd.DataFrame, champion_scores: pd.DataFrame, room: Room
) -> "pd.Series[float] | None":
    """The champion's score of each row of `test`; ``None`` unless both scored the same.

    A student who answers one question twice has two rows of one key, in order.
    """
    keys = [*room.keys, *([room.outcome] if room.outcome else [])]
    if champion_scores.empty or len(champion_scores) != len(test):
        return None
    ours, theirs = (
        table[keys].assign(again=table.groupby(list(room.keys)).cumcount())
        for table in (test, champion_scores)
    )
    joined = ours.merge(
        theirs.assign(score=champion_scores[room.score]), on=[*keys, "again"], how="left"
    )
    return None if joined["score"].isna().any() else joined["score"]


def write_card(
    plan: Mapping[str, Any],
    metrics: Mapping[str, Any],
    gates: Mapping[str, Any],
    audits: Mapping[str, Mapping[str, Any]],
    data_hashes: Mapping[str, Any],
) -> str:
    """The model card in Markdown."""
    return render_card(plan, metrics, gates, audits["fairness"].get(plan["name"]), data_hashes)


def prepare_submission(
    plan: Mapping[str, Any],
    model: Model,
    gates: Mapping[str, Any],
    card: str,
    metrics: Mapping[str, Any],
    *,
    room: Room,
) -> Submission:
    """The model on its way into the registry; saving it registers it."""
    return Submission(
        name=plan["name"],
        semver=plan["version"],
        fingerprint=Fingerprint(**plan["fingerprint"]),
        git_sha=plan["git_sha"],
        last_event=plan["last_event"],
        model=model,
        gates=gates,
        alias=alias_of(gates),
        card=card,
        metrics=loggable(metrics["scores"]),
        parameters=plan["parameters"],
        libraries=room.libraries,
    )


def describe_version(
    plan: Mapping[str, Any],
    registered: RegisteredVersion,
    metrics: Mapping[str, Any],
    gates: Mapping[str, Any],
    *,
    room: Room,
) -> dict[str, Any]:
    """The model's part of the summary."""
    return entry_of(plan, registered, metrics, gates, tuple(room.baselines))


def summarise_release(
    difficulty: Mapping[str, Any],
    mastery: Mapping[str, Any],
    recommender: Mapping[str, Any],
    intervention: Mapping[str, Any],
    ingest_summary: Mapping[str, Any],
    release: ReleaseParameters,
) -> tuple[dict[str, Any], str]:
    """The summary and the page that links to every report."""
    entries = [recommender, mastery, difficulty, intervention]
    summary = summarise(entries, ingest_summary, release.reports)
    return summary, render_index(summary)
