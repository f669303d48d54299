"""The picture of the drift results: share of terms called drifted by strength."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.audits.thresholds import Floats, curve, share
from learnloop.governance.pages_charts import INK, QUIET, SETTINGS

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
    """How a drift is found in what one model reads and says."""

    label: str
    strengths: Sequence[float]
    margins: Floats
    """Shape (campuses, strengths); above 0 where the model is called drifted."""

    @property
    def found(self) -> list[int]:
        """Of each strength, how many terms are called drifted."""
        return [int(count) for count in (self.margins > 0).sum(axis=0)]


def draw_power(
    panels: Mapping[str, Sequence[Line]], words: Mapping[str, str], power: float, to: Path
) -> None:
    """A panel per drift, a line per model; dots are what was measured, with 95 % intervals.

    Args:
        panels: drift to lines.
        words: what each drift is.
        power: where a dashed line stands.
        to: the SVG file.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    with rc_context(SETTINGS | {"ytick.color": INK}):
        figure = Figure(figsize=(9.6, 3.6))
        grid = figure.subplots(1, len(panels), sharey=True)
        for axes, (kind, lines) in zip(grid, panels.items(), strict=True):
            for place, line in enumerate(lines):
                _draw_line(axes, line, place)
            axes.axhline(power, color=QUIET, linestyle=(0, (4, 3)), linewidth=1, zorder=0)
            axes.set_title(words[kind], fontsize=10, loc="left")
            axes.set_xlabel(f"strength of “{kind}”")
            axes.set_ylim(-0.04, 1.04)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
        grid[0].set_ylabel("terms called drifted")
        grid[0].yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False)
        figure.subplots_adjust(left=0.075, right=0.99, top=0.92, bottom=0.25, wspace=0.08)
        figure.savefig(to, format="svg", metadata={"Date": None})


def _draw_line(axes: Any, line: Line, place: int) -> None:
    colour, marker, dashes = STYLES[place]
    total, furthest = len(line.margins), line.strengths[-1]
    at = np.linspace(0, furthest, 200)
    fitted = curve(line.strengths, line.margins, at)
    if fitted is not None:
        axes.plot(at, fitted, dashes, color=colour, linewidth=1.4)
    for strength, count in zip(line.strengths, line.found, strict=True):
        x = strength + (place - 2) * 0.012 * furthest
        one = share(count, total)
        axes.plot([x, x], [one.low, one.high], color=colour, linewidth=0.8)
        axes.plot(x, one.value, color=colour, marker=marker, markersize=5)
    axes.plot([], [], dashes, color=colour, marker=marker, markersize=5, label=line.label)
