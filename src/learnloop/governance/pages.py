"""The pages that a reviewer opens: fairness, representation, drift; one file each."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from learnloop.governance.fairness_verdict import lower_bound
from learnloop.governance.pages_charts import Axis, Dot, interval_chart

TEMPLATES = Path(__file__).parent / "templates"
VERDICTS = {"pass": "Pass", "fail": "Fail", "not_enough_data": "Not enough data"}
DRIFT_VERDICTS = VERDICTS | {"pass": "No drift", "fail": "Drift"}
TITLES = {
    "mastery_predictor": "Mastery predictor",
    "difficulty_estimator": "Difficulty estimator",
    "content_recommender": "Content recommender",
    "intervention_trigger": "Intervention trigger",
}
MOST_COLUMNS = 20
"""Columns in the chart of the drift page; the table has them all."""


def number(value: float | None, digits: int = 3) -> str:
    """A number for a table; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def signed(value: float | None, digits: int = 3) -> str:
    """A number with its sign, and a true minus."""
    text = number(value, digits)
    return text if text[0] in "–−" else f"+{text}"


def words(name: str) -> str:
    """A column or group name as words."""
    return name.replace("_", " ")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, signed=signed, words=words)
    environment.globals.update(titles=TITLES)
    return environment


def render(template: str, **context: Any) -> str:
    """The page of `template` in the folder of templates; everything is escaped."""
    return _environment().get_template(template).render(**context)


def gap_mark(gap: Mapping[str, Any], audit: Mapping[str, Any]) -> str:
    """How a chart marks `gap` of `audit`; see `pages_charts.Dot`."""
    if gap["half_width"] is None:
        return "unsure"
    if lower_bound(gap["gap"], gap["half_width"]) > audit["limit"]:
        return "above"
    return "fine" if gap["half_width"] <= audit["half_width_limit"] else "unsure"


def _gap_charts(audit: Mapping[str, Any]) -> list[dict[str, str]]:
    """One chart per metric that gates."""
    charts = []
    for metric, name in audit["metrics"].items():
        gaps = [gap for gap in audit["gaps"] if gap["metric"] == metric]
        if not gaps:
            continue
        dots = [
            Dot(
                words(gap["attribute"]),
                gap["group"] if gap["unit"] is None else f"{gap['group']} · {gap['unit']}",
                gap["gap"],
                gap["low"],
                gap["high"],
                gap_mark(gap, audit),
            )
            for gap in gaps
        ]
        limit = audit["limit"]
        axis = Axis(f"{name}: group minus rest", (-limit, limit), (-1.6 * limit, 1.6 * limit))
        spoken = "; ".join(
            f"{gap['attribute']} {gap['group']} {signed(gap['gap'])} "
            f"from {signed(gap['low'])} to {signed(gap['high'])}"
            for gap in gaps
        )
        charts.append(
            {"title": name, "picture": interval_chart(dots, axis), "alt": f"{name}: {spoken}."}
        )
    return charts


def fairness_page(audits: Mapping[str, Mapping[str, Any]]) -> str:
    """The fairness audit of all models as HTML; `audits` is what `audit_models` returns."""
    charts = {name: _gap_charts(audit) for name, audit in audits.items()}
    return render("fairness.html", audits=audits, charts=charts, verdicts=VERDICTS)


def _share_chart(groups: Sequence[tuple[str, str, Mapping[str, Any]]]) -> str:
    dots = [
        Dot(
            words(attribute),
            group,
            found["train"]["share"],
            found["train"]["low"],
            found["train"]["high"],
            "fine" if found["represented"] == "as in the school" else "above",
            found["school"]["share"],
        )
        for attribute, group, found in groups
    ]
    return interval_chart(dots, Axis("share of students", (), (0.0, 0.5), percent=True))


def _activity_chart(groups: Sequence[tuple[str, str, Mapping[str, Any]]]) -> str:
    dots = []
    for attribute, group, found in groups:
        mean = found["activity"]["answers"] or {"value": None, "low": None, "high": None}
        dots.append(Dot(words(attribute), group, mean["value"], mean["low"], mean["high"]))
    return interval_chart(dots, Axis("answers per training student", (), (0.0, 1.0)))


def representation_page(found: Mapping[str, Any]) -> str:
    """Whom the training data represents as HTML, from `describe_representation`."""
    groups = [
        (attribute, group, figures)
        for attribute, table in found["attributes"].items()
        for group, figures in table.items()
    ]
    return render(
        "representation.html",
        found=found,
        groups=groups,
        shares=_share_chart(groups) if groups else None,
        activity=_activity_chart(groups) if groups else None,
    )


def _drift_chart(columns: Sequence[Mapping[str, Any]]) -> str:
    """Distances in units of their limits, the furthest first."""
    dots = [
        Dot(
            "",
            words(column["name"]),
            column["score"] / column["limit"],
            0.0,
            column["score"] / column["limit"],
            "above" if column["drifted"] else "fine",
        )
        for column in columns[:MOST_COLUMNS]
    ]
    return interval_chart(dots, Axis("distance ÷ limit", (1.0,), (0.0, 1.5), labels=0.45))


def drift_page(
    report: Mapping[str, Mapping[str, Any]], evidently: str | None, about: str = ""
) -> str:
    """The drift report of all models as HTML.

    Args:
        report: what `measure_drift` returns.
        evidently: name of the file beside this page that holds Evidently's own page, or
            ``None`` when there is none.
        about: what a row is and where the limits are from, where the terms compared are not
            the platform's.
    """
    ordered = {
        name: sorted(model["columns"], key=lambda c: (-c["score"] / c["limit"], c["name"]))
        for name, model in report.items()
    }
    charts = {name: _drift_chart(columns) for name, columns in ordered.items() if columns}
    return render(
        "drift.html",
        verdicts=DRIFT_VERDICTS,
        report=report,
        ordered=ordered,
        charts=charts,
        most=MOST_COLUMNS,
        evidently=evidently,
        about=about,
    )
