"""What the drift results say: false alarms, power, and the limits that follow from them."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from benchmarks.audits import results
from benchmarks.audits.curves import Line, Panel, draw_power
from benchmarks.audits.drift import CHOOSING, FILE, STRENGTHS, parameters_of, verdicts
from benchmarks.audits.members import everybody
from benchmarks.audits.project import read_settings
from benchmarks.audits.results import Result
from benchmarks.audits.thresholds import at_most, found_from
from learnloop.governance.drift import DriftSettings, Limit
from learnloop.governance.pages import TITLES
from learnloop.simulation import Campus, CampusSettings, Cohort, Drift
from learnloop.simulation.curriculum import HARDER_LOGITS
from learnloop.simulation.rates import SLOWER_LEARNING, SLOWER_STUDY

POWER = 0.80
STEP = 0.05
"""Limits are tried in steps of this."""
WORDS = {
    "devices": "students move to phones",
    "harder": "questions become harder",
    "slower": "students learn more slowly",
}
ANY = "any of the four"


def phones(strength: float) -> float:
    """Share of sessions on a phone in a term with that drift of devices."""
    drift = Drift(kind="devices", strength=strength)
    students = everybody(Campus(CampusSettings(students=2_000, drift=drift)), Cohort.LEARN)
    return float(softmax(students.traits.device, axis=1)[:, 2].mean())


UNITS: dict[str, Callable[[float], str]] = {
    "devices": lambda s: f"{100 * phones(s):.0f} % of sessions on phones",
    "harder": lambda s: f"+{HARDER_LOGITS * s:.2f} logits",
    "slower": lambda s: (
        f"{100 * SLOWER_LEARNING * s:.0f} % less learnt an item, "
        f"{100 * SLOWER_STUDY * s:.0f} % fewer study days"
    ),
}
"""A strength in the units of `learnloop.simulation`."""


def margins(result: Result, settings: DriftSettings) -> dict[str, float]:
    """By how much each model is called drifted, and the most of any: above 0 is drift.

    The distance over its limit, minus 1, of the column that decides: when it is over its
    limit, more than the allowed share of the model's columns is.
    """
    found = {}
    for model, report in verdicts(result, settings).items():
        ratios = sorted((c["score"] / c["limit"] for c in report["columns"]), reverse=True)
        found[TITLES[model]] = ratios[int(settings.share_limit * len(ratios))] - 1
    return found | {ANY: max(found.values())}


def choose_limits(some: list[Result], settings: DriftSettings) -> DriftSettings:
    """The smallest noise, in steps, that calls none of some undrifted terms drifted.

    First that of the categorical columns, so that none of them is over its limit; then that
    of the numeric ones, so that no model is called drifted.
    """

    def with_noise(**noise: float) -> DriftSettings:
        changed = {
            kind: Limit(practical=getattr(settings, kind).practical, noise=value)
            for kind, value in noise.items()
        }
        return settings.model_copy(update=changed)

    def categorical_over(noise: float) -> bool:
        trial = with_noise(categorical=noise, numeric=1e3)
        return any(
            column["drifted"]
            for result in some
            for model in verdicts(result, trial).values()
            for column in model["columns"]
        )

    grid = np.round(np.arange(0.5, 6, STEP), 2)
    categorical = next(float(noise) for noise in grid if not categorical_over(float(noise)))

    def alarm(noise: float) -> bool:
        trial = with_noise(categorical=categorical, numeric=noise)
        return any(margins(result, trial)[ANY] > 0 for result in some)

    numeric = next(float(noise) for noise in grid if not alarm(float(noise)))
    return with_noise(categorical=categorical, numeric=numeric)


def _false_alarms(some: list[Result], settings: DriftSettings) -> list[str]:
    sizes: dict[tuple[int, int], list[dict[str, float]]] = defaultdict(list)
    for result in some:
        if result["kind"] == "none" and result["seed"] not in CHOOSING:
            size = result["reference"], result["students"]
            sizes[size].append(margins(result, settings))
    lines = [
        "| students before / now | limits | terms | model | called drifted | share "
        "| at most (95 %) |",
        "|---|---|---|---|---|---|---|",
    ]
    for (before, now), terms in sorted(sizes.items()):
        limits = " and ".join(
            f"{limit.at(before, now):.2f}" for limit in (settings.numeric, settings.categorical)
        )
        for name in terms[0]:
            count, total = sum(term[name] > 0 for term in terms), len(terms)
            lines.append(
                f"| {before:,} / {now:,} | {limits} | {total} | {name} | {count} "
                f"| {100 * count / total:.1f} % | {100 * at_most(count, total):.1f} % |"
            )
    return lines


def _lines(some: list[Result], settings: DriftSettings) -> dict[str, list[Line]]:
    """Drift → a line per model, of the seeds that have all strengths."""
    found: dict[tuple[int, str, float], dict[str, float]] = {
        (result["seed"], result["kind"], result["strength"]): margins(result, settings)
        for result in some
        if result["students"] == result["reference"] and result["seed"] not in CHOOSING
    }
    lines: dict[str, list[Line]] = {}
    for kind in WORDS:
        points = [("none", 0.0), *((kind, strength) for strength in STRENGTHS[kind])]
        seeds = sorted({seed for seed, _, _ in found})
        whole = [seed for seed in seeds if all((seed, *point) in found for point in points)]
        lines[kind] = [
            Line(
                name,
                [strength for _, strength in points],
                np.array([[found[seed, *point][name] for point in points] for seed in whole]),
            )
            for name in [*TITLES.values(), ANY]
        ]
    return lines


def _power_table(panels: dict[str, list[Line]]) -> list[str]:
    lines = [
        "| drift | model | found at strength | found with 80 % power from |",
        "|---|---|---|---|",
    ]
    for kind, models in panels.items():
        for line in models:
            total = len(line.margins)
            shown = ", ".join(
                f"{strength:g}: {count} of {total}"
                for strength, count in list(zip(line.strengths, line.found, strict=True))[1:]
            )
            least = found_from(line.strengths, line.margins, POWER)
            words = "more than was tried"
            if np.isfinite(least.value):
                ends = " to ".join(f"{end:.2f}" for end in (least.low, least.high))
                words = f"{least.value:.2f} ({ends.replace('inf', 'more')}): "
                words += UNITS[kind](least.value)
            lines.append(f"| {WORDS[kind]} | {line.label} | {shown} | {words} |")
    return lines


def _taught(some: list[Result], settings: DriftSettings) -> list[str]:
    """Verdicts with models that learned before and in the drifted term, side by side."""
    keys = ("seed", "kind", "strength", "students", "reference")
    pairs: dict[tuple[Any, ...], dict[str, Result]] = defaultdict(dict)
    for result in some:
        if result["kind"] == "none" or result["seed"] in CHOOSING:
            continue
        pairs[tuple(result[key] for key in keys)][result["taught"]] = result
    both = [pair for pair in pairs.values() if len(pair) == 2]
    if not both:
        return []
    same = total = 0
    for pair in both:
        before, now = (margins(pair[taught], settings) for taught in ("before", "now"))
        same += sum((before[name] > 0) == (now[name] > 0) for name in TITLES.values())
        total += len(TITLES)
    return [
        f"In a run the models learn on the current term, which is drifted too. With models so "
        f"taught, {same} of {total} verdicts are the same ({len(both)} drifted terms)."
    ]


def _chosen(choosing: list[Result], settings: DriftSettings) -> list[str]:
    """Which limits follow from the terms that were set aside for that."""
    chosen = choose_limits(choosing, settings)
    seeds = len({result["seed"] for result in choosing})
    sizes = sorted({(result["reference"], result["students"]) for result in choosing})
    words = " and ".join(f"{before:,} students before, {now:,} now" for before, now in sizes)
    return [
        "",
        "### Where the limits come from",
        "",
        "A limit is `max(practical, noise × √(1/n + 1/m))` for n students before and m now. "
        f"The noise is the smallest, in steps of {STEP}, that calls no model drifted in "
        f"{seeds} terms without drift (seeds {min(CHOOSING)} to {max(CHOOSING)}; {words}): "
        f"numeric {chosen.numeric.noise:g}, categorical {chosen.categorical.noise:g}. "
        f"None in {seeds} leaves up to {100 * at_most(0, seeds):.0f} % possible; the table of "
        "false alarms says what these limits do in other terms. "
        f"`conf/base/parameters_drift.yml` has {settings.numeric.noise:g} and "
        f"{settings.categorical.noise:g}.",
        "",
        "`practical` is a judgement, not a measurement: a distance below it is too small to "
        f"matter. At 1,000 students in both terms it is what decides of categorical columns "
        f"({settings.categorical.practical:g}, where noise alone would give "
        f"{_noise_alone(settings.categorical, 1_000):.2f}), and noise of numeric ones "
        f"({_noise_alone(settings.numeric, 1_000):.2f}).",
    ]


def _noise_alone(limit: Limit, students: int) -> float:
    return float(limit.noise * np.sqrt(2 / students))


def section(folder: Path) -> str:
    """The drift part of the page as Markdown; its picture is written to `folder`.

    Args:
        folder: of the page's pictures and results; links are relative to the folder above.
    """
    some = results.read(folder / "results" / FILE)
    parameters = read_settings()
    settings = DriftSettings.model_validate(parameters["drift"])
    measured = results.require_same(some, "settings", FILE)
    before = [result for result in some if result["taught"] == "before"]
    choosing = [r for r in before if r["kind"] == "none" and r["seed"] in CHOOSING]
    lines_of = _lines(before, settings)
    panels = [
        Panel(WORDS[kind], f"strength of “{kind}”", lines) for kind, lines in lines_of.items()
    ]
    draw_power(panels, 3, "terms called drifted", POWER, folder / "drift.svg")
    campus = CampusSettings.model_validate(parameters["campus"])
    run = campus.reference_students, campus.audit_students
    lines = [
        "## Drift",
        "",
        f"Week {settings.week} of two terms, a campus of its own per seed; of the students in "
        "the tables those who consented are compared. Models learn on undrifted learners once; "
        "the earlier and the current term are only scored, by a trigger that was taught by the "
        "final mastery model (in a run, by models that had not seen its students). Columns, "
        "distances and rule are those of the drift gate: more than "
        f"{100 * settings.share_limit:.0f} % of a model's columns over their limits.",
        *([] if measured == parameters_of(parameters) else ["", results.CHANGED_SINCE]),
        "",
        "### False alarms",
        "",
        "Terms without drift, none of them among those that the limits were chosen on. A run "
        f"of the default campus compares {run[0]:,} with {run[1]:,} students. Limits are those "
        "of numeric and of categorical columns.",
        "",
        *_false_alarms(before, settings),
        "",
        "### Power",
        "",
        "1,000 students before and now; with more, limits are lower and smaller drifts found.",
        "",
        f"![Share of terms called drifted by strength of drift]({folder.name}/drift.svg)",
        "",
        *_power_table(lines_of),
        "",
        *_taught(some, settings),
        *(_chosen(choosing, settings) if choosing else []),
    ]
    return "\n".join(lines) + "\n"
