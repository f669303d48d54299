"""From gaps to a verdict: simultaneous intervals, the gate's rule, and its power."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from scipy.stats import norm

from learnloop.governance.fairness_gaps import Gap

Verdict = Literal["pass", "fail", "not_enough_data"]


class FairnessSettings(BaseModel):
    """What the fairness audit holds a model to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: float = Field(default=0.10, gt=0, lt=1)
    """A gap that is surely above it fails."""
    half_width: float = Field(default=0.15, gt=0, lt=1)
    """An interval that is wider to either side cannot pass."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Chance that all intervals of a model hold at once."""
    power: float = Field(default=0.80, gt=0.5, lt=1)
    """Chance with which the printed smallest bias is found."""
    minimum_students: int = Field(default=50, ge=2)
    """Least number of students of a group, or of an intersection, that is looked at."""
    strata: int = Field(default=10, ge=2)
    """Ability strata within which answers to an item are compared."""
    coverage: float = Field(default=0.95, gt=0, le=1)
    """Least share of answers in the items and skills that are judged."""
    draws: int = Field(default=500, ge=100)
    """Bootstrap samples of the figures that are reported, not gated."""
    permutations: int = Field(default=499, ge=0)
    """Draws of ABROCA's randomisation test; 0 leaves it out."""
    seed: int = 0


def comparisons(gaps: Iterable[Gap]) -> int:
    """How many gaps can move apart.

    Of two groups, one is the other's mirror image in a difference of rates or of AUCs, and
    counts once. In STD P-DIF, weighted by the group's own numbers, and in a gain relative to
    the rest's, it is not.
    """
    groups: dict[tuple[str, str, str | None], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.attribute, gap.metric, gap.unit), []).append(gap)
    return sum(1 if _mirrored(found) else len(found) for found in groups.values())


def _mirrored(gaps: Sequence[Gap]) -> bool:
    if len(gaps) != 2:
        return False
    one, other = gaps
    return math.isclose(one.gap, -other.gap) and math.isclose(one.error, other.error)


def critical_value(count: int, confidence: float) -> float:
    """Half-width, in standard errors, of `count` intervals that hold all at once.

    Šidák (1967): for normal estimates the product of the single chances is a lower
    bound whatever their correlation, so each interval has confidence^(1/count). It is
    closed-form and needs no draws, and for correlated gaps it is wider than it need be.

    Example:
        >>> round(critical_value(1, 0.95), 2)
        1.96
    """
    single = confidence ** (1 / max(count, 1))
    return float(norm.ppf((1 + single) / 2))


def smallest_detectable(
    half_width: float, critical: float, settings: FairnessSettings
) -> float:
    """The true gap that fails the gate with the stated power.

    The gate fails when ``|gap| - half_width > limit``; a true gap of ``limit +
    half_width + z(power) * error`` does so with probability `power`.
    """
    error = half_width / critical
    return settings.limit + half_width + float(norm.ppf(settings.power)) * error


def lower_bound(gap: float, half_width: float) -> float:
    """Least absolute gap that the interval allows; 0 when it spans 0."""
    return max(0.0, abs(gap) - half_width)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def interval(gap: Gap, critical: float) -> dict[str, Any]:
    """The gap as JSON: estimate, simultaneous bounds, half-width; null where unknown."""
    half = critical * gap.error
    return {
        "attribute": gap.attribute,
        "group": gap.group,
        "metric": gap.metric,
        "unit": gap.unit,
        "gap": _number(gap.gap),
        "low": _number(gap.gap - half),
        "high": _number(gap.gap + half),
        "half_width": _number(half),
        "n": gap.students,
    }


