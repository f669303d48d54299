"""The pictures: how often a bias or drift is found by its strength, and false alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.audits.thresholds import Floats, Interval, at_most, curve, share
from learnloop.governance.pages_charts import ABOVE, FINE, INK, QUIET, SETTINGS

ONE_IN_TWENTY = 0.05
STYLES = (
    ("#0072B2", "o", "-"),
    ("#D55E00", "s", "-"),
    ("#009E73", "^", "-"),
    ("#CC79A7", "D", "-"),
    (INK, "x", "--"),
)
"""Okabe & Ito (2008): told apart with any colour vision; shapes repeat what colours say."""


@dataclass(frozen=True)
class Line:
    """How one thing is found at each strength."""

    label: str
    strengths: Sequence[float]
    margins: Floats
    """Shape (campuses, strengths); above 0 where it is found."""

    @property
    def found(self) -> list[int]:
        """Of each strength, in how many campuses."""
        return [int(count) for count in (self.margins > 0).sum(axis=0)]


@dataclass(frozen=True)
class Panel:
    """Lines that belong together."""

    title: str
    planted: str
    """What a strength means, for the axis."""
    lines: Sequence[Line]


def draw_power(
    panels: Sequence[Panel], columns: int, words: str, power: float, to: Path
) -> None:
    """Curves with dots that say what was measured, with 95 % intervals.

    Args:
        panels: in order.
        columns: of panels; their number is a multiple of it.
        words: for the upright axes.
        power: where a dashed line stands.
        to: the SVG file.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    rows = len(panels) // columns
    with rc_context(SETTINGS | {"ytick.color": INK}):
        figure = Figure(figsize=(9.6, 2.6 * rows + 1), layout="constrained")
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=True):
            axes.set_title(panel.title, fontsize=10, loc="left")
            axes.set_xlabel(panel.planted)
            axes.axhline(power, color=QUIET, linestyle=(0, (4, 3)), linewidth=1, zorder=0)
            for place, line in enumerate(panel.lines):
                _draw_line(axes, line, place)
            axes.set_ylim(-0.04, 1.04)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
        for axes in grid[:, 0]:
            axes.set_ylabel(words)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        place = "outside lower center"
        figure.legend(handles, labels, loc=place, ncols=len(labels), frameon=False)
        figure.savefig(to, format="svg", metadata={"Date": None})


def _draw_line(axes: Any, line: Line, place: int) -> None:
    colour, marker, dashes = STYLES[place]
    total, furthest = len(line.margins), line.strengths[-1]
    at = np.linspace(0, furthest, 200)
    fitted = curve(line.strengths, line.margins, at)
    if fitted is not None:
        axes.plot(at, fitted, dashes, color=colour, linewidth=1.4)
    for strength, count in zip(line.strengths, line.found, strict=True):
        x = strength + (place - (len(STYLES) - 1) / 2) * 0.012 * furthest
        one = share(count, total)
        axes.plot([x, x], [one.low, one.high], color=colour, linewidth=0.8)
        axes.plot(x, one.value, color=colour, marker=marker, markersize=5)
    axes.plot([], [], dashes, color=colour, marker=marker, markersize=5, label=line.label)


def draw_alarms(counts: Mapping[str, tuple[int, int]], to: Path) -> None:
    """False alarms by model: the share, and how large it may be.

    Args:
        counts: name to alarms and campuses.
        to: the SVG file.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    with rc_context(SETTINGS | {"ytick.color": SETTINGS["xtick.color"]}):
        figure = Figure(figsize=(6.4, 0.36 * len(counts) + 0.8))
        axes = figure.subplots()
        for place, (count, total) in enumerate(counts.values()):
            one = Interval(count / total, 0.0, at_most(count, total))
            axes.plot([one.value, one.high], [-place] * 2, color=FINE, linewidth=1.8)
            axes.plot(one.value, -place, color=FINE, marker="o", markersize=6, clip_on=False)
            axes.text(one.high + 0.005, -place, f"{count} of {total}", va="center")
        axes.axvline(ONE_IN_TWENTY, color=ABOVE, linestyle=(0, (4, 3)), linewidth=1)
        axes.text(ONE_IN_TWENTY, 0.62, "1 in 20", color=ABOVE, ha="center", va="bottom")
        axes.set_yticks([-place for place in range(len(counts))], list(counts))
        axes.set_ylim(0.55 - len(counts), 0.55)
        axes.set_xlim(-0.005, max(0.3, axes.get_xlim()[1] + 0.05))
        axes.set_xlabel("campuses without bias that fail, with the 95 % bound")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.tight_layout()
        figure.savefig(to, format="svg", metadata={"Date": None})
