"""Model cards: what a version is for, what it rests on, and what it must not be used for.

The headings follow Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from learnloop.datasets.public import PublicData
from learnloop.governance.gates import alias_of


@dataclass(frozen=True)
class Purpose:
    """The part of a card that people wrote and no run changes."""

    does: str
    limits: tuple[str, ...]


PURPOSES = {
    "content_recommender": Purpose(
        "Chooses and orders the next content items of a student by the mastery that they "
        "are expected to add, within prerequisites and the student's content ceiling.",
        (
            "Expected gain is a model's estimate, not a measured effect of learning.",
            "Not for assigning grades, and not a measure of a teacher's material.",
        ),
    ),
    "mastery_predictor": Purpose(
        "Estimates for each skill the probability that a student now answers its items "
        "correctly, from the order of the student's earlier answers.",
        (
            "Evidence for the next step, not a grade: no decision about a student's record "
            "may rest on it.",
            "Says little about a skill on which a student has not answered yet.",
        ),
    ),
    "difficulty_estimator": Purpose(
        "Estimates how hard an assessment item is and how well it tells students apart, on "
        "the logit scale of item response theory.",
        (
            "Items with few answers rest on their author's guess.",
            "Assumes one ability for each student over the answers that it looks at.",
        ),
    ),
    "intervention_trigger": Purpose(
        "Says which active students are likely to fall silent or fail within the horizon, "
        "why, and how sure it is, so that a person or a hint can reach them in time.",
        (
            "An invitation to help, never a reason to withhold something or to penalise.",
            "Does not see what happens outside the platform.",
        ),
    ),
}


def render_card(
    plan: Mapping[str, Any],
    metrics: Mapping[str, Any],
    gates: Mapping[str, Any],
    fairness: Mapping[str, Any] | None,
    data: Mapping[str, Any],
) -> str:
    """The card of one version in Markdown; the same inputs give the same text.

    Args:
        plan: name, version, MLflow's number, change, fingerprint and commit of the version.
        metrics: the model's metrics JSON.
        gates: verdict, value, limit and reason by gate.
        fairness: the model's part of the fairness audit; ``None`` without one.
        data: extent and students of the data.
    """
    name, purpose = plan["name"], PURPOSES[plan["name"]]
    parts = [
        f"# {name} {plan['version']}",
        f"## Purpose\n\n{purpose.does}",
        "## Limits\n\n" + _bullets((*purpose.limits, *metrics.get("notes", ()))),
        "## Data\n\n" + _data(plan, data),
        "## Metrics\n\n" + _metrics(metrics),
        "## Gates\n\n" + _gates(gates),
        "## Groups\n\n" + _groups(fairness),
        "## Where it comes from\n\n" + _origin(plan),
        "## How to load it\n\n" + _how_to_load(plan, "var/mlflow", alias_of(gates)),
    ]
    return "\n\n".join(parts) + "\n"


def render_public_card(
    plan: Mapping[str, Any],
    metrics: Mapping[str, Any],
    about: PublicData,
    students: Mapping[str, int],
    fairness: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """The card of a version fitted on public data: never gated, never a champion.

    Args:
        plan: as in `render_card`.
        metrics: the model's metrics JSON.
        about: the data set.
        students: how many, by split.
        fairness: audits as in `render_card` by what each is of, such as a day of the course;
            ``None`` without any.
    """
    name, purpose = plan["name"], PURPOSES[plan["name"]]
    does = about.purposes.get(name, purpose.does)
    audited = [f"### {case}\n\n{_groups(audit)}" for case, audit in (fairness or {}).items()]
    counted = ", ".join(f"{count:,} {split}" for split, count in students.items())
    data = (
        f"{about.name}: {about.source}",
        f"terms: {about.terms}",
        f"test students: {about.test_students}",
        f"students by split: {counted}",
        f"hash `{plan['fingerprint']['data_hash']}`",
    )
    uses = (
        "Fitted on public data to show what the method reaches there. No student of this "
        "platform is in it, and no gate judged it: it is a challenger and never a champion.",
    )
    parts = [
        f"# {name} {plan['version']} on {about.name}",
        f"## Purpose\n\n{does}",
        "## Limits\n\n" + _bullets((*uses, *purpose.limits, *metrics.get("notes", ()))),
        "## Data\n\n" + _bullets(data),
        "## Metrics\n\n" + _metrics(metrics),
        "## Published\n\n" + _published(about, name),
        "## Groups\n\n" + ("\n\n".join(audited) or _groups(None)),
        "## Where it comes from\n\n" + _origin(plan),
        "## How to load it\n\n" + _how_to_load(plan, about.registry, "challenger"),
    ]
    return "\n\n".join(parts) + "\n"


def _published(about: PublicData, name: str) -> str:
    figures = about.published.get(name)
    if not figures:
        return "Nothing to hold it against."
    rows = [(method, f"{auc:g}") for method, auc in figures.items()]
    table = _table(("method", "test AUC"), rows)
    return f"{about.published_on}\n\n{table}" if about.published_on else table


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _data(plan: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    students = ", ".join(f"{count} {split}" for split, count in data["students"].items())
    return _bullets(
        (
            f"hash `{plan['fingerprint']['data_hash']}`",
            f"{data['events']} events from {data['first_event']} to {data['last_event']}",
            f"students by split: {students}",
        )
    )


def _metrics(metrics: Mapping[str, Any]) -> str:
    """A row per metric, ours beside each baseline, and the truth where it is known."""
    baselines = metrics["baselines"]
    rows = [
        (
            metric,
            _estimate(found),
            *(_estimate(other.get(metric)) for other in baselines.values()),
        )
        for metric, found in metrics["scores"].items()
    ]
    judged = (
        f"On {metrics['rows']} rows of {metrics['students']} students whom it never saw; "
        f"95 % intervals over students. The headline is `{metrics['headline']}`."
    )
    parts = [judged, _table(("metric", "this version", *baselines), rows)]
    if metrics.get("truth"):
        known = [(metric, _estimate(found)) for metric, found in metrics["truth"].items()]
        parts += ["Against the simulated campus's truth:", _table(("metric", "value"), known)]
    return "\n\n".join(parts)


def _gates(gates: Mapping[str, Any]) -> str:
    rows = [
        (
            gate,
            found["verdict"],
            _short(found["value"]),
            _short(found["limit"]),
            found["reason"],
        )
        for gate, found in gates.items()
    ]
    table = _table(("gate", "verdict", "value", "limit", "why"), rows)
    return (
        "A version is champion only if every gate passes. Calibration passes where the upper "
        "end of the interval of its error is within the limit; it is measured on the test "
        "students and, where there is one, the audit cohort: neither taught the model "
        f"anything.\n\n{table}"
    )


def _groups(fairness: Mapping[str, Any] | None) -> str:
    gaps = (fairness or {}).get("gaps", [])
    if not gaps:
        return "No group was audited: there is no table of protected attributes."
    rows = [
        (
            gap["attribute"],
            gap["group"],
            gap["metric"],
            _estimate({"value": gap["gap"], "low": gap["low"], "high": gap["high"]}),
            str(gap["n"]),
        )
        for gap in gaps
    ]
    table = _table(("attribute", "group", "metric", "gap to the rest", "students"), rows)
    return f"Each group against the rest, simultaneous intervals.\n\n{table}"


def _origin(plan: Mapping[str, Any]) -> str:
    fingerprint = plan["fingerprint"]
    return _bullets(
        (
            f"git commit `{plan['git_sha']}`",
            f"data `{fingerprint['data_hash']}`, parameters `{fingerprint['params_hash']}`, "
            f"code `{fingerprint['code_hash']}`",
            f"contract {fingerprint['contract']}; change since the version before: "
            f"{plan['change']}",
        )
    )


def _how_to_load(plan: Mapping[str, Any], registry: str, alias: str) -> str:
    """A challenger has no lasting alias, so its number names it."""
    which = "@champion" if alias == "champion" else f"/{plan['number']}"
    return (
        "```python\n"
        "import mlflow\n\n"
        f'mlflow.set_tracking_uri("sqlite:///{registry}/mlflow.db")\n'
        f'model = mlflow.pyfunc.load_model("models:/{plan["name"]}{which}")\n'
        "```"
    )


def _estimate(found: Mapping[str, Any] | None) -> str:
    if found is None or found.get("value") is None:
        return "–"
    return f"{_short(found['value'])} ({_short(found['low'])} to {_short(found['high'])})"


def _short(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"
