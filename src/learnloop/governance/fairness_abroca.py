"""ABROCA: the area between a group's ROC curve and that of the rest, and what chance gives.

Gardner, Brooks & Baker (2019, LAK) slice a model's ROC curve by group: the absolute area
between two curves sees differences that the AUCs hide where the curves cross. It is never
below 0 and is skewed, the more so the smaller the group, so that a value alone says little
(Borchers & Baker 2025, LAK, doi 10.1145/3706468.3706498). Hence the randomisation test of
Borchers (2025, EDM), here with two changes. Whole students are dealt to the groups, because
the answers of one student are alike. And they are dealt among students with about as many
positives and negatives: a group with few of either has a noisier curve than others of its
size, which dealing from all would call a difference. Of 300 groups with the same curve as the
rest and a quarter of the rows per student, 27 % (95 % interval 23–33) had p <= .05 where
students are alike and 12 % (9–17) where they differ as much as rows do; so dealt 5 % (3–8) and
4 % (2–7): `benchmarks/abroca.py`.

It is reported and gates nothing: a difference that is surely there may still be too small to
matter, which is what the limits of the gaps are for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learnloop.governance.fairness_gaps import Cohort, Floats, Ints, Mask
from learnloop.governance.fairness_verdict import FairnessSettings

BINS = 128
"""Levels of the score that the test tells apart: equal steps along the pooled curve. Beside the
exact value, which is the one that is shown, they err by some .00002 in 400,000 answers."""
STRATA = 5
"""Students are dealt within fifths by positives and fifths by negatives: five strata remove
over nine tenths of what confounds (Cochran 1968)."""
BATCH = 100
"""Draws at once: bounds the memory."""


@dataclass(frozen=True)
class Curve:
    """A ROC curve: straight lines between points, from (0, 0) to (1, 1)."""

    fpr: Floats
    tpr: Floats

    @classmethod
    def of(cls, positives: Floats, negatives: Floats) -> "Curve":
        """From the number of positives and negatives at each score, lowest score first."""

        def reached(counts: Floats) -> Floats:
            return np.concatenate([[0.0], np.cumsum(counts[::-1]) / counts.sum()])

        return cls(reached(negatives), reached(positives))


def area_between(one: Curve, other: Curve) -> float:
    """The integral of ``|TPR - TPR|`` over the FPR in [0, 1], exactly.

    Between two neighbouring corners of either curve both are straight, so two points inside
    give the line of the difference; where it changes its sign it bounds two triangles.
    """
    corners = np.unique(np.concatenate([one.fpr, other.fpr]))
    width = np.diff(corners)
    inner = corners[:-1, None] + width[:, None] * np.array([1 / 3, 2 / 3])
    apart = np.interp(inner, one.fpr, one.tpr) - np.interp(inner, other.fpr, other.tpr)
    left, right = 2 * apart[:, 0] - apart[:, 1], 2 * apart[:, 1] - apart[:, 0]
    high, low = np.abs(left), np.abs(right)
    total = high + low
    crossed = np.divide(
        high**2 + low**2, total, out=np.zeros_like(total), where=left * right < 0
    )
    return float(width @ np.where(left * right < 0, crossed, total) / 2)


def _levels(label: Mask, score: Floats, bins: int) -> Ints:
    """Each row's level of the score, 0 is lowest, at most `bins` and no score in two.

    Levels hold equal halves of positives and of negatives added up: equal steps along the
    pooled curve.
    """
    distinct, rank = np.unique(score, return_inverse=True)
    if len(distinct) <= bins:
        return rank.astype(np.int64)
    weight = np.where(label, 0.5 / label.sum(), 0.5 / (~label).sum())
    below = np.cumsum(np.bincount(rank, weight)) - np.bincount(rank, weight)
    level = np.minimum((below * bins).astype(np.int64), bins - 1)
    return level[rank]


def abroca(label: Mask, score: Floats, inside: Mask) -> float:
    """ABROCA of the rows `inside` against the others; NaN where either lacks a class.

    Args:
        label: whether each row is a positive.
        score: the higher, the likelier a positive.
        inside: rows of the group.

    Example:
        Scores .9 and .1 of a positive and a negative rank a group perfectly; those of the
        rest the other way round: the area between the curves is 1.
    """
    levels, rank = np.unique(score, return_inverse=True)

    def counts(chosen: Mask) -> Floats:
        return np.bincount(rank[chosen], minlength=len(levels)).astype(np.float64)

    sides = [(counts(side & label), counts(side & ~label)) for side in (inside, ~inside)]
    if any(part.sum() == 0 for side in sides for part in side):
        return float("nan")
    return area_between(Curve.of(*sides[0]), Curve.of(*sides[1]))


@dataclass(frozen=True)
class _Histograms:
    """How many positives and negatives each student has at each level."""

    counts: NDArray[np.float32]
    """Shape (students, 2 × levels): positives first. Whole numbers, exact below 2^24."""

    @classmethod
    def of(cls, label: Mask, level: Ints, student: Ints, students: int) -> "_Histograms":
        levels = int(level.max()) + 1
        place = student * 2 * levels + np.where(label, level, levels + level)
        counts = np.bincount(place, minlength=students * 2 * levels)
        return cls(counts.reshape(students, 2 * levels).astype(np.float32))

    def areas(self, members: NDArray[np.bool_]) -> Iterator[float]:
        """The area between each row's members and the others."""
        everyone = self.counts.sum(axis=0, dtype=np.float64)
        for own in (members.astype(np.float32) @ self.counts).astype(np.float64):
            sides = [np.split(counts, 2) for counts in (own, everyone - own)]
            if all(part.sum() for side in sides for part in side):
                yield area_between(Curve.of(*sides[0]), Curve.of(*sides[1]))

    def strata(self) -> list[Ints]:
        """The students with about as many positives and negatives, stratum by stratum."""
        stratum = np.zeros(len(self.counts), dtype=np.int64)
        for part in np.split(self.counts, 2, axis=1):
            rows = part.sum(axis=1)
            cuts = np.quantile(rows, np.arange(1, STRATA) / STRATA)
            stratum = stratum * STRATA + np.searchsorted(cuts, rows, side="right")
        return [np.flatnonzero(stratum == place) for place in np.unique(stratum)]


