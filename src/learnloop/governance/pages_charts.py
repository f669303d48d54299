"""Charts of the reviewers' pages: dots with intervals, as pictures inside the page."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INK = "#1f2933"
QUIET = "#7b8794"
FINE = "#0072B2"
ABOVE = "#D55E00"
UNSURE = "#8a6d00"
"""Okabe & Ito (2008): told apart with any colour vision; shapes repeat what colours say."""

WIDTH_IN = 4.7
"""Narrow, so that its letters keep their size on a phone."""

LETTERS = 66
"""How many letters the whole width holds."""


@dataclass(frozen=True)
class Dot:
    """One line of a chart: a value and its interval."""

    heading: str
    """Lines with the same heading stand together under it."""
    label: str
    value: float | None
    """``None`` draws the words "too few"."""
    low: float | None
    high: float | None
    mark: str = "fine"
    """``fine`` (filled circle), ``above`` (square), ``unsure`` (open circle)."""
    other: float | None = None
    """A second value to compare with, drawn as an upright stroke."""


@dataclass(frozen=True)
class Axis:
    """What the value axis shows."""

    words: str
    limits: tuple[float, ...] = ()
    """Where dashed lines stand."""
    least: tuple[float, float] = (0.0, 0.0)
    """Range that is shown at least."""
    percent: bool = False
    labels: float = 0.36
    """Share of the width that the labels take."""


_STYLES: dict[str, dict[str, Any]] = {
    "fine": {"color": FINE, "marker": "o", "markerfacecolor": FINE},
    "above": {"color": ABOVE, "marker": "s", "markerfacecolor": ABOVE},
    "unsure": {"color": UNSURE, "marker": "o", "markerfacecolor": "white"},
}
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "learnloop",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "text.parse_math": False,
}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _draw_dot(axes: Any, height: float, dot: Dot, low: float) -> None:
    if dot.value is None:
        side = "center" if low < 0 else "left"
        axes.text(0, height, "too few", color=QUIET, va="center", ha=side, style="italic")
        return
    style = _STYLES[dot.mark]
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [height] * 2, color=style["color"], linewidth=1.8)
    if dot.other is not None:
        axes.plot([dot.other] * 2, [height - 0.36, height + 0.36], color=INK, linewidth=2)
    axes.plot(dot.value, height, markersize=5.5, markeredgewidth=1.4, linestyle="", **style)


def _lines(dots: Sequence[Dot]) -> list[Dot | str]:
    """The dots with their headings between them."""
    lines: list[Dot | str] = []
    for place, dot in enumerate(dots):
        if dot.heading and (place == 0 or dots[place - 1].heading != dot.heading):
            lines.append(dot.heading)
        lines.append(dot)
    return lines


def interval_chart(dots: Sequence[Dot], axis: Axis) -> str:
    """The dots from top to bottom, as a ``data:`` address of an SVG picture.

    Args:
        dots: in order; those of one heading next to each other.
        axis: its words, dashed lines and least range.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    lines = _lines(dots)
    with rc_context(SETTINGS):
        height = 0.22 * len(lines) + 0.65
        figure = Figure(figsize=(WIDTH_IN, height))
        width = 0.97 - axis.labels
        axes = figure.add_axes((axis.labels, 0.5 / height, width, 1 - 0.58 / height))
        margin = (0.01 - axis.labels) / width
        for place, line in enumerate(lines):
            y = len(lines) - place
            if isinstance(line, str):
                text, indent, weight = line, 0.0, "bold"
            else:
                text, indent, weight = line.label, 0.04 if line.heading else 0.0, "normal"
                axes.axhline(y, color="#eef1f4", linewidth=1, zorder=0)
                _draw_dot(axes, y, line, axis.least[0])
            axes.text(
                margin + indent,
                y,
                _short(text, int(axis.labels * LETTERS)),
                transform=axes.get_yaxis_transform(),
                va="center",
                weight=weight,
            )
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, axis.least[0]), max(high, axis.least[1]))
        axes.set_ylim(0.3, len(lines) + 0.7)
        for limit in axis.limits:
            axes.axvline(limit, color=ABOVE, linestyle=(0, (4, 3)), linewidth=1)
        if axis.least[0] < 0 < axis.least[1]:
            axes.axvline(0, color=QUIET, linewidth=0.8, zorder=0)
        axes.set_yticks([])
        axes.set_xlabel(axis.words)
        axes.locator_params(axis="x", nbins=6)
        if axis.percent:
            axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        for side in ("top", "left", "right"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(QUIET)
        return as_address(figure)


def as_address(figure: Any) -> str:
    """A matplotlib figure as a ``data:`` address of an SVG picture."""
    picture = io.BytesIO()
    figure.savefig(picture, format="svg", metadata={"Date": None}, transparent=True)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
