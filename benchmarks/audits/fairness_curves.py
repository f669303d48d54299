"""The pictures of the fairness results: detection by strength, and false alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.audits.drift_curves import STYLES
from benchmarks.audits.thresholds import Floats, Interval, at_most, curve, share
from learnloop.governance.pages_charts import ABOVE, FINE, QUIET, SETTINGS

ONE_IN_TWENTY = 0.05


@dataclass(frozen=True)
class Line:
    """How one attribute's bias is found by one model's audit."""

    label: str
    strengths: Sequence[float]
    margins: Floats
    """Shape (campuses, strengths); above 0 where the audit fails."""
    found: Sequence[int]
    """Of each strength, how many campuses failed and named the attribute."""


@dataclass(frozen=True)
class Panel:
    """One model."""

    title: str
    planted: str
    """What a strength means, for the axis."""
    lines: Sequence[Line]


def draw_power(panels: Sequence[Panel], power: float, to: Path) -> None:
    """A panel per model, a line per attribute; dots are what was measured, with intervals.

    Args:
        panels: four.
        power: where a dashed line stands.
        to: the SVG file.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS | {"ytick.color": SETTINGS["xtick.color"]}):
        figure = Figure(figsize=(9.6, 6.2))
        grid = figure.subplots(2, 2, sharey=True)
        for axes, panel in zip(grid.flat, panels, strict=True):
            axes.set_title(panel.title, fontsize=10, loc="left")
            axes.set_xlabel(panel.planted)
            axes.axhline(power, color=QUIET, linestyle=(0, (4, 3)), linewidth=1, zorder=0)
            for place, line in enumerate(panel.lines):
                shift = (place - (len(panel.lines) - 1) / 2) * 0.012
                _draw_line(axes, line, place, shift)
            axes.set_ylim(-0.04, 1.04)
            _percent(axes)
        for axes in grid[:, 0]:
            axes.set_ylabel("campuses where it is found")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False)
        figure.subplots_adjust(
            left=0.075, right=0.99, top=0.95, bottom=0.14, wspace=0.06, hspace=0.32
        )
        figure.savefig(to, format="svg", metadata={"Date": None})


def _draw_line(axes: Any, line: Line, place: int, shift: float) -> None:
    colour, marker, _ = STYLES[place]
    total = len(line.margins)
    at = np.linspace(0, line.strengths[-1], 200)
    fitted = curve(line.strengths, line.margins, at)
    if fitted is not None:
        axes.plot(at, fitted, color=colour, linewidth=1.4)
    shares = [share(count, total) for count in line.found]
    dots = [strength + shift for strength in line.strengths]
    for x, one in zip(dots, shares, strict=True):
        axes.plot([x, x], [one.low, one.high], color=colour, linewidth=0.8)
    values = [one.value for one in shares]
    axes.plot(dots, values, color=colour, marker=marker, markersize=5, linestyle="")
    axes.plot([], [], color=colour, marker=marker, markersize=5, label=line.label)


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


def _percent(axes: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
