"""What the fairness results say: false alarms, power, and where the limits come from."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.audits import results
from benchmarks.audits.curves import ONE_IN_TWENTY, Line, Panel, draw_alarms, draw_power
from benchmarks.audits.fairness import FILE, MEASURED_WITH, SMALLEST
from benchmarks.audits.fairness_study import Study, is_found, names_another
from benchmarks.audits.project import measured_with, read_settings
from benchmarks.audits.results import Result
from benchmarks.audits.thresholds import Interval, at_most, found_from, gap_at
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.pages import TITLES
from learnloop.simulation.attributes import GROUPS
from learnloop.simulation.rates import LABEL_FLIPS

ANY = "Any of the four"
RECOMMENDER = "content_recommender"
OTHER_LIMITS = (0.05, 0.15)
METRICS = {
    "auc": "AUC",
    "calibration": "calibration",
    "std_p_dif": "STD P-DIF of the surest item",
    "expected_gain": "predicted gain, relative",
    "tpr": "TPR",
    "fpr": "FPR",
    "share_assessment": "share of questions",
    "share_video": "share of videos",
    "share_text": "share of texts",
    "share_interactive": "share of interactive items",
}


def alarm_counts(unbiased: Sequence[Result]) -> dict[str, tuple[int, int]]:
    """Each model, and any of them, to the campuses that fail and all campuses."""
    failed = {
        title: [result["models"][model]["verdict"] == "fail" for result in unbiased]
        for model, title in TITLES.items()
    }
    failed[ANY] = [any(one) for one in zip(*failed.values(), strict=True)]
    return {name: (sum(each), len(each)) for name, each in failed.items()}


def _false_alarms(study: Study) -> list[str]:
    counts = alarm_counts(study.unbiased)
    lines = [
        "| model | fails | at most (95 %) | not enough data | surest gap | widest interval "
        "| planted, but another attribute named |",
        "|---|---|---|---|---|---|---|",
    ]
    for model, title in TITLES.items():
        audits = [result["models"][model] for result in study.unbiased]
        count, total = counts[title]
        undecided = sum(audit["verdict"] == "not_enough_data" for audit in audits)
        other = sum(names_another(result, model) for result in study.planted)
        lines.append(
            f"| {title} | {count} of {total} | {100 * at_most(count, total):.0f} % "
            f"| {undecided} | {max(audit['surest'] for audit in audits):.3f} "
            f"| ±{max(audit['widest'] for audit in audits):.3f} "
            f"| {other} of {len(study.planted)} |"
        )
    count, total = counts[ANY]
    return [
        *lines,
        f"| {ANY} | {count} of {total} | {100 * at_most(count, total):.0f} % | | | | |",
    ]


def _abroca(study: Study) -> list[str]:
    """How often ABROCA's randomisation test calls chance a difference."""
    from statsmodels.stats.multitest import multipletests

    found = {
        title: tests
        for model, title in TITLES.items()
        if any(tests := [result["models"][model]["abroca"] for result in study.unbiased])
    }
    lines = [
        "ABROCA is reported and gates nothing. Its randomisation test on these campuses, where "
        "every difference is chance: groups with p ≤ .05, and campuses where one is left after "
        "Holm's correction.",
        "",
        "| model | groups | p ≤ .05 | campuses with p ≤ .05 after Holm | at most (95 %) |",
        "|---|---|---|---|---|",
    ]
    for title, tests in found.items():
        every = np.concatenate(tests)
        alarms = sum(bool(multipletests(one, 0.05, "holm")[0].any()) for one in tests)
        lines.append(
            f"| {title} | {len(every)} | {100 * np.mean(every <= ONE_IN_TWENTY):.1f} % "
            f"| {alarms} of {len(tests)} | {100 * at_most(alarms, len(tests)):.0f} % |"
        )
    return [*lines, ""]


def _end(value: float, largest: float) -> str:
    if math.isnan(value):
        return "too few campuses"
    return f"{value:.2f}" if math.isfinite(value) else f"above {largest:g}"


def _least(one: Interval, largest: float) -> str:
    if math.isnan(one.value):
        return "too few campuses"
    if math.isinf(one.value):
        return f"not at {largest:g}"
    return f"{one.value:.2f} ({_end(one.low, largest)} – {_end(one.high, largest)})"


