"""The page for the author of a course: what the answers say of skills, questions and gaps."""

from collections.abc import Mapping, Sequence
from typing import Any

from learnloop.governance.pages import number, render
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

Rows = Sequence[Mapping[str, Any]]
FEATURED = 6
"""Curves shown at once: the flat ones, then those that rise least; last those known from the
start, which have little to gain."""
MOST = 15
"""Lines of a chart; the tables have all."""
_COLUMNS = 2
_LETTERS = 34
_LINE = 31


def skill_model_page(
    report: Mapping[str, Any], gaps: Mapping[str, Any], judged: Mapping[str, Any]
) -> str:
    """The report as HTML.

    Args:
        report: of `skill_model_report`.
        gaps: of `tell_gaps`.
        judged: of `judge_gaps`; empty where nobody knows the truth.
    """
    skills, limits = report["skills"], report["settings"]
    names = {skill["skill_id"]: skill["name"] for skill in skills}
    drawn = [skill for skill in skills if skill["curve"]]
    curved = [skill for skill in drawn if skill["curve"]["identified"]]
    by_gain = sorted(curved, key=_place)
    courses = dict.fromkeys(skill["course_id"] for skill in drawn)
    return render(
        "skill_model.html",
        report=report,
        limits=limits,
        names=names,
        flat=[skill for skill in by_gain if _flat(skill)],
        known=[skill for skill in by_gain if _known(skill)],
        untold=[skill for skill in drawn if not skill["curve"]["identified"]],
        unasked=[skill for skill in skills if not skill["questions"]],
        few=[s for s in skills if 0 < s["questions"] < limits["fewest_questions"]],
        unstudied=[skill for skill in skills if not skill["study_items"]],
        uncurved=[skill for skill in skills if skill["questions"] and not skill["curve"]],
        wrong_way=[item for item in report["items"] if item["wrong_way"]],
        contradicted=[n for n in report["prerequisites"] if n["verdict"] == "contradicted"],
        curved=by_gain,
        featured=_panels(by_gain[:FEATURED]) if curved else None,
        gains=_gain_chart(by_gain[:MOST]) if curved else None,
        by_course={
            course: _panels([skill for skill in drawn if skill["course_id"] == course])
            for course in courses
        },
        items=_item_chart(report["items"][:MOST]) if report["items"] else None,
        needs=_need_chart(report["prerequisites"], names, limits["margin"]),
        most=MOST,
        gaps=gaps,
        judged=judged,
        scores=_score_chart(judged) if judged else None,
    )


def _flat(skill: Mapping[str, Any]) -> bool:
    return bool(skill["verdict"] == "flat")


def _known(skill: Mapping[str, Any]) -> bool:
    return bool(skill["verdict"] == "known from the start")


def _place(skill: Mapping[str, Any]) -> tuple[bool, bool, float]:
    return not _flat(skill), _known(skill), skill["curve"]["gain"]


def _gain_chart(skills: Rows) -> str:
    marks = {
        "flat": "above",
        "rises": "fine",
        "known from the start": "fine",
        "not enough data": "unsure",
    }
    dots = [
        Dot(
            "",
            skill["name"],
            skill["curve"]["gain"],
            skill["curve"]["gain_low"],
            skill["curve"]["gain_high"],
            marks[skill["verdict"]],
        )
        for skill in skills
    ]
    axis = Axis("share correct, 5th answer minus 1st", (), (0.0, 0.2), labels=0.5)
    return interval_chart(dots, axis)


def _item_chart(items: Rows) -> str:
    dots = [
        Dot(
            "",
            _end_of(item["content_id"]),
            item["correlation"],
            item["low"],
            item["high"],
            "above" if item["wrong_way"] else "fine",
        )
        for item in items
    ]
    return interval_chart(dots, Axis("item-rest correlation", (0.0,), (-0.1, 0.5), labels=0.5))


