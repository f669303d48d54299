"""What the enrolment trigger looks at, and how it says so in English.

Each signal bends at stated knots (a linear spline), so that the model stays a sum of curves
that can be drawn, and some have a slope of their own in each module. No protected attribute
is among them, nor the region, which stands in for deprivation. Highest education is: it is what
a student has achieved, and an adviser asks for it anyway. On the 2013 students, out of fold,
leaving it out lowers the AUC from .785 to .776 at day 28 and from .835 to .832 at day 56, and
does not narrow the gap in who is flagged between fifths of deprivation: .138 either way, and
.152 to .153 (`benchmarks/oulad.py`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.model import require

Floats = NDArray[np.float64]
MODULES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")
"""The publisher's seven modules; any other is met as a module nobody knows."""
FEBRUARY = "B"
MODULE = "module"


@dataclass(frozen=True)
class Curve:
    """One signal and the shape that its effect may take."""

    name: str
    """Column of the examples."""
    low: str
    """What a value below the usual is called."""
    high: str
    span: tuple[float, float]
    """Values beyond it count as its ends."""
    knots: tuple[float, ...] = ()
    none: str = ""
    """What having no value is called; where it is empty, nothing is made of it."""
    by_module: bool = False

    def columns(self, examples: pd.DataFrame, member: Floats) -> Floats:
        """Value, bends, missing value and value by module: shape (examples, `width`).

        NaN where the value is unknown, by every module: then all of them are taken for their
        mean, and the curve adds nothing.
        """
        value = examples[self.name].to_numpy(dtype=np.float64).clip(*self.span)
        bends = [np.maximum(value - knot, 0.0) for knot in self.knots]
        none = [np.isnan(value).astype(np.float64)] if self.none else []
        own = list((member * value[:, None]).T) if self.by_module else []
        return np.column_stack([value, *bends, *none, *own])

    @property
    def width(self) -> int:
        """How many columns it has."""
        return 1 + len(self.knots) + bool(self.none) + len(MODULES) * self.by_module

    def phrase(self, value: float, usual: float) -> str:
        """For instance ``low scores (41, usually 72)``."""
        if np.isnan(value):
            return self.none
        return f"{self.low if value < usual else self.high} ({value:.3g}, usually {usual:.3g})"


