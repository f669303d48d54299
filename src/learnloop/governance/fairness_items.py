"""Differential item functioning: does an item treat students of equal ability alike?

The measure is the standardised difference in proportion correct, STD P-DIF of Dorans &
Kulick (1986): within strata of equal ability, the group's share correct minus the rest's,
averaged with the group's own numbers as weights,

    STD P-DIF = sum over strata of N_group / N * (P_group - P_rest)

It runs from -1 to 1; Dorans & Kulick call for a look at an item beyond ±.05 and for a
very careful one beyond ±.10. Strata are equal-count layers of the
model's predicted probability within the item, which for one item is the order of ability.
The match is on estimated ability: groups that differ much in true ability leave a part of
that difference in the figure, as with every observed matching variable.

Every item is judged alone: one that is surely above the limit fails, however few its
answers. To pass, a gap must be known well as well. With 250 answers of a group among 2,500
and 3,000 comparisons an interval is about ±.13; items that have fewer answers than ±.15
takes are pooled by their skill, and what is left of the skills is pooled as a whole; an
answer then meets others of equal predicted probability. Pooling sees what an item's group
difference has in common with its skill's, and lets opposite ones cancel: the share of
answers judged at each level is reported.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learnloop.governance.fairness_gaps import Cohort, Floats, Gap, Ints, Mask
from learnloop.governance.fairness_verdict import FairnessSettings, comparisons, critical_value

METRIC = "std_p_dif"
REMAINDER = "all remaining items"


@dataclass(frozen=True)
class Units:
    """What is judged: items, skills that pool items, and the remainder."""

    of_row: Ints
    """The unit of each answer; -1 for an answer in none."""
    names: list[str]
    levels: list[str]
    """``item``, ``skill`` or ``remainder`` for each unit."""


def _precise(
    unit: Ints, units: int, y: Floats, student: Ints, cohort: Cohort, most: float
) -> Mask:
    """Units in which every group's gap is known to a standard error of `most`."""
    rows = np.bincount(unit, minlength=units)
    share = (np.bincount(unit, y, minlength=units) + 1) / (rows + 2)
    enough = rows > 0
    for _, _, inside in cohort.groups():
        ours = np.bincount(unit, inside[student], minlength=units)
        with np.errstate(divide="ignore"):
            error = np.sqrt(share * (1 - share) * (1 / ours + 1 / (rows - ours)))
        enough &= error <= most
    return enough


def form_units(
    answers: pd.DataFrame,
    student: Ints,
    cohort: Cohort,
    settings: FairnessSettings,
    barred: frozenset[str] = frozenset(),
) -> Units:
    """Items that can be judged alone, the rest pooled by skill, then altogether.

    Only counts decide, never how the groups did: the standard error that the group's and
    the rest's numbers of answers give must allow the half-width of the gate.

    Args:
        answers: ``content_id``, ``skill_id``, ``correct``.
        student: the code of the student of each answer.
        cohort: the students.
        settings: half-width, confidence, coverage.
        barred: items and skills that are pooled in any case.
    """
    items = pd.factorize(answers["content_id"], sort=True)
    skills = pd.factorize(answers["skill_id"], sort=True)
    y = answers["correct"].to_numpy(np.float64)
    pairs = sum(1 for _ in cohort.groups())
    if not pairs:
        return Units(np.full(len(answers), -1), [], [])
    most = settings.half_width / critical_value(len(items[1]) * pairs, settings.confidence)
    of_row = np.full(len(answers), -1)
    names: list[str] = []
    levels: list[str] = []
    left = np.ones(len(answers), dtype=bool)
    for level, (code, labels) in (("item", items), ("skill", skills)):
        enough = _precise(code[left], len(labels), y[left], student[left], cohort, most)
        enough &= ~np.isin(np.asarray(labels, dtype=str), list(barred))
        chosen = left & enough[code]
        number = np.cumsum(enough) - 1 + len(names)
        of_row[chosen] = number[code[chosen]]
        names += [str(label) for label in labels[enough]]
        levels += [level] * int(enough.sum())
        left &= ~chosen
    rest = np.zeros(int(left.sum()), dtype=np.int64)
    sure = _precise(rest, 1, y[left], student[left], cohort, most)
    if left.any() and (sure[0] or left.mean() > 1 - settings.coverage):
        of_row[left] = len(names)
        names.append(REMAINDER)
        levels.append("remainder")
    return Units(of_row, names, levels)


