"""The page that says what mitigation did: gaps before and after, and the price."""

from collections.abc import Mapping, Sequence
from typing import Any

from learnloop.governance.pages import VERDICTS, gap_mark, render, signed
from learnloop.governance.pages_charts import Axis, Dot, interval_chart

_RATES = {"tpr": "TPR", "fpr": "FPR"}
_CONSTRAINTS = {
    "equalized_odds": "TPR and FPR",
    "true_positive_rate": "TPR",
    "false_positive_rate": "FPR",
}


def mitigation_page(report: Mapping[str, Any]) -> str:
    """The report of the mitigation pipeline as HTML."""
    shown = [
        {**found, "title": _title(found), "charts": _charts(found)}
        | {"worst": _worst(found), "elsewhere": _elsewhere(found)}
        | {"helps_nobody": _helps_nobody(found)}
        for found in report["comparisons"]
    ]
    return render(
        "mitigation.html",
        report=report,
        comparisons=shown,
        constrained=_CONSTRAINTS[report["rules"]["constraint"]],
        rates=_RATES,
        verdicts=VERDICTS,
    )


def _title(found: Mapping[str, Any]) -> str:
    attribute: str = found["attribute"].replace("_", " ").capitalize()
    return f"{attribute}, {found['case']}" if "case" in found else attribute


def _gaps(found: Mapping[str, Any], when: str) -> list[Mapping[str, Any]]:
    gaps: Sequence[Mapping[str, Any]] = found[when]["gaps"]
    return [gap for gap in gaps if gap["attribute"] == found["attribute"]]


def _worst(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The group that was furthest from the rest: its gap before, after, and the change."""
    before = _largest(_gaps(found, "before"))
    if before is None:
        return None
    change = _same(before, found["changes"], "group", "metric")
    return {"before": before, "after": _same(before, _gaps(found, "after")), "change": change}


def _elsewhere(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The gap that is the largest now among those of the other attributes."""
    after = _largest([g for g in found["after"]["gaps"] if g not in _gaps(found, "after")])
    if after is None:
        return None
    return {"before": _same(after, found["before"]["gaps"]), "after": after}


def _helps_nobody(found: Mapping[str, Any]) -> bool:
    """Whether every group is found less often than before."""
    before, after = (found[when]["groups"] for when in ("before", "after"))
    known = [group for group in before if before[group]["tpr"] is not None]
    return bool(known) and all(after[g]["tpr"] < before[g]["tpr"] for g in known)


def _largest(gaps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    known = [gap for gap in gaps if gap["gap"] is not None]
    return max(known, key=lambda gap: abs(float(gap["gap"])), default=None)


def _same(
    gap: Mapping[str, Any],
    others: Sequence[Mapping[str, Any]],
    *keys: str,
) -> Mapping[str, Any]:
    """The one of `others` that is about the same as `gap`."""
    about = keys or ("attribute", "group", "metric")
    return next(other for other in others if all(other[key] == gap[key] for key in about))


def _charts(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """One chart per rate: each group before and after."""
    charts = []
    limit = found["before"]["limit"]
    for rate, name in _RATES.items():
        pairs = zip(_gaps(found, "before"), _gaps(found, "after"), strict=True)
        dots, spoken = [], []
        for pair in pairs:
            if pair[0]["metric"] != rate:
                continue
            for when, gap in zip(("before", "after"), pair, strict=True):
                mark = gap_mark(gap, found[when])
                dots.append(Dot(gap["group"], when, gap["gap"], gap["low"], gap["high"], mark))
            spoken.append(
                f"{pair[0]['group']} from {signed(pair[0]['gap'])} to {signed(pair[1]['gap'])}"
            )
        if dots:
            axis = Axis(
                f"{name}: group minus rest", (-limit, limit), (-1.6 * limit, 1.6 * limit)
            )
            charts.append(
                {
                    "title": name,
                    "picture": interval_chart(dots, axis),
                    "alt": f"Gap in {name}: {'; '.join(spoken)}.",
                }
            )
    return charts
