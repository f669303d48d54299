"""The fairness results by campus: what was found, by how much, and in which gap."""

from collections.abc import Iterable

import numpy as np

from benchmarks.audits.fairness import SMALLEST
from benchmarks.audits.results import Result
from benchmarks.audits.thresholds import Floats


def is_found(result: Result, model: str) -> bool:
    """Whether the audit of a planted bias fails and names its attribute."""
    audit = result["models"][model]
    return audit["verdict"] == "fail" and names(result, model, result["attribute"])


def names(result: Result, model: str, attribute: str) -> bool:
    """Whether a gap of the attribute is surely above the limit."""
    return any(name == attribute for name, _ in result["models"][model]["failing"])


def names_another(result: Result, model: str) -> bool:
    """Whether a gap of an attribute without a bias is surely above the limit."""
    return any(name != result["attribute"] for name, _ in result["models"][model]["failing"])


def margin(result: Result, model: str, attribute: str, limit: float) -> float:
    """How far the surest gap of the attribute's smallest group is above `limit`."""
    gaps = result["models"][model]["gaps"][attribute].values()
    return max((abs(gap) - half for gap, half in gaps), default=0.0) - limit


class Study:
    """The campuses of one size that have every condition of one kind of bias.

    Attributes:
        strengths: that were planted, ascending, after 0 for none.
        seeds: of the campuses.
        unbiased: the result without a bias of each.
        planted: all other results.
    """

    def __init__(self, some: Iterable[Result], kind: str, audit_students: int) -> None:
        kept = {
            (r["seed"], r["attribute"], r["strength"]): r
            for r in some
            if not r["refit"]
            and r["kind"] in ("none", kind)
            and r["audit_students"] == audit_students
        }
        self.strengths = sorted({strength for _, _, strength in kept} | {0.0})
        wanted = [("", 0.0), *((a, s) for a in SMALLEST for s in self.strengths[1:])]
        seeds = sorted({seed for seed, _, strength in kept if strength})
        self.seeds = [s for s in seeds if all((s, *one) in kept for one in wanted)]
        self._of = kept
        self.unbiased = self.at("", 0.0)
        self.planted = [r for one in wanted[1:] for r in self.at(*one)]

    def at(self, attribute: str, strength: float) -> list[Result]:
        """By campus; at strength 0 those without a bias."""
        key = (attribute, strength) if strength else ("", 0.0)
        return [self._of[seed, *key] for seed in self.seeds]

    def margins(self, model: str, attribute: str, limit: float) -> Floats:
        """Shape (campuses, strengths): above 0 where the attribute's smallest group fails."""
        columns = [
            [margin(result, model, attribute, limit) for result in self.at(attribute, strength)]
            for strength in self.strengths
        ]
        return np.array(columns).T

    def gaps(self, model: str, attribute: str) -> tuple[str, Floats]:
        """The metric that the strongest bias moves most surely.

        Returns:
            Its name, and the absolute gaps of shape (campuses, strengths).
        """
        by_strength = [
            [r["models"][model]["gaps"][attribute] for r in self.at(attribute, strength)]
            for strength in self.strengths
        ]

        def sure(metric: str) -> float:
            return float(np.mean([abs(g[metric][0]) - g[metric][1] for g in by_strength[-1]]))

        metric = max(by_strength[-1][0], key=sure)
        gaps = [[abs(of[metric][0]) for of in campuses] for campuses in by_strength]
        return metric, np.array(gaps).T
