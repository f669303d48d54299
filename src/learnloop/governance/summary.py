"""What a release ends with: one JSON, one table, one page of links."""

import math
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from learnloop.governance.gates import GATES
from learnloop.governance.pages import VERDICTS, number, render
from learnloop.governance.registry import RegisteredVersion

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_MARKS = {
    "pass": "[green]pass[/green]",
    "fail": "[red]fail[/red]",
    "not_enough_data": "[yellow]not enough data[/yellow]",
}
NEXT_COMMAND = ".venv/bin/kedro viz"


def entry_of(
    plan: Mapping[str, Any],
    registered: RegisteredVersion,
    metrics: Mapping[str, Any],
    gates: Mapping[str, Any],
    stated: Sequence[str],
) -> dict[str, Any]:
    """One model's part of the summary.

    Args:
        plan: what kind of version it is.
        registered: the version as the registry holds it after the release.
        metrics: the model's metrics JSON.
        gates: what they say now; a champion may be found not to pass any more.
        stated: names of the baselines that the model must beat.

    Returns:
        ``metrics`` are plain numbers, ``metrics.baseline`` those of the strongest
        stated baseline; their intervals are in ``intervals``. ``champion`` is the
        version that services use, ``champion_before`` the one before the release; both
        ``None`` when there is none. What is undefined is ``None``.
    """
    headline, scores = metrics["headline"], metrics["scores"]
    strongest, baseline = _strongest(metrics["baselines"], stated, headline)
    values = {metric: found["value"] for metric, found in scores.items()}
    beside = {metric: found["value"] for metric, found in baseline.items()}
    alias = next((a for a in ("champion", "challenger") if a in registered.aliases), None)
    entry = {
        "name": plan["name"],
        "version": registered.semver,
        "alias": alias,
        "champion": registered.semver if alias == "champion" else plan["champion"],
        "champion_before": plan["champion"],
        "unchanged": bool(plan["unchanged"]),
        "change": plan["change"],
        "headline": headline,
        "metrics": {**values, "baseline": {"name": strongest, **beside}},
        "intervals": {m: [found["low"], found["high"]] for m, found in scores.items()},
        "truth": metrics.get("truth", {}),
        "gates": {gate: gates[gate] for gate in GATES if gate in gates},
        "git_sha": registered.git_sha,
        "data_hash": registered.fingerprint.data_hash,
    }
    defined: dict[str, Any] = without_nan(entry)
    return defined


