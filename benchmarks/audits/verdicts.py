"""The fairness audit of a campus, and what is kept of it."""

import math
from collections.abc import Mapping
from typing import Any
from unittest import mock

import pandas as pd

from benchmarks.audits.results import Result
from learnloop.governance import fairness
from learnloop.governance.fairness_verdict import FairnessSettings, lower_bound

NOT_GATING = ("group_tables", "parity_differences")
"""Parts of an audit that no verdict depends on, and that take most of its time."""


def verdicts(
    scores: Mapping[str, pd.DataFrame],
    protected: pd.DataFrame,
    settings: FairnessSettings,
    *,
    abroca: bool,
) -> dict[str, dict[str, Any]]:
    """`audit_models` without what does not gate, but with `abroca` its tests."""
    if not abroca:
        settings = settings.model_copy(update={"permutations": 0})
    left_out: dict[str, Any] = dict.fromkeys(NOT_GATING, _nothing)
    with mock.patch.multiple(fairness, **left_out):
        return fairness.audit_models(scores, protected, settings)


def _nothing(*_: object) -> dict[str, Any]:
    return {}


def record(audit: Mapping[str, Any], groups: Mapping[str, str]) -> Result:
    """What is kept of one model's audit.

    Args:
        audit: from `verdicts`.
        groups: attribute to group, of the gaps that are kept.

    Returns:
        ``verdict``; ``failing``: attribute and group of each gap that is surely above the
        limit; ``worst``: the gap that the verdict is about; ``surest``: the largest gap that
        is sure, of those that are listed; ``smallest_detectable``, as the audit prints it;
        ``widest``: the largest half-width; ``gaps``: attribute to metric to gap and half-width
        of its group, of several items the one whose interval ends furthest from 0; ``abroca``:
        p of each group of ABROCA's tests, before Holm's correction.
    """
    known = [gap for gap in audit["gaps"] if gap["half_width"] is not None]
    failing = {(g["attribute"], g["group"]) for g in known if _surely(g) > audit["limit"]}
    kept: dict[str, dict[str, Mapping[str, Any]]] = {name: {} for name in groups}
    for gap in known:
        if groups.get(gap["attribute"]) == gap["group"]:
            of_metric = kept[gap["attribute"]]
            if _size(gap) > _size(of_metric.get(gap["metric"])):
                of_metric[gap["metric"]] = gap
    return {
        "verdict": audit["verdict"],
        "failing": [list(pair) for pair in sorted(failing)],
        "worst": _brief(audit["worst"]),
        "surest": _rounded(max(map(_surely, known), default=None)),
        "smallest_detectable": _rounded(audit["smallest_detectable"]),
        "widest": _rounded(audit["widest_half_width"]),
        "comparisons": audit["comparisons"],
        "gaps": {
            attribute: {
                metric: [_rounded(gap["gap"]), _rounded(gap["half_width"])]
                for metric, gap in sorted(of_metric.items())
            }
            for attribute, of_metric in kept.items()
        },
        "abroca": _abroca(audit),
    }


def _abroca(audit: Mapping[str, Any]) -> list[float | None]:
    tests = audit["reported"].get("abroca") or {"attributes": {}}
    # Of two groups one is the other's mirror image: one test, the same object.
    found = {
        id(test): test["p"]
        for groups in tests["attributes"].values()
        for test in groups.values()
        if test is not None
    }
    return [_rounded(p) for p in found.values()]


def _surely(gap: Mapping[str, Any]) -> float:
    return lower_bound(gap["gap"], gap["half_width"])


def _size(gap: Mapping[str, Any] | None) -> float:
    return float(abs(gap["gap"]) - gap["half_width"]) if gap else -math.inf


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def _brief(gap: Mapping[str, Any] | None) -> Result | None:
    if gap is None:
        return None
    numbers = {name: _rounded(gap[name]) for name in ("gap", "half_width")}
    words = {name: gap[name] for name in ("attribute", "group", "metric", "unit")}
    return words | numbers