def _power(study: Study, models: Sequence[str], settings: FairnessSettings) -> list[str]:
    strengths, largest = study.strengths, study.strengths[-1]
    shown = ", ".join(f"{strength:g}" for strength in strengths[1:])
    lines = [
        f"| model | planted in | found at {shown} (of {len(study.seeds)}) "
        "| 80 % from strength (95 %) | mean gap there | of | the audit prints |",
        "|---|---|---|---|---|---|---|",
    ]
    for model in models:
        unbiased = [result["models"][model] for result in study.unbiased]
        printed = float(np.mean([audit["smallest_detectable"] for audit in unbiased]))
        for attribute, group in SMALLEST.items():
            line = Line(attribute, strengths, study.margins(model, attribute, settings.limit))
            least = found_from(strengths, line.margins, settings.power)
            metric, gaps = study.gaps(model, attribute)
            gap = gap_at(
                least.value if math.isfinite(least.value) else largest, strengths, gaps
            )
            counts = ", ".join(map(str, line.found[1:]))
            lines.append(
                f"| {TITLES[model]} | {attribute} = {group} | {counts} "
                f"| {_least(least, largest)} "
                f"| {gap:.2f}{'' if math.isfinite(least.value) else f' at {largest:g}'} "
                f"| {METRICS.get(metric, metric)} | {printed:.2f} |"
            )
    return lines


def _limits(study: Study, settings: FairnessSettings) -> list[str]:
    """What other limits of the gap would have done."""
    lines = [
        "| limit | " + " | ".join(TITLES.values()) + " |",
        "|---|" + "---|" * len(TITLES),
    ]
    for limit in sorted({*OTHER_LIMITS, settings.limit}):
        cells = []
        for model in TITLES:
            alarms = sum(r["models"][model]["surest"] > limit for r in study.unbiased)
            least = [
                found_from(
                    study.strengths,
                    study.margins(model, attribute, limit),
                    settings.power,
                    draws=1,
                ).value
                for attribute in SMALLEST
            ]
            ends = [_end(end, study.strengths[-1]) for end in (min(least), max(least))]
            cells.append(f"{alarms} of {len(study.seeds)}; {' – '.join(dict.fromkeys(ends))}")
        lines.append(f"| {limit:.2f} | " + " | ".join(cells) + " |")
    return lines


def _refitted(some: Sequence[Result]) -> list[str]:
    """Verdicts of models that learned without and with the bias, side by side."""
    keys = ("seed", "kind", "attribute", "strength", "audit_students")
    without = {tuple(r[key] for key in keys): r for r in some if not r["refit"]}
    pairs = [
        (without[key], r)
        for r in some
        if r["refit"] and (key := tuple(r[name] for name in keys)) in without
    ]
    if not pairs:
        return []
    total = len(pairs) * len(TITLES)
    same = sum(
        (one["models"][model]["verdict"], is_found(one, model))
        == (other["models"][model]["verdict"], is_found(other, model))
        for one, other in pairs
        for model in TITLES
    )
    seeds = {one["seed"] for one, _ in pairs}
    return [
        f"Above, the models learn without the bias. In {len(pairs)} campuses ({len(seeds)} "
        f"seeds) they were also fitted with it in the learning cohort: {same} of {total} "
        "verdicts, with the attribute that they name, are the same.",
        "",
    ]


def _sizes(some: Sequence[Result]) -> list[str]:
    """Verdicts without bias by the size of the audit cohort, where there are several."""
    by_size: dict[int, list[Result]] = {}
    for result in some:
        if result["kind"] == "none":
            by_size.setdefault(result["audit_students"], []).append(result)
    if len(by_size) < 2:
        return []
    lines = [
        "",
        "Unbiased campuses with fewer audited students: how many pass, and the bias that the "
        "audit says it finds with 80 % power.",
        "",
        "| students | campuses | " + " | ".join(TITLES.values()) + " |",
        "|---|---|" + "---|" * len(TITLES),
    ]
    for size, unbiased in sorted(by_size.items()):
        cells = []
        for model in TITLES:
            audits = [result["models"][model] for result in unbiased]
            passed = sum(audit["verdict"] == "pass" for audit in audits)
            known = [a["smallest_detectable"] for a in audits if a["smallest_detectable"]]
            least = f"{np.mean(known):.2f}" if known else "unknown"
            cells.append(f"{passed} pass, {least}")
        lines.append(f"| {size:,} | {len(unbiased)} | " + " | ".join(cells) + " |")
    return lines


