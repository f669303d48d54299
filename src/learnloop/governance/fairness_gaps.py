"""Gaps between a group and the rest with standard errors clustered by student.

A student gives many rows (answers, weeks, recommended slots) that resemble each
other, so the student is the unit that varies: every estimate is written as a sum
of one influence value per student, and its variance is

    variance = m / (m - 1) * sum over students of influence²       (m students)

which is the linearised cluster variance of a ratio (Woodruff 1971) and, for the
AUC, Obuchowski's (1997) clustered form of DeLong, DeLong & Clarke-Pearson (1988).
A group and the rest share no student, so their variances add.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Gap:
    """How far one group is from the rest in one metric."""

    attribute: str
    group: str
    metric: str
    gap: float
    """Group minus rest, in the metric's unit; NaN where it cannot be computed."""
    error: float
    """Standard error of `gap`; NaN where it cannot be computed."""
    students: int
    """Students of the group that the metric rests on."""
    unit: str | None = None
    """The item or skill that the gap is about; ``None`` when it is about all rows."""


@dataclass(frozen=True)
class Cohort:
    """The audited students and the groups that they belong to."""

    students: pd.Index
    """Pseudonyms, sorted; a student's code is the place in it."""
    names: dict[str, list[str]]
    """The group names of each attribute, sorted."""
    codes: dict[str, Ints]
    """For each attribute the place in `names` of every student."""

    @classmethod
    def of(cls, student_ids: pd.Series, protected: pd.DataFrame) -> Self:
        """The students among `student_ids` whose protected attributes are known."""
        known = protected.set_index("student_id").sort_index()
        known = known.loc[known.index.isin(student_ids.unique())]
        names: dict[str, list[str]] = {}
        codes: dict[str, Ints] = {}
        for attribute in known.columns:
            code, levels = pd.factorize(known[attribute], sort=True)
            names[attribute] = [str(level) for level in levels]
            codes[attribute] = code.astype(np.int64)
        return cls(known.index, names, codes)

    def place(self, student_ids: pd.Series) -> Ints:
        """The code of the student of each row; -1 for a student that is not audited."""
        code, levels = pd.factorize(student_ids)
        return self.students.get_indexer(levels)[code].astype(np.int64)

    def groups(self) -> Iterator[tuple[str, str, Mask]]:
        """Attribute, group, and who belongs to it; attributes of one group are left out."""
        for attribute, levels in self.names.items():
            if len(levels) > 1:
                for place, group in enumerate(levels):
                    yield attribute, group, self.codes[attribute] == place

    def per_student(self, student: Ints, values: Floats | Mask) -> Floats:
        """The sum of `values` over the rows of each student."""
        weights = np.asarray(values, dtype=np.float64)
        return np.bincount(student, weights, minlength=len(self.students)).astype(np.float64)


@dataclass(frozen=True)
class _Share:
    value: float
    influence: Floats
    variance: float


def _share(total: Floats, of: Floats, member: Mask, proportion: bool) -> _Share:
    """Ratio of sums over the students of `member`, with its influence per student."""
    rows = of[member].sum()
    value = total[member].sum() / rows
    influence = np.where(member, (total - value * of) / rows, 0.0)
    students = int(np.count_nonzero(of[member]))
    variance = float(influence @ influence) * students / (students - 1)
    if proportion:
        # Without a single hit, or with nothing but hits, the sample variance is 0; two
        # successes and two failures more (Agresti & Caffo 2000) keep it from claiming that.
        adjusted = (total[member].sum() + 1) / (rows + 2)
        variance = max(variance, adjusted * (1 - adjusted) / (rows + 2))
    return _Share(float(value), influence, variance)


def rate_gaps(
    metric: str,
    total: Floats,
    of: Floats,
    cohort: Cohort,
    minimum: int,
    *,
    proportion: bool = True,
    relative: bool = False,
) -> list[Gap]:
    """The gap in ``sum(total) / sum(of)`` of each group against the rest.

    Args:
        metric: its name.
        total: what is counted, one sum per student (flagged positives, for the TPR).
        of: what it is counted among, one sum per student (positives, for the TPR).
        cohort: the students.
        minimum: least number of students with something to count, in the group and in
            the rest; below it the gap is NaN.
        proportion: whether the ratio is a share of rows, whose variance is kept from
            being 0.
        relative: the gap as a share of the rest's value: ``(group - rest) / rest``.

    Example:
        Students a, b flag 1 of 2 and 2 of 2 positives, student c 1 of 2: the gap of
        {a, b} in TPR is 3/4 - 1/2 = .25.
    """
    gaps = []
    for attribute, group, inside in cohort.groups():
        counted = of > 0
        students = int((inside & counted).sum())
        others = int((~inside & counted).sum())
        value = error = float("nan")
        if min(students, others) >= max(minimum, 2):
            one = _share(total, of, inside & counted, proportion)
            rest = _share(total, of, ~inside & counted, proportion)
            if not relative:
                value = one.value - rest.value
                error = float(np.sqrt(one.variance + rest.variance))
            elif rest.value > 0:
                ratio = one.value / rest.value
                value = ratio - 1
                spread = one.variance + ratio**2 * rest.variance
                error = float(np.sqrt(spread) / rest.value)
        gaps.append(Gap(attribute, group, metric, value, error, students))
    return gaps


@dataclass(frozen=True)
class _Ranked:
    """Rows with their scores as dense ranks, so that no group is sorted again."""

    rank: Ints
    ranks: int
    positive: Mask
    student: Ints


def _clustered_auc(rows: _Ranked, chosen: Mask, students: int) -> tuple[float, float]:
    """AUC of the chosen rows and its variance clustered by student."""
    wins: list[Floats] = []
    owners: list[Ints] = []
    area = float("nan")
    for side in (True, False):
        own = chosen & (rows.positive == side)
        other = np.bincount(rows.rank[chosen & (rows.positive != side)], minlength=rows.ranks)
        below = np.cumsum(other) - other
        beaten = below + other / 2 if side else other.sum() - below - other / 2
        if not own.any() or not other.any():
            return float("nan"), float("nan")
        placement = beaten[rows.rank[own]] / other.sum()
        area = float(placement.mean())
        wins.append((placement - area) / len(placement))
        owners.append(rows.student[own])
    owner = np.concatenate(owners)
    influence = np.bincount(owner, np.concatenate(wins), minlength=students)
    clusters = int(np.count_nonzero(np.bincount(owner)))
    return area, float(influence @ influence) * clusters / max(clusters - 1, 1)


def auc_gaps(
    label: Mask, score: Floats, student: Ints, cohort: Cohort, minimum: int
) -> list[Gap]:
    """The gap in AUC of each group against the rest, each ranked within itself.

    Args:
        label: whether each row is a positive.
        score: the higher, the likelier a positive; ties count half.
        student: the code of the student of each row.
        cohort: the students.
        minimum: least number of students in the group and in the rest.
    """
    levels, rank = np.unique(score, return_inverse=True)
    rows = _Ranked(rank.astype(np.int64), len(levels), label, student)
    present = np.bincount(student, minlength=len(cohort.students)) > 0
    gaps = []
    for attribute, group, inside in cohort.groups():
        students = int((inside & present).sum())
        value = error = float("nan")
        if min(students, int((~inside & present).sum())) >= max(minimum, 2):
            chosen = inside[student]
            one, one_variance = _clustered_auc(rows, chosen, len(inside))
            rest, rest_variance = _clustered_auc(rows, ~chosen, len(inside))
            value, error = one - rest, float(np.sqrt(one_variance + rest_variance))
        gaps.append(Gap(attribute, group, "auc", value, error, students))
    return gaps
