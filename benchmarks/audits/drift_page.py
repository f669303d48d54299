"""What the drift results say: false alarms, power, and the limits that follow from them."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from benchmarks.audits import results
from benchmarks.audits.drift import CHOOSING, FILE, STRENGTHS, verdicts
from benchmarks.audits.drift_curves import Line, draw_power
from benchmarks.audits.members import everybody
from benchmarks.audits.project import read_settings
from benchmarks.audits.results import Result
from benchmarks.audits.thresholds import at_most, found_from
from learnloop.governance.drift import DriftSettings, Limit
from learnloop.governance.pages import TITLES
from learnloop.simulation import Campus, CampusSettings, Cohort, Drift
from learnloop.simulation.curriculum import HARDER_LOGITS

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
    "slower": lambda s: f"{50 * s:.0f} % less learnt an item, {35 * s:.0f} % fewer study days",
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
        "| students before / now | terms | model | called drifted | share | at most (95 %) |",
        "|---|---|---|---|---|---|",
    ]
    for (before, now), terms in sorted(sizes.items(), key=lambda pair: -len(pair[1])):
        for name in terms[0]:
            count, total = sum(term[name] > 0 for term in terms), len(terms)
            lines.append(
                f"| {before:,} / {now:,} | {total} | {name} | {count} "
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


def section(folder: Path) -> str:
    """The drift part of the page as Markdown; its picture is written to `folder`.

    Args:
        folder: of the page's pictures and results; links are relative to the folder above.
    """
    some = results.read(folder / "results" / FILE)
    settings = DriftSettings.model_validate(read_settings()["drift"])
    before = [result for result in some if result["taught"] == "before"]
    choosing = [r for r in before if r["kind"] == "none" and r["seed"] in CHOOSING]
    panels = _lines(before, settings)
    draw_power(panels, WORDS, POWER, folder / "drift.svg")
    lines = [
        "## Drift",
        "",
        f"Week {settings.week} of two terms of 1,000 students each (those who consented), a "
        "campus of its own per seed. Models learn on undrifted learners once; the earlier and "
        "the current term are only scored. Columns, distances and rule are those of the drift "
        f"gate: more than {100 * settings.share_limit:.0f} % of a model's columns over their "
        "limits.",
        "",
        "### False alarms",
        "",
        "Terms without drift, none of them among those that the limits were chosen on:",
        "",
        *_false_alarms(before, settings),
        "",
        "### Power",
        "",
        f"![Share of terms called drifted by strength of drift]({folder.name}/drift.svg)",
        "",
        *_power_table(panels),
        "",
        *_taught(some, settings),
    ]
    if choosing:
        chosen = choose_limits(choosing, settings)
        lines += [
            "",
            "### Where the limits come from",
            "",
            "A limit is `max(practical, noise × √(1/n + 1/m))`. The noise is the smallest, in "
            f"steps of {STEP}, that calls none of {len(choosing)} comparisons drifted (seeds "
            f"{min(CHOOSING)} to {max(CHOOSING)}, 1,000 and 300 students before, 1,000 now): "
            f"numeric {chosen.numeric.noise:g}, categorical {chosen.categorical.noise:g}. "
            f"`conf/base/parameters_drift.yml` has {settings.numeric.noise:g} and "
            f"{settings.categorical.noise:g}.",
        ]
    return "\n".join(lines) + "\n"
