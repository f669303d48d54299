"""The page on adaptive tests: how long and how right they are, and where a bank is thin."""

from collections.abc import Mapping
from typing import Any

from learnloop.governance.pages import number, render
from learnloop.governance.pages_charts import (
    ABOVE,
    FINE,
    INK,
    QUIET,
    SETTINGS,
    WIDTH_IN,
    as_address,
)

STARTS = {"mastery": "from mastery", "new": "as a new student"}


def assessment_page(found: Mapping[str, Any]) -> str:
    """The metrics of the assessment pipeline as HTML."""
    courses = found["courses"]
    return render(
        "assessment.html",
        found=found,
        starts=STARTS,
        curves={name: _curves(course["information"]) for name, course in courses.items()},
        spoken={name: _spoken(course["information"]) for name, course in courses.items()},
    )


def _spoken(told: Mapping[str, Any]) -> str:
    peak = max(range(len(told["test"])), key=lambda place: told["test"][place])
    return (
        f"Information of a test peaks at ability {number(told['ability'][peak], 1)} with "
        f"{number(told['test'][peak], 1)}; {number(told['needed'], 1)} are needed."
    )


def _curves(told: Mapping[str, Any]) -> str:
    """Information over ability, where it is too little, and where the students are."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ability, test, needed = told["ability"], told["test"], told["needed"]
    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH_IN, 2.9), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        upper.plot(ability, test, color=FINE, linewidth=1.8)
        upper.plot(ability, told["all"], color=QUIET, linewidth=1.2, linestyle=(0, (1, 1.5)))
        upper.axhline(needed, color=ABOVE, linestyle=(0, (4, 3)), linewidth=1)
        upper.set_ylim(0, 1.6 * max(*test, needed))
        upper.set_ylabel("information")
        lower.fill_between(ability, told["students"], color=QUIET, alpha=0.3, linewidth=0)
        thin = [value < needed for value in test]
        lower.fill_between(ability, told["students"], where=thin, color=ABOVE, linewidth=0)
        lower.set_ylim(0, None)
        lower.set_yticks([])
        lower.set_ylabel("students")
        lower.set_xlabel("ability, standard deviations")
        for axes in (upper, lower):
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            for side in ("bottom", "left"):
                axes.spines[side].set_color(QUIET)
            axes.tick_params(colors=INK)
        return as_address(figure)