def _strata(unit: Ints, ability: Floats, strata: int) -> Ints:
    """Equal-count layers of `ability` within each unit, numbered over all units."""
    order = np.lexsort((ability, unit))
    rows = np.bincount(unit)
    start = np.cumsum(rows) - rows
    layer = np.empty(len(unit), dtype=np.int64)
    ordered = unit[order]
    layer[order] = (np.arange(len(unit)) - start[ordered]) * strata // rows[ordered]
    return unit * strata + layer


@dataclass(frozen=True)
class _Answers:
    """Judged answers as arrays, one entry per answer."""

    y: Floats
    unit: Ints
    cell: Ints
    student: Ints
    pair: Ints
    """The number of the answer's unit × student."""
    unit_of_pair: Ints
    """One entry per pair."""
    units: int
    cells: int


def _differences(rows: _Answers, ours: Mask) -> tuple[Floats, Floats, Ints]:
    """STD P-DIF of every unit, its standard error, and the students behind it.

    An answer of the group has the influence ``(y - P_rest - STD P-DIF) / N``, one of the
    rest ``-w * (y - P_rest) / N_rest`` of its stratum; they are summed by student. The
    rest's are taken times ``sqrt(N_rest / (N_rest - 1))``, because they lie around the
    stratum's own mean; a stratum with one answer of the rest has no spread to go by and is
    left out. The students behind it are the group's (first row) and the rest's (second).
    """
    rest = np.bincount(rows.cell[~ours], minlength=rows.cells)
    hits = np.bincount(rows.cell[~ours], rows.y[~ours], minlength=rows.cells)
    matched = ours & (rest[rows.cell] > 1)
    focal = np.bincount(rows.cell[matched], minlength=rows.cells)
    total = np.bincount(rows.unit[matched], minlength=rows.units)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = hits / rest
        residual = rows.y - expected[rows.cell]
        difference = (
            np.bincount(rows.unit[matched], residual[matched], minlength=rows.units) / total
        )
        influence = np.where(
            matched,
            (residual - difference[rows.unit]) / total[rows.unit],
            -focal[rows.cell]
            / total[rows.unit]
            * residual
            / np.sqrt(rest[rows.cell] * (rest[rows.cell] - 1.0)),
        )
    compared = ~ours & (focal[rows.cell] > 0) & (rest[rows.cell] > 1)
    influence = np.where(matched | compared, influence, 0.0)
    summed = np.bincount(rows.pair, influence)
    where = rows.unit_of_pair
    clusters = np.bincount(where, minlength=rows.units)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.bincount(where, summed**2, minlength=rows.units) * (
            clusters / (clusters - 1)
        )
    behind = [
        np.bincount(where[np.bincount(rows.pair, side) > 0], minlength=rows.units)
        for side in (matched, compared)
    ]
    return difference, np.sqrt(variance), np.array(behind, dtype=np.int64)


def _unit_gaps(
    answers: pd.DataFrame,
    student: Ints,
    cohort: Cohort,
    settings: FairnessSettings,
    units: Units,
) -> list[Gap]:
    """STD P-DIF of every group in every unit."""
    kept = units.of_row >= 0
    unit = units.of_row[kept]
    probability = answers["probability"].to_numpy(np.float64)[kept]
    students = max(len(cohort.students), 1)
    pairs, pair = np.unique(unit * students + student[kept], return_inverse=True)
    rows = _Answers(
        answers["correct"].to_numpy(np.float64)[kept],
        unit,
        _strata(unit, probability, settings.strata),
        student[kept],
        pair,
        pairs // students,
        len(units.names),
        len(units.names) * settings.strata,
    )
    gaps = []
    for attribute, group, inside in cohort.groups():
        difference, error, behind = _differences(rows, inside[rows.student])
        for place, name in enumerate(units.names):
            known = behind[:, place].min() >= settings.minimum_students
            value = float(difference[place]) if known else float("nan")
            spread = float(error[place]) if known else float("nan")
            gaps.append(
                Gap(attribute, group, METRIC, value, spread, int(behind[0, place]), name)
            )
    return gaps


