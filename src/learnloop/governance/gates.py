"""The five gates between a trained model and `champion`, as rules over numbers.

A gate passes or fails where the data can tell, and otherwise says `not_enough_data`,
which blocks as a failure does: what has not been shown is not put before students.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, Field

from learnloop.evaluation import Estimate, Statistic, bootstrap

GATES = ("quality", "calibration", "fairness", "latency", "drift")


class Verdict(StrEnum):
    """What a gate says."""

    PASS = "pass"  # noqa: S105 (a verdict, no password)
    FAIL = "fail"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True)
class GateResult:
    """A verdict with the number it rests on."""

    verdict: Verdict
    value: float | None
    """In the gate's unit; ``None`` when it could not be measured."""
    limit: float | None
    reason: str
    """One sentence for people."""

    @property
    def passed(self) -> bool:
        """Whether the gate lets the model through."""
        return self.verdict is Verdict.PASS

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "verdict": self.verdict.value}


class GateSettings(BaseModel):
    """The limits of the gates of one model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    non_inferiority_margin: float = Field(ge=0)
    """How much of the headline newer data may cost, in the headline's own unit."""
    ece_limit: float = Field(gt=0, lt=1)
    latency_limit_s: float = Field(gt=0)


@dataclass(frozen=True)
class Comparison:
    """A paired difference of headlines on the same students: ours minus the other's."""

    opponent: str
    difference: Estimate


def compare(
    statistic: Statistic,
    outcome: ArrayLike | None,
    ours: ArrayLike,
    theirs: ArrayLike,
    students: ArrayLike,
    opponent: str,
    draws: int = 300,
) -> Comparison:
    """How much better `ours` is than `theirs`, with its paired 95 % interval.

    Args:
        statistic: ``(outcome, score, weight)``, or ``(score, weight)`` when `outcome`
            is ``None``; higher is better.
        outcome: what came true, per row.
        ours: score per row.
        theirs: the opponent's score of the same rows.
        students: the student of each row; both scores move with the drawn students.
        opponent: its name, for people.
        draws: bootstrap samples.
    """
    known = [] if outcome is None else [np.asarray(outcome)]

    def difference(*columns: Any) -> float:
        *rest, mine, other, weight = columns
        return statistic(*rest, mine, weight) - statistic(*rest, other, weight)

    estimate = bootstrap(
        difference,
        *known,
        np.asarray(ours),
        np.asarray(theirs),
        students=students,
        draws=draws,
    )
    return Comparison(opponent, estimate)


def quality_gate(comparisons: list[Comparison], margin: float = 0.0) -> GateResult:
    """Better than every opponent, or not worse than one by more than the margin.

    Passes when the lower end of every interval is above ``-margin``, fails when the
    upper end of one is not, and otherwise cannot tell. To hold all of several
    comparisons at 95 % needs no correction (Berger 1982, intersection-union tests).

    Args:
        comparisons: with each stated baseline (first version) or with the champion.
        margin: 0 where it must be better; the stated margin where the data is newer.

    Returns:
        Its value is the lowest lower end.
    """
    worst = min(comparisons, key=lambda c: (not math.isnan(c.difference.low), c.difference.low))
    found = worst.difference
    limit = -margin if margin else 0.0
    if math.isnan(found.low):
        verdict = Verdict.NOT_ENOUGH_DATA
    elif found.low > limit:
        verdict = Verdict.PASS
    elif any(c.difference.high <= limit for c in comparisons):
        verdict = Verdict.FAIL
    else:
        verdict = Verdict.NOT_ENOUGH_DATA
    reason = (
        f"{found.value:+.3f} against {worst.opponent} "
        f"(95 % interval {found.low:+.3f} to {found.high:+.3f})"
    )
    return GateResult(verdict, _number(found.low), limit, reason)