def _furthest(gaps: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The largest absolute gap; of an attribute's two groups the smaller is named."""
    if not gaps:
        return None
    largest = max(gaps, key=lambda g: abs(g["gap"]))
    key = ("attribute", "metric", "unit")
    same = [g for g in gaps if all(g[k] == largest[k] for k in key)]
    opposite = len(same) == 2 and same[0]["gap"] * same[1]["gap"] < 0
    return min(same, key=lambda g: int(g["n"])) if opposite else largest


def _decide(
    gaps: Sequence[dict[str, Any]],
    failing: Sequence[dict[str, Any]],
    settings: FairnessSettings,
) -> tuple[Verdict, dict[str, Any] | None]:
    """The verdict and the gap that it is about."""
    known = [g for g in gaps if g["half_width"] is not None]
    if failing:
        return "fail", _furthest(failing)
    largest = _furthest(known)
    wide = any(g["half_width"] > settings.half_width for g in known)
    if not known or wide or len(known) < len(gaps):
        return "not_enough_data", largest
    return "pass", largest


def _named(gap: dict[str, Any], words: dict[str, str]) -> str:
    about = f" in {gap['unit']}" if gap["unit"] else ""
    metric = words[gap["metric"]]
    return f"{metric[0].upper()}{metric[1:]}{about}, {gap['attribute']} = {gap['group']}"


def _others(failing: Sequence[dict[str, Any]], worst: dict[str, Any]) -> str:
    """The other groups with a gap that is surely too large: a gap has two sides."""
    groups = [
        f"{g['attribute']} = {g['group']}"
        for g in failing
        if (g["attribute"], g["group"]) != (worst["attribute"], worst["group"])
    ]
    return f"; so is a gap of {', '.join(dict.fromkeys(groups))}" if groups else ""


def _reason(
    verdict: Verdict,
    gaps: Sequence[dict[str, Any]],
    failing: Sequence[dict[str, Any]],
    worst: dict[str, Any] | None,
    words: dict[str, str],
    settings: FairnessSettings,
) -> str:
    limit = f"{settings.limit:.2f}"
    if worst and verdict != "not_enough_data":
        shown = f"{worst['gap']:+.3f} [{worst['low']:+.3f}, {worst['high']:+.3f}]"
        shown = shown.replace("-", "−")
        if verdict == "fail":
            return (
                f"{_named(worst, words)}: {shown} against the rest, surely above {limit}"
                f"{_others(failing, worst)}."
            )
        return (
            f"No gap is surely above {limit}; the largest is {_named(worst, words)}: {shown}."
        )
    if not gaps:
        return (
            "There is nothing to compare: give the protected attributes of at least "
            f"{settings.minimum_students} scored students in each of two groups."
        )
    unknown = next((g for g in gaps if g["half_width"] is None), None)
    if unknown:
        return (
            f"{_named(unknown, words)}: {unknown['n']} students can be counted, or too few "
            f"others; at least {settings.minimum_students} of each are needed."
        )
    widest = max(gaps, key=lambda g: float(g["half_width"]))
    needed = math.ceil(widest["n"] * (widest["half_width"] / settings.half_width) ** 2)
    return (
        f"{_named(widest, words)}: the interval is ±{widest['half_width']:.2f} with "
        f"{widest['n']} students, about {needed} give ±{settings.half_width:.2f}."
    )


def judge(
    gaps: Sequence[Gap],
    words: dict[str, str],
    settings: FairnessSettings,
    alone: Sequence[Gap] = (),
) -> dict[str, Any]:
    """The gate's part of an audit.

    It fails where the lower bound of an absolute gap is above the limit, passes where
    none is and every half-width is within its limit, and else there is not enough data:
    a group too small to be measured included.

    Args:
        gaps: all gaps that gate, whatever their attribute and metric.
        words: what each metric is called.
        settings: limits and confidence.
        alone: further gaps, all known, that can fail but need not be narrow to pass: parts of
            what `gaps` pools. They share the confidence.

    Returns:
        ``verdict``, ``value`` (absolute gap of ``worst``), ``limit``, ``reason``, ``worst``,
        ``smallest_detectable`` (the bias of a gap in `gaps` that is found with the stated
        power, whichever group and metric it is in; null where a gap is unknown), ``gaps``
        (those of `alone` that are surely not 0) and the rule's numbers.
    """
    total = comparisons([*gaps, *alone])
    critical = critical_value(total, settings.confidence)
    listed = [interval(gap, critical) for gap in gaps]
    sure = [
        g
        for g in (interval(gap, critical) for gap in alone)
        if lower_bound(g["gap"], g["half_width"]) > 0
    ]
    failing = [
        g
        for g in [*listed, *sure]
        if g["half_width"] is not None
        and lower_bound(g["gap"], g["half_width"]) > settings.limit
    ]
    verdict, worst = _decide(listed, failing, settings)
    widths = [g["half_width"] for g in listed]
    complete = bool(widths) and None not in widths
    widest = max(widths) if complete else None
    return {
        "verdict": verdict,
        "value": abs(worst["gap"]) if worst else None,
        "limit": settings.limit,
        "reason": _reason(verdict, listed, failing, worst, words, settings),
        "worst": worst,
        "smallest_detectable": (
            smallest_detectable(widest, critical, settings) if widest is not None else None
        ),
        "half_width_limit": settings.half_width,
        "widest_half_width": widest,
        "comparisons": total,
        "confidence": settings.confidence,
        "power": settings.power,
        "critical_value": critical,
        "metrics": words,
        "gaps": [*listed, *sure],
    }