def _panel(study: Study, lists: Study, model: str, settings: FairnessSettings) -> Panel:
    """Of the recommender what lists show, where they were measured."""
    of_lists = model == RECOMMENDER and bool(lists.seeds)
    shown = lists if of_lists else study
    flips = f"strength (at 1, {100 * LABEL_FLIPS:.0f} % of the answers are flipped)"
    return Panel(
        TITLES[model],
        "share of the group's questions that become videos" if of_lists else flips,
        [
            Line(
                attribute.replace("_", " "),
                shown.strengths,
                shown.margins(model, attribute, settings.limit),
            )
            for attribute in SMALLEST
        ],
    )


def _withheld(lists: Study, settings: FairnessSettings) -> list[str]:
    """The bias that is planted in the recommendations, where it was measured."""
    if not lists.seeds:
        return []
    return [
        "Flipped answers hardly reach what is recommended. So that the recommender's audit has "
        "something to find, a share of the questions in the group's lists was made videos:",
        "",
        *_power(lists, [RECOMMENDER], settings),
        "",
    ]


def section(folder: Path) -> str:
    """The fairness part of the page as Markdown; its pictures are written to `folder`.

    Args:
        folder: of the page's pictures and results; links are relative to the folder above.
    """
    some = results.read(folder / "results" / FILE)
    parameters = read_settings()
    settings = FairnessSettings.model_validate(parameters["audit"])
    measured = results.require_same(some, "settings", FILE)
    students = max(result["audit_students"] for result in some)
    study = Study(some, "labels", students)
    lists = Study(some, "lists", students)
    panels = [_panel(study, lists, model, settings) for model in TITLES]
    words = "campuses where it is found"
    draw_power(panels, 2, words, settings.power, folder / "fairness-power.svg")
    draw_alarms(alarm_counts(study.unbiased), folder / "fairness-alarms.svg")
    groups = ", ".join(
        f"{attribute} = {group} ({100 * GROUPS[attribute][group]:.0f} %)"
        for attribute, group in SMALLEST.items()
    )
    changed = ["", results.CHANGED_SINCE]
    lines = [
        "## Fairness",
        "",
        f"{len(study.seeds)} campuses, each with a course, learners and {students:,} audited "
        "students of its own. The models are fitted on the learners as in a run; the audited "
        "students, those who consented, are only scored. First without a bias, then with one "
        "in one group of one attribute: a share of its recorded answers is flipped, what is "
        "known is not touched. Planted is in the smallest group of each attribute, whose "
        f"interval is the widest: {groups}.",
        *([] if measured == measured_with(parameters, *MEASURED_WITH) else changed),
        "",
        "### False alarms",
        "",
        f"![Campuses without bias that fail]({folder.name}/fairness-alarms.svg)",
        "",
        *_false_alarms(study),
        "",
        "*Surest gap*: the largest that a simultaneous interval leaves in any campus without "
        f"bias; above {settings.limit:.2f} it would be an alarm.",
        *_sizes(some),
        "",
        *_abroca(study),
        "### Power",
        "",
        "Found is a bias where the model's audit fails and names its attribute.",
        "",
        f"![Share of campuses whose bias is found]({folder.name}/fairness-power.svg)",
        "",
        *_power(study, list(TITLES), settings),
        "",
        *_withheld(lists, settings),
        "The curve is normal in each campus's own threshold, the strength at which its surest "
        "gap crosses the limit, on a straight line between those measured; intervals are over "
        "campuses. The gap of items is that of the surest of hundreds, hence above the typical "
        "one; of pooled items only those that are surely not 0 are on record. The last column "
        "is what the audit itself prints as the smallest bias that it finds with 80 % power, "
        "for its widest gap.",
        "",
        *_refitted(some),
        "### What other limits would do",
        "",
        f"The limit of {settings.limit:.2f} is a judgement of how large a gap may be, which no "
        "false alarm settles: Dorans & Kulick (1986) set it for items, and the other metrics "
        "are held to the same. What is measured is that an audit of this size can tell it. "
        "False alarms, and the strength that is found with 80 % power in the attribute where "
        "it is found most and least easily, by the limit:",
        "",
        *_limits(study, settings),
        "",
    ]
    return "\n".join(lines)