def measure_calibration(
    outcome: ArrayLike,
    probability: ArrayLike,
    students: ArrayLike,
    draws: int = 300,
    bins: int = 10,
) -> Estimate:
    """`learnloop.evaluation.expected_calibration_error`, with its interval over students.

    The gaps are summed by student first, which a bootstrap over students may do, so that
    half a million answers cost no more than their students.

    Args:
        outcome: what came true, per row.
        probability: what was predicted, per row.
        students: the student of each row.
        draws: bootstrap samples.
        bins: of equal width.
    """
    p = np.asarray(probability, dtype=np.float64)
    names, place = np.unique(np.asarray(students), return_inverse=True)
    cell = place * bins + np.minimum((p * bins).astype(np.int64), bins - 1)
    over = p - np.asarray(outcome, dtype=np.float64)
    gaps = np.bincount(cell, over, minlength=len(names) * bins).reshape(-1, bins)
    rows = np.bincount(place, minlength=len(names))

    def error(gap: Any, row: Any, weight: Any) -> float:
        return float(np.abs(weight @ gap).sum() / (weight @ row))

    return bootstrap(error, gaps, rows, students=names, draws=draws)


def calibration_gate(
    ece: Mapping[str, float | None] | None, limit: float, measured_on: str = ""
) -> GateResult:
    """Expected calibration error surely at most `limit`.

    Passes when the upper end of its interval is at most `limit`, fails when the lower end
    is above it, and otherwise cannot tell.

    Args:
        ece: ``value``, ``low``, ``high``; ``None`` when not measured.
        limit: largest error allowed.
        measured_on: the rows that it rests on, for people.
    """
    value, low, high = (_number((ece or {}).get(key)) for key in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return GateResult(Verdict.NOT_ENOUGH_DATA, None, limit, "no calibration was measured")
    if high <= limit:
        verdict = Verdict.PASS
    else:
        verdict = Verdict.FAIL if low > limit else Verdict.NOT_ENOUGH_DATA
    reason = f"expected calibration error {value:.3f} ({low:.3f} to {high:.3f}){measured_on}"
    return GateResult(verdict, value, limit, reason)


def latency_gate(seconds: ArrayLike, limit: float, least: int = 30) -> GateResult:
    """99th percentile of the time of one answer at most `limit`.

    Args:
        seconds: wall-clock time per call.
        limit: in seconds.
        least: fewer calls than this have no percentile to speak of.
    """
    taken = np.asarray(seconds, dtype=np.float64)
    if len(taken) < least:
        return GateResult(
            Verdict.NOT_ENOUGH_DATA, None, limit, f"only {len(taken)} calls timed"
        )
    p99 = float(np.quantile(taken, 0.99))
    verdict = Verdict.PASS if p99 <= limit else Verdict.FAIL
    return GateResult(verdict, p99, limit, f"p99 of {len(taken)} calls {p99 * 1000:.0f} ms")


def audit_gate(report: Mapping[str, Any] | None, what: str) -> GateResult:
    """The verdict that an audit has already come to, as it stands in its report.

    Args:
        report: the model's own part of the audit's JSON: ``verdict``, ``value``,
            ``limit`` and ``reason``; ``None`` when the audit does not speak of it.
        what: ``fairness`` or ``drift``.
    """
    if report is None:
        reason = f"the {what} audit says nothing about this model"
        return GateResult(Verdict.NOT_ENOUGH_DATA, None, None, reason)
    return GateResult(
        Verdict(report["verdict"]),
        _number(report["value"]),
        _number(report["limit"]),
        str(report.get("reason") or f"{what} audit"),
    )


def alias_of(gates: Mapping[str, Mapping[str, Any]]) -> Literal["champion", "challenger"]:
    """What a version with these results becomes: any gate that does not pass blocks."""
    passed = all(gate["verdict"] == Verdict.PASS for gate in gates.values())
    return "champion" if passed else "challenger"


def _number(value: float | None) -> float | None:
    """JSON knows no NaN."""
    return None if value is None or math.isnan(value) else value