def _judged(
    answers: pd.DataFrame,
    student: Ints,
    cohort: Cohort,
    settings: FairnessSettings,
    units: Units,
    of_item: Mapping[tuple[str, str, str], Gap],
) -> list[Gap]:
    """STD P-DIF of every group in every unit, where that of single items is known."""
    pool = np.array([level != "item" for level in units.levels])
    number = np.append(np.where(pool, np.cumsum(pool) - 1, -1), -1)
    names = [name for name, pooled in zip(units.names, pool, strict=True) if pooled]
    levels = [level for level in units.levels if level != "item"]
    pools = Units(number[units.of_row], names, levels)
    found = _unit_gaps(answers, student, cohort, settings, pools) if names else []
    pooled = iter(found)
    return [
        of_item[attribute, group, name] if level == "item" else next(pooled)
        for attribute, group, _ in cohort.groups()
        for name, level in zip(units.names, units.levels, strict=True)
    ]


def _every_item(answers: pd.DataFrame) -> Units:
    code, labels = pd.factorize(answers["content_id"], sort=True)
    return Units(
        code.astype(np.int64), [str(label) for label in labels], ["item"] * len(labels)
    )


@dataclass(frozen=True)
class ItemGaps:
    """STD P-DIF of every group, once for what must be known well and once for the rest."""

    judged: list[Gap]
    """Of the items and pools that each answer is in once; they decide about passing."""
    alone: list[Gap]
    """Of pooled items by themselves, where enough students answered; they can only fail."""
    coverage: dict[str, float | int]
    """``items``, ``items_alone``, ``items_pooled`` (that can fail alone), ``skills_pooled`` and
    the shares of answers ``answers_item``, ``answers_skill``, ``answers_remainder``."""


def item_gaps(
    answers: pd.DataFrame, student: Ints, cohort: Cohort, settings: FairnessSettings
) -> ItemGaps:
    """STD P-DIF of every group in every unit, and how much of the data that covers.

    An item whose interval comes out wider than its counts promised (its takers of a group
    are unlike the rest's) is pooled as well.

    Args:
        answers: one row per answer: ``content_id``, ``skill_id``, ``correct``,
            ``probability`` (the model's, from the item and the student's other answers).
        student: the code of the student of each answer.
        cohort: the students.
        settings: strata, least group size, half-width, confidence, coverage.
    """
    items = _every_item(answers)
    of_item = {
        (gap.attribute, gap.group, str(gap.unit)): gap
        for gap in _unit_gaps(answers, student, cohort, settings, items)
    }
    every = [gap for gap in of_item.values() if math.isfinite(gap.error)]
    barred: frozenset[str] = frozenset()
    while True:
        units = form_units(answers, student, cohort, settings, barred)
        judged = _judged(answers, student, cohort, settings, units, of_item)
        own = {n for n, level in zip(units.names, units.levels, strict=True) if level == "item"}
        alone = [gap for gap in every if gap.unit not in own]
        critical = critical_value(comparisons([*judged, *alone]), settings.confidence)
        wide = {
            str(gap.unit)
            for gap in judged
            if gap.unit != REMAINDER and not gap.error * critical <= settings.half_width
        }
        if not wide:
            pooled = len({gap.unit for gap in alone})
            return ItemGaps(judged, alone, _coverage(units, answers) | {"items_pooled": pooled})
        barred |= wide


def _coverage(units: Units, answers: pd.DataFrame) -> dict[str, float | int]:
    levels = np.array([*units.levels, "none"])
    of_row = levels[units.of_row]
    share = {
        f"answers_{level}": float((of_row == level).mean()) if len(of_row) else 0.0
        for level in ("item", "skill", "remainder")
    }
    return {
        "items": int(answers["content_id"].nunique()),
        "items_alone": units.levels.count("item"),
        "skills_pooled": units.levels.count("skill"),
        **share,
    }
