"""The page of a tuning study: what it gained, how it got there, and what mattered."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from learnloop.governance.pages import render
from learnloop.governance.pages_charts import (
    ABOVE,
    FINE,
    INK,
    QUIET,
    SETTINGS,
    WIDTH_IN,
    Axis,
    Dot,
    as_address,
    interval_chart,
)

HEADLINES = {"auc": "AUC", "ndcg": "NDCG@10"}
MOST_BELOW = 4.0
"""Trials so many times further below the best than the middle one stand at the edge."""

Trials = Sequence[Mapping[str, Any]]


def tuning_page(summary: Mapping[str, Any], trials: Trials) -> str:
    """A study as HTML.

    Args:
        summary: what `conf/base/tuning` holds of the study.
        trials: each with ``number, state, tried, folds, score, seconds``; the score is
            ``None`` where the trial has none.
    """
    headline = HEADLINES[summary["headline"]]
    scored = [trial for trial in trials if trial["score"] is not None]
    return render(
        "tuning.html",
        summary=summary,
        headline=headline,
        trials=sorted(trials, key=lambda trial: -(trial["score"] or 0.0)),
        gains=_gains(summary, headline),
        history=_history(scored, summary, headline),
        slices=_slices(scored, summary, headline),
    )


def _gains(summary: Mapping[str, Any], headline: str) -> str:
    dots = []
    for part, words in (("validation", "validation students"), ("test", "test students")):
        gain = {name: 1000 * value for name, value in summary[part]["gain"].items()}
        mark = "fine" if gain["low"] > 0 else "above" if gain["high"] < 0 else "unsure"
        dots.append(Dot("", words, gain["value"], gain["low"], gain["high"], mark))
    edge = 1.2 * max(abs(dot.low or 0.0) + abs(dot.high or 0.0) for dot in dots) / 2
    said = f"{headline}: best minus previous, in thousandths"
    axis = Axis(said, (), (-edge or -1.0, edge or 1.0), labels=0.3)
    return interval_chart(dots, axis)


def _floor(trials: Trials) -> float:
    """The lowest score that is drawn at its place."""
    scores: list[float] = sorted(trial["score"] for trial in trials)
    best, middle = scores[-1], scores[len(scores) // 2]
    return max(scores[0], best - MOST_BELOW * (best - middle))


def _draw(axes: Any, places: Sequence[float], trials: Trials) -> None:
    """Dots of finished trials, circles of pruned ones; what is too low at the lower edge."""
    floor = _floor(trials)
    best = max((t for t in trials if t["state"] == "finished"), key=lambda t: t["score"])
    for place, trial in zip(places, trials, strict=True):
        full = trial["state"] == "finished"
        axes.plot(
            place,
            max(trial["score"], floor),
            marker="s" if trial is best else "o",
            markersize=5.5 if trial is best else 4.5,
            color=ABOVE if trial is best else FINE if full else QUIET,
            markerfacecolor=None if full else "white",
            linestyle="",
            zorder=3 if trial is best else 2,
        )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(QUIET)
    room = best["score"] - floor or 0.001
    axes.set_ylim(floor - 0.06 * room, best["score"] + 0.08 * room)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.locator_params(axis="y", nbins=5)


def _is_present(trial: Mapping[str, Any], summary: Mapping[str, Any]) -> bool:
    parameters = summary["parameters"]
    return all(trial["tried"][path] == parameters[path]["previous"] for path in parameters)


def _history(trials: Trials, summary: Mapping[str, Any], headline: str) -> str:
    """Score over number, the best so far as a line, the present parameters as another."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH_IN, 2.4), layout="constrained")
        axes = figure.subplots()
        numbers = [trial["number"] for trial in trials]
        _draw(axes, numbers, trials)
        so_far, best = -math.inf, []
        for trial in trials:
            if trial["state"] == "finished":
                so_far = max(so_far, trial["score"])
            best.append(so_far)
        axes.step(numbers, best, where="post", color=ABOVE, linewidth=1.2, zorder=1)
        for trial in trials:
            if trial["state"] == "finished" and _is_present(trial, summary):
                axes.axhline(trial["score"], color=INK, linestyle=(0, (4, 3)), linewidth=1)
                break
        axes.set_xlabel("trial")
        axes.set_ylabel(headline)
        return as_address(figure)


def _slices(trials: Trials, summary: Mapping[str, Any], headline: str) -> str:
    """Score over each parameter, the most important one first."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    parameters = summary["parameters"]
    paths = sorted(parameters, key=lambda path: -(parameters[path]["importance"] or 0.0))
    rows = math.ceil(len(paths) / 2)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH_IN, 1.9 * rows), layout="constrained")
        panels = figure.subplots(rows, 2, squeeze=False, sharey=True).ravel()
        for axes, path in zip(panels, paths, strict=False):
            searched = parameters[path]["searched"]
            values = [trial["tried"][path] for trial in trials]
            if choices := searched.get("choices"):
                _draw(axes, [choices.index(value) for value in values], trials)
                axes.set_xticks(range(len(choices)), [_short(c) for c in choices])
                axes.set_xlim(-0.5, len(choices) - 0.5)
                present = choices.index(parameters[path]["previous"])
                if len(choices) > 4:
                    axes.tick_params(axis="x", rotation=60)
            else:
                _draw(axes, values, trials)
                _scale(axes, searched["low"], searched["high"], searched.get("log", False))
                present = parameters[path]["previous"]
            axes.axvline(present, color=INK, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
            share = parameters[path]["importance"]
            told = "" if share is None else f" ({share:.0%})"
            axes.set_xlabel(f"{path.rsplit('.', 1)[-1]}{told}")
        for axes in panels[len(paths) :]:
            axes.set_visible(False)
        figure.supylabel(headline, fontsize=9)
        return as_address(figure)


def _scale(axes: Any, low: float, high: float, log: bool) -> None:
    """Ends and middle of the range that was searched."""
    margin = 0.05
    if log:
        axes.set_xscale("log")
        middle, aside = math.sqrt(low * high), (high / low) ** margin
        axes.set_xlim(low / aside, high * aside)
    else:
        middle, beyond = (low + high) / 2, margin * (high - low)
        axes.set_xlim(low - beyond, high + beyond)
    ticks = (low, middle, high)
    axes.set_xticks(ticks, [f"{tick:.0f}" if tick > 9 else f"{tick:.2g}" for tick in ticks])
    axes.set_xticks([], minor=True)


def _short(choice: Any) -> str:
    if not isinstance(choice, list):
        return str(choice).lower()
    return f"{choice[0]:g}" if len(choice) == 1 else f"best of {len(choice)}"