def _end_of(name: str) -> str:
    """What tells one question from its neighbours stands at the end of its id."""
    return name if len(name) <= _LINE else f"…{name[1 - _LINE :]}"


def _need_chart(needs: Rows, names: Mapping[str, str], margin: float) -> str | None:
    marks = {"supported": "fine", "contradicted": "above", "not enough data": "unsure"}
    shown = [need for need in needs if need["beyond"] is not None]
    if not shown:
        return None
    weakest = sorted(shown, key=lambda need: need["beyond"])[:MOST]
    dots = [
        Dot(
            names[need["skill_id"]],
            f"needs {names[need['requires_skill_id']]}",
            need["beyond"],
            need["low"],
            need["high"],
            marks[need["verdict"]],
        )
        for need in weakest
    ]
    axis = Axis("worth, share correct", (margin,), (-0.1, 0.2), labels=0.5)
    return interval_chart(dots, axis)


def _score_chart(judged: Mapping[str, Any]) -> str:
    said = {"gaps named here": judged["scores"], **judged["baselines"]}
    dots = [
        Dot(metric, name, found[metric]["value"], found[metric]["low"], found[metric]["high"])
        for metric in ("precision", "recall", "f1")
        for name, found in said.items()
    ]
    return interval_chart(dots, Axis("", (), (0.0, 1.0), labels=0.5))


def _panels(skills: Rows) -> dict[str, str]:
    """Small curves in two columns: dots are raw shares with intervals, lines corrected; no line
    where none is identified."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    rows = -(-len(skills) // _COLUMNS)
    with rc_context(SETTINGS):
        height = 1.25 * rows + 0.1
        figure = Figure(figsize=(WIDTH_IN, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, _COLUMNS)
        axes.set_ylim(-rows, 0)
        axes.axis("off")
        for place, skill in enumerate(skills):
            _panel(axes, place % _COLUMNS, -(place // _COLUMNS), skill)
        picture = as_address(figure)
    spoken = "; ".join(
        f"{skill['name']} from {number(skill['curve']['corrected'][0], 2)} at the first answer "
        f"to {number(skill['curve']['corrected'][4], 2)} at the fifth"
        if skill["curve"]["identified"]
        else f"{skill['name']} not identified"
        for skill in skills
    )
    return {"picture": picture, "alt": f"Share correct by answer: {spoken}."}


def _panel(axes: Any, column: int, row: int, skill: Mapping[str, Any]) -> None:
    """One curve in the unit square whose upper left corner is (column, row)."""
    left, width, foot, tall = column + 0.12, 0.83, row - 0.82, 0.6
    curve = skill["curve"]
    colour = ABOVE if _flat(skill) else FINE
    name = skill["name"]
    short = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    axes.text(column + 0.02, row - 0.1, short, weight="bold", fontsize=8)

    def x(opportunity: float) -> float:
        return float(left + width * (opportunity - 0.5) / len(curve["corrected"]))

    for share in (0.0, 0.5, 1.0):
        axes.plot([left, left + width], [foot + tall * share] * 2, color="#e3e8ed", lw=0.8)
        axes.text(
            left - 0.015, foot + tall * share, f"{share:.0%}", ha="right", va="center",
            fontsize=6.5, color=QUIET,
        )  # fmt: skip
    places = [x(point["opportunity"]) for point in curve["raw"]]
    shares = {
        name: [foot + tall * point[name] for point in curve["raw"]]
        for name in ("low", "correct", "high")
    }
    axes.vlines(places, shares["low"], shares["high"], color=QUIET, lw=1)
    axes.plot(places, shares["correct"], "o", color=INK, markersize=2.6)
    for place, point in zip(places, curve["raw"], strict=True):
        axes.text(place, foot - 0.09, f"{point['n']}", ha="center", fontsize=5.5, color=QUIET)
    if not curve["identified"]:
        return
    line = [foot + tall * share for share in curve["corrected"]]
    axes.plot([x(k + 1) for k in range(len(line))], line, color=colour, lw=1.8)
