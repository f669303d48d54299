"""Nodes of the release pipeline: plan a version, judge it, describe it, sum up."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from kedro.utils import load_obj

from learnloop.governance.cards import render_card
from learnloop.governance.gates import (
    Comparison,
    GateResult,
    Verdict,
    audit_gate,
    calibration_gate,
    compare,
    latency_gate,
    quality_gate,
)
from learnloop.governance.registry import RegisteredVersion, Submission
from learnloop.governance.summary import entry_of, render_index, summarise
from learnloop.governance.versions import (
    FIRST_VERSIONS,
    Change,
    Fingerprint,
    change_between,
    hash_events,
    hash_parameters,
    hash_tables,
    next_version,
)
from learnloop.model import Model
from learnloop.recommend import ContentRecommender
from learnloop.recommend.evaluation import judge
from learnloop.splits import Split
from pipelines.release.rooms import SETTINGS, Room
from pipelines.release.settings import ReleaseParameters


def hash_data(
    events: Any,
    content_items: pd.DataFrame,
    skills: pd.DataFrame,
    prerequisites: pd.DataFrame,
    students: pd.DataFrame,
    student_splits: pd.DataFrame,
) -> dict[str, Any]:
    """What the models learned from and were judged on: its hash, extent and students."""
    tables = hash_tables([content_items, skills, prerequisites, students, student_splits])
    extent = events.aggregate(
        rows=events.count(), first=events.occurred_at.min(), last=events.occurred_at.max()
    ).to_pandas()
    return {
        "hash": hash_parameters({"events": hash_events(events), "tables": tables}),
        "events": int(extent["rows"].iloc[0]),
        "first_event": extent["first"].iloc[0].isoformat(),
        "last_event": extent["last"].iloc[0].isoformat(),
        "students": {
            split: int(count)
            for split, count in student_splits["split"].value_counts().sort_index().items()
        },
    }


def collect_audits(
    fairness_audit: Mapping[str, Any], drift_report: Mapping[str, Any]
) -> dict[str, Any]:
    """What the audits say of each model, by gate."""
    return {"fairness": dict(fairness_audit), "drift": dict(drift_report)}


def score_lists(
    recommender_model: ContentRecommender, recommender_examples: pd.DataFrame
) -> pd.DataFrame:
    """`RecommenderScores`: what each test student's list was worth, beside popularity's."""
    test = recommender_examples[recommender_examples["split"] == Split.TEST]
    lists = judge(recommender_model, test).lists
    scores = lists["recommender"][["student_id", "ndcg"]]
    return scores.assign(
        split=Split.TEST.value, baseline_popularity=lists["popularity"]["ndcg"]
    )


def plan_version(
    known: list[RegisteredVersion],
    release_data: Mapping[str, Any],
    release_code: Mapping[str, Any],
    parameters: Mapping[str, Any],
    release: ReleaseParameters,
    *,
    room: Room,
) -> dict[str, Any]:
    """Which version the model at hand is, and against whom it must hold.

    ``rule`` is ``baseline`` without a champion, ``non_inferior`` where only the data
    differs from the champion's, ``better`` where the method does, and ``settled`` where
    it is the champion itself.
    """
    fingerprint = Fingerprint(
        contract=load_obj(room.model_class).contract,
        params_hash=hash_parameters(
            {key: _resolved(key, parameters) for key in room.parameters}
        ),
        code_hash=release_code["code"][room.name],
        data_hash=release_data["hash"],
    )
    by_semver = {version.semver: version.fingerprint for version in known}
    first = FIRST_VERSIONS[room.registered]
    semver, change = next_version(by_semver, fingerprint, first)
    champion = next((version for version in known if "champion" in version.aliases), None)
    rules = {Change.NONE: "settled", Change.DATA: "non_inferior", Change.FIRST: "baseline"}
    to_beat = change_between(champion.fingerprint if champion else None, fingerprint)
    return {
        "name": room.registered,
        "version": semver,
        "change": change.value,
        "unchanged": change is Change.NONE,
        "rule": rules.get(to_beat, "better"),
        "champion": champion.semver if champion else None,
        "settled_gates": dict(champion.gates) if champion else {},
        "fingerprint": fingerprint.as_dict(),
        "git_sha": release_code["git_sha"],
        "limits": release.gates[room.name].model_dump(mode="json"),
        "draws": release.draws,
    }


def _resolved(key: str, parameters: Mapping[str, Any]) -> Any:
    """Parameters as the model gets them, whether or not this run has validated them yet."""
    return load_obj(SETTINGS[key]).model_validate(parameters[key]).model_dump(mode="json")


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
    """Verdict, value, limit and reason of each gate; the champion's own if it is settled."""
    if plan["rule"] == "settled":
        return dict(plan["settled_gates"])
    limits, name = plan["limits"], room.registered
    results = {
        "quality": _judge_quality(plan, scores, champion_scores, examination, room),
        "calibration": calibration_gate(metrics["scores"].get("ece"), limits["ece_limit"]),
        "fairness": audit_gate(audits["fairness"].get(name), "fairness"),
        "latency": latency_gate(examination["seconds"], limits["latency_limit_s"]),
        "drift": audit_gate(audits["drift"].get(name), "drift"),
    }
    return {gate: result.as_dict() for gate, result in results.items()}


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
        named = zip(room.baselines, room.stated, strict=True)
        return quality_gate([against(test[column], opponent=name) for column, name in named])
    if len(champion_scores) != len(test):
        problem = examination["champion_problem"] or "it scores other rows than the candidate"
        reason = (
            f"champion {plan['champion']} cannot be scored by this code ({problem}); "
            "to start anew without it, delete its alias"
        )
        return GateResult(Verdict.NOT_ENOUGH_DATA, None, 0.0, reason)
    margin = plan["limits"]["non_inferiority_margin"]
    found: Comparison = against(
        champion_scores[room.score], opponent=f"champion {plan['champion']}"
    )
    return quality_gate([found], margin if plan["rule"] == "non_inferior" else 0.0)


def write_card(
    plan: Mapping[str, Any],
    metrics: Mapping[str, Any],
    gates: Mapping[str, Any],
    audits: Mapping[str, Mapping[str, Any]],
    release_data: Mapping[str, Any],
) -> str:
    """The model card in Markdown."""
    return render_card(plan, metrics, gates, audits["fairness"].get(plan["name"]), release_data)


def prepare_submission(
    plan: Mapping[str, Any],
    model: Model,
    gates: Mapping[str, Any],
    card: str,
    metrics: Mapping[str, Any],
) -> Submission:
    """The model on its way into the registry; saving it registers it."""
    passed = all(gate["verdict"] == Verdict.PASS for gate in gates.values())
    return Submission(
        name=plan["name"],
        semver=plan["version"],
        fingerprint=Fingerprint(**plan["fingerprint"]),
        git_sha=plan["git_sha"],
        model=model,
        gates=gates,
        alias="champion" if passed else "challenger",
        card=card,
        metrics={
            name.replace("@", "_at_"): found["value"]
            for name, found in metrics["scores"].items()
        },
    )


def describe_version(
    plan: Mapping[str, Any],
    registered: RegisteredVersion,
    metrics: Mapping[str, Any],
    *,
    room: Room,
) -> dict[str, Any]:
    """The model's part of the summary."""
    return entry_of(plan, registered, metrics, room.stated)


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