_SPREADS = (-4.0, 2.0)
CURVES = (
    Curve(
        "education",
        "little education on entry, as a step from 0 to 4",
        "much education on entry, as a step from 0 to 4",
        (0, 4),
        (1, 2, 3),
        by_module=True,
    ),
    Curve("previous_attempts", "first attempt", "earlier attempts", (0, 3), (1,)),
    Curve(
        "studied_credits",
        "few credits at a time",
        "many credits at a time",
        (30, 240),
        (60, 90, 120),
    ),
    Curve(
        "registered_day",
        "registered early, in days from the start",
        "registered late, in days from the start",
        (-200, 28),
        (-150, -100, -60, -40, -20, -5),
        by_module=True,
    ),
    Curve(
        "no_clicks",
        "looked in before the start",
        "never looked in before the start",
        (0, 1),
    ),
    Curve(
        "clicks_beside_class",
        "fewer clicks before the start than the class, in logs",
        "more clicks before the start than the class, in logs",
        (-4, 4),
        (-3, -2, -1, 0, 1, 2),
        by_module=True,
    ),
    Curve(
        "missing_weight",
        "little of the mark missing, in per cent",
        "much of the mark missing, in per cent",
        (0, 60),
        by_module=True,
    ),
    Curve(
        "nothing_handed_in",
        "has handed in work that was due",
        "has handed in nothing that was due",
        (0, 1),
    ),
    Curve(
        "work_beside_class",
        "less work than the class, in pieces",
        "more work than the class, in pieces",
        (-3, 3),
        (-1, -0.5, 0),
    ),
    Curve(
        "class_missing_share",
        "a class that hands in much",
        "a class that hands in little",
        (0, 1),
    ),
    Curve(
        "early_work_beside_class",
        "less work ahead of time than the class, in pieces",
        "more work ahead of time than the class, in pieces",
        (-3, 5),
    ),
    Curve(
        "score_beside_class",
        "scores below the class, in standard deviations",
        "scores above the class, in standard deviations",
        _SPREADS,
        (-3, -2, -1, 0, 0.5, 1),
        none="no score yet",
        by_module=True,
    ),
    Curve(
        "latest_beside_class",
        "the latest score below the class, in standard deviations",
        "the latest score above the class, in standard deviations",
        _SPREADS,
    ),
    Curve(
        "tutor_marked_beside_class",
        "tutor-marked scores below the class, in standard deviations",
        "tutor-marked scores above the class, in standard deviations",
        _SPREADS,
        none="no tutor-marked score yet",
    ),
    Curve(
        "computer_marked_beside_class",
        "computer-marked scores below the class, in standard deviations",
        "computer-marked scores above the class, in standard deviations",
        _SPREADS,
        none="no computer-marked score yet",
    ),
    Curve(
        "early_score_beside_class",
        "scores of early work below the class, in standard deviations",
        "scores of early work above the class, in standard deviations",
        _SPREADS,
    ),
    Curve(
        "days_ahead",
        "hands in late, in days ahead of time",
        "hands in early, in days ahead of time",
        (-14, 20),
        (-3, 0, 1, 3, 6, 10),
        by_module=True,
    ),
    Curve(
        "least_days_ahead",
        "has handed in late, in days ahead of time",
        "has never handed in late, in days ahead of time",
        (-14, 14),
        (0,),
    ),
    # Where a class has not been asked for it yet nobody has it: to have none says nothing.
    Curve(
        "first_days_ahead",
        "first tutor-marked work late, in days ahead of time",
        "first tutor-marked work early, in days ahead of time",
        (-14, 30),
        (-3, -1, 0, 1, 2, 3, 5, 8, 12, 18),
    ),
    Curve(
        "second_days_ahead",
        "second tutor-marked work late, in days ahead of time",
        "second tutor-marked work early, in days ahead of time",
        (-14, 30),
        (-3, 0, 1, 3, 6, 10),
    ),
    Curve("banked_work", "no work of an earlier attempt", "work of an earlier attempt", (0, 2)),
)
"""Every signal; after their columns stand those of module and month."""

COLUMNS = tuple(curve.name for curve in CURVES)
"""Columns of an example that the signals read, beside `module` and `presentation`."""

NAMES = (*COLUMNS, MODULE)
"""The signals in the order of `SPANS`; module and month are one."""


def natural(examples: pd.DataFrame) -> Floats:
    """The values of `COLUMNS` as the curves take them: shape (examples, signals)."""
    values = [examples[c.name].to_numpy(dtype=np.float64).clip(*c.span) for c in CURVES]
    return np.column_stack(values)


def design(examples: pd.DataFrame) -> Floats:
    """What the model sees: shape (examples, columns), NaN where a signal is unknown.

    Raises:
        ModelError: a column is missing.
    """
    require(examples, (*COLUMNS, "module", "presentation"))
    member = (examples["module"].to_numpy()[:, None] == np.array(MODULES)).astype(np.float64)
    february = examples["presentation"].str.endswith(FEBRUARY).to_numpy(dtype=np.float64)
    curves = [curve.columns(examples, member) for curve in CURVES]
    return np.column_stack([*curves, member, february, member * february[:, None]])


def owners() -> NDArray[np.int64]:
    """For each column of `design` the place in `NAMES` of the signal that it belongs to."""
    widths = [*(curve.width for curve in CURVES), 2 * len(MODULES) + 1]
    return np.repeat(np.arange(len(widths)), widths)


def of_modules() -> NDArray[np.bool_]:
    """Which columns of `design` are about one module alone."""
    parts = []
    for curve in CURVES:
        alone = len(MODULES) * curve.by_module
        parts.append(np.arange(curve.width) >= curve.width - alone)
    months = np.ones(2 * len(MODULES) + 1, dtype=bool)
    months[len(MODULES)] = False
    return np.concatenate([*parts, months])