def without_nan(found: Any) -> Any:
    """JSON knows no NaN."""
    if isinstance(found, Mapping):
        return {key: without_nan(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [without_nan(value) for value in found]
    return None if isinstance(found, float) and math.isnan(found) else found


def _strongest(
    baselines: Mapping[str, Mapping[str, Any]], stated: Sequence[str], headline: str
) -> tuple[str | None, Mapping[str, Any]]:
    """The baseline with the highest headline."""
    measured = {
        name: found
        for name, found in baselines.items()
        if name in stated and without_nan(found.get(headline, {}).get("value")) is not None
    }
    if not measured:
        return None, {}
    name = max(measured, key=lambda baseline: measured[baseline][headline]["value"])
    return name, measured[name]


def summarise(
    entries: Iterable[Mapping[str, Any]],
    ingest: Mapping[str, Any],
    reports: Mapping[str, str],
) -> dict[str, Any]:
    """The whole of `summary.json`.

    Args:
        entries: of `entry_of`.
        ingest: what was read, refused and left out, and why.
        reports: path of each report by name.
    """
    models = {
        str(entry["name"]): {key: value for key, value in entry.items() if key != "name"}
        for entry in entries
    }
    return {
        "models": models,
        "unchanged": all(model["unchanged"] for model in models.values()),
        "data": dict(ingest),
        "reports": dict(reports),
        "next_command": NEXT_COMMAND,
    }


def render_summary(summary: Mapping[str, Any]) -> "Group":
    """The summary as a person at the terminal wants it: two tables and what to do next.

    Args:
        summary: of `summarise`.
    """
    from rich.console import Group
    from rich.text import Text

    models = summary["models"]
    lines = ["", _said_of_versions(models), *_said_of_champions(models)]
    counted = summary["data"].get("events", {})
    if counted:
        parts = ", ".join(f"{count:,} {word}" for word, count in counted.items())
        lines.append(f"Events: {parts.replace('_', ' ')}")
    lines += ["", "Reports"]
    lines += [f"  {name:<15} {path}" for name, path in summary["reports"].items()]
    lines += ["", f"Next: {summary['next_command']}"]
    return Group(
        _table_of_versions(models),
        _table_of_gates(models),
        *map(Text, _reasons(models)),
        *map(Text, lines),
    )


def _table_of_versions(models: Mapping[str, Mapping[str, Any]]) -> "Table":
    rows = [
        (name, model["version"], _alias(model), _headline(model), _baseline(model))
        for name, model in models.items()
    ]
    return _table(("model", "version", "alias", "headline", "baseline"), rows)


def _table_of_gates(models: Mapping[str, Mapping[str, Any]]) -> "Table":
    gates = _gates(models)
    rows = [
        (name, *(_MARKS[model["gates"][gate]["verdict"]] for gate in gates))
        for name, model in models.items()
    ]
    return _table(("gates", *gates), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(*header, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(*row)
    return table


def _gates(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(gate for model in models.values() for gate in model["gates"]))


def _alias(model: Mapping[str, Any]) -> str:
    """The alias and, beside a challenger, the champion that it did not replace."""
    if model["champion"] in (None, model["version"]):
        return model["alias"] or "–"
    return f"{model['alias'] or '–'} to {model['champion']}"


def _headline(model: Mapping[str, Any]) -> str:
    low, high = model["intervals"][model["headline"]]
    value = model["metrics"][model["headline"]]
    return f"{model['headline']} {number(value)} ({number(low)}–{number(high)})"


def _baseline(model: Mapping[str, Any]) -> str:
    baseline = model["metrics"]["baseline"]
    if baseline["name"] is None:
        return "–"
    return f"{number(baseline[model['headline']])} {baseline['name'].replace('_', ' ')}"


def _reasons(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Why a model is not champion, gate by gate."""
    return [
        f"{name}, {gate}: {found['reason']}"
        for name, model in models.items()
        for gate, found in model["gates"].items()
        if found["verdict"] != "pass"
    ]


def _said_of_versions(models: Mapping[str, Mapping[str, Any]]) -> str:
    new = [f"{n} {m['version']}" for n, m in models.items() if not m["unchanged"]]
    if not new:
        return "No new version: data, parameters and code are those of the versions above."
    return f"New versions: {', '.join(new)}"


def _said_of_champions(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Which alias moved, and which champion would not become one now."""
    lines = []
    for name, model in models.items():
        now, before = model["champion"], model["champion_before"]
        if now != before:
            since = f", in the place of {before}" if before else ""
            lines.append(f"Champion now: {name} {now}{since}")
        failed = [gate for gate, found in model["gates"].items() if found["verdict"] != "pass"]
        if model["alias"] == "champion" and failed:
            lines.append(
                f"{name} {now} is still champion but no longer passes {', '.join(failed)}: "
                "replace it or withdraw its alias"
            )
    return lines


def render_index(summary: Mapping[str, Any]) -> str:
    """The landing page: the table again, and a link to every report.

    Args:
        summary: of `summarise`; links are relative to the folder that holds all reports.
    """
    models = summary["models"]
    return render(
        "index.html",
        models=models,
        gates=_gates(models),
        verdicts=VERDICTS,
        headline=_headline,
        baseline=_baseline,
        alias=_alias,
        reasons=_reasons(models),
        champions=_said_of_champions(models),
        reports=dict(_links(summary)),
    )


def _links(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Text and address of each report; the folder of model cards is a link for each."""
    parents = [posixpath.dirname(path) for path in summary["reports"].values()]
    folder = posixpath.commonpath(parents) if parents else ""
    for name, path in summary["reports"].items():
        beside = posixpath.relpath(path, folder or ".")
        if name == "model cards":
            for model in summary["models"]:
                yield f"model card: {model.replace('_', ' ')}", f"{beside}/{model}.md"
        elif beside != "index.html":
            yield name, beside