def _deal(
    inside: Mask, strata: list[Ints], draws: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Who is drawn, shape (draws, students): as many of each stratum as are `inside`."""
    dealt = np.empty((draws, len(inside)), dtype=bool)
    for members in strata:
        dealt[:, members] = rng.permuted(np.tile(inside[members], (draws, 1)), axis=1)
    return dealt


def _test(
    histograms: _Histograms, inside: Mask, settings: FairnessSettings
) -> dict[str, float] | None:
    """``expected`` and ``p`` of students; ``None`` where they or the rest lack a class."""
    value = list(histograms.areas(inside[None, :]))
    if not value:
        return None
    rng, strata = np.random.default_rng(settings.seed), histograms.strata()
    drawn: list[float] = []
    for first in range(0, settings.permutations, BATCH):
        draws = min(BATCH, settings.permutations - first)
        drawn += histograms.areas(_deal(inside, strata, draws, rng))
    # Areas that are equal on paper differ in their last digits.
    reached = sum(area >= value[0] - 1e-12 for area in drawn)
    return {"expected": float(np.mean(drawn)), "p": (1 + reached) / (1 + len(drawn))}


def holm(values: list[float]) -> list[float]:
    """Holm's (1979) adjusted p-values: all at once they are right as each was alone.

    Example:
        >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    from statsmodels.stats.multitest import multipletests

    return [float(value) for value in multipletests(values, method="holm")[1]] if values else []


def abroca_tests(
    label: Mask, score: Floats, student: Ints, cohort: Cohort, settings: FairnessSettings
) -> dict[str, Any]:
    """ABROCA of each group against the rest, with its randomisation test.

    Args:
        label: whether each row is a positive.
        score: the higher, the likelier a positive.
        student: the code of the student of each row.
        cohort: the students.
        settings: ``permutations`` (0 leaves all of this out), ``seed``, least group size.

    Returns:
        ``draws``, ``comparisons`` and ``attributes``: attribute → group → ``value``,
        ``expected`` (mean of the draws), ``p`` = (1 + draws at least as large) / (1 + draws)
        and ``p_holm``, over the comparisons of this model; null for a group that cannot be
        compared. Of an attribute's two groups one is the other's mirror image and both are
        one comparison. Empty without draws or without groups.
    """
    if not settings.permutations or label.all() or not label.any():
        return {}
    students = len(cohort.students)
    level = _levels(label, score, BINS)
    histograms = _Histograms.of(label, level, student, students)
    tested: list[dict[str, float]] = []
    attributes: dict[str, dict[str, dict[str, float] | None]] = {}
    for attribute, group, inside in cohort.groups():
        groups = attributes.setdefault(attribute, {})
        mirrored = len(cohort.names[attribute]) == 2 and bool(
            (cohort.codes[attribute] >= 0).all()
        )
        if mirrored and groups:
            groups[group] = next(iter(groups.values()))
            continue
        size = int(inside.sum())
        large = min(size, students - size) >= settings.minimum_students
        found = _test(histograms, inside, settings) if large else None
        if found is not None:
            found = {"value": abroca(label, score, inside[student])} | found
            tested.append(found)
        groups[group] = found
    for found, adjusted in zip(tested, holm([one["p"] for one in tested]), strict=True):
        found["p_holm"] = adjusted
    return {
        "draws": settings.permutations,
        "comparisons": len(tested),
        "attributes": attributes,
    }
