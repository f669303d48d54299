"""The page that holds every figure to its goal, ours beside the peers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.all.runs import Here, Record, missing, read
from benchmarks.all.tables import WORDS, Benchmark, Goal, Json, Judged, figure, find, judge
from learnloop.governance.pages import render
from learnloop.governance.pages import words as words_of
from learnloop.governance.pages_charts import Axis, Dot, interval_chart

OURS = "Learnloop"
VERDICTS = {"met": "pass", "missed": "fail", "not measured": "not_enough_data"}
"""How the templates name them."""
SAID = {"pass": "Met", "fail": "Missed", "not_enough_data": "Not measured"}
LONG = 10_000
"""Numbers from here on are drawn in thousands: their ticks would touch."""


@dataclass(frozen=True)
class Method:
    """One line of a benchmark's table."""

    name: str
    scores: Json
    cpu: float | None


def page(
    benchmarks: Mapping[str, Benchmark],
    goals: Mapping[str, Sequence[Goal]],
    folder: Path,
    now: Here,
    quick: bool,
) -> str:
    """All results of `folder` as HTML, whenever they were measured."""
    records = {name: read(folder, name) for name in benchmarks}
    judged = {
        part: [judge(goal, _result(records.get(goal.of))) for goal in some]
        for part, some in goals.items()
    }
    every = [one for some in judged.values() for one in some]
    held = [one for one in every if one.goal.direction]
    sections = {
        name: _section(benchmark, records[name], benchmark.line(quick), every, name)
        for name, benchmark in benchmarks.items()
    }
    return render(
        "benchmarks.html",
        quick=quick,
        now=now,
        judged=judged,
        counts={word: sum(one.verdict == word for one in held) for word in VERDICTS},
        kinds=VERDICTS,
        said=SAID,
        sections=sections,
        shown=shown,
        limit=limit,
        failed=[name for name, found in records.items() if found and found.problem],
        older=[
            name
            for name, found in records.items()
            if found and found.result and found.here.code != now.code
        ],
    )


def shown(value: float | None) -> str:
    """A number with about three digits that tell; a dash where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    digits = 0 if size >= 100 or (size >= 10 and value == round(value)) else 1
    digits = digits if size >= 10 else 2 if size >= 2 else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def limit(one: Judged) -> str:
    """The limit as the table of goals has it, or the peer's figure."""
    if one.goal.direction is None:
        return ""
    said = one.goal.said
    number = f"{said:,}" if isinstance(said, int | float) else shown(one.limit)
    return f"{WORDS[one.goal.direction]} {number if one.limit is not None else 'the peer’s'}"


def _result(record: Record | None) -> Json | None:
    return record.result if record else None


def _section(
    benchmark: Benchmark, record: Record | None, line: str, judged: list[Judged], name: str
) -> dict[str, Any]:
    """What the template wants of a benchmark."""
    result = _result(record)
    found = methods(benchmark, result) if result else []
    mine = [one for one in judged if one.goal.of == name]
    scores = {key: words for key, words in benchmark.scores.items() if _has(found, key)}
    return {
        "benchmark": benchmark,
        "record": record,
        "line": record.command if record else line,
        "problem": record.problem if record else missing(line) or "Not run yet.",
        "methods": found,
        "scores": scores,
        "charts": [_score_chart(found, key, words, mine) for key, words in scores.items()]
        + _cpu_charts(found, mine),
    }


def methods(benchmark: Benchmark, result: Json) -> list[Method]:
    """Ours first, then the peers in the JSON's order."""
    baselines = result["baselines"]
    ours = Method(OURS, result["scores"], _cpu(benchmark, result, benchmark.ours))
    ours = ours if ours.cpu is not None else Method(OURS, ours.scores, result["cpu_seconds"])
    return [
        ours,
        *(
            Method(name, scores, _cpu(benchmark, result, name))
            for name, scores in baselines.items()
        ),
    ]


def _cpu(benchmark: Benchmark, result: Json, name: str) -> float | None:
    """CPU-seconds of a method, their mean where there are several; `None` if not said."""
    said = find(result, benchmark.cpu.format(name)) if benchmark.cpu else None
    return None if said is None else float(np.mean(said))


def _has(found: Sequence[Method], key: str) -> bool:
    return any(figure(method.scores, key) is not None for method in found)


def _score_chart(
    found: Sequence[Method], key: str, words: str, judged: Sequence[Judged]
) -> dict[str, str]:
    """A score of ours and the peers with its intervals."""
    rows = [
        (method.name, *(figure(method.scores, f"{key}{end}") for end in ("", "/low", "/high")))
        for method in found
    ]
    mine = [one for one in judged if one.goal.figure == f"scores/{key}"]
    return _chart(words, [row for row in rows if row[1] is not None], mine)


def _cpu_charts(found: Sequence[Method], judged: Sequence[Judged]) -> list[dict[str, str]]:
    """What each method cost; none where ours alone is known."""
    rows = [(method.name, method.cpu, None, None) for method in found if method.cpu is not None]
    mine = [one for one in judged if one.goal.figure == "cpu_seconds"]
    return [_chart("CPU-seconds", rows, mine, least=0.0)] if len(rows) > 1 else []


def _chart(
    words: str, rows: Sequence[Any], judged: Sequence[Judged], least: float | None = None
) -> dict[str, str]:
    """Dots with intervals, ours marked by whether its goals are met, limits dashed.

    Args:
        words: what is drawn.
        rows: name, value, low and high of each method.
        judged: the goals of it.
        least: where the axis begins; ``None`` leaves that to the values.
    """
    # A limit that is a peer's figure stands there as the peer's dot.
    limits = sorted(
        {
            one.limit
            for one in judged
            if one.limit is not None and not isinstance(one.goal.said, str)
        }
    )
    known = [end for row in rows for end in row[1:] if end is not None] + limits
    scale, unit = (1000, ", thousands") if max(known) >= LONG else (1, "")
    missed = any(one.verdict == "missed" for one in judged)
    dots = []
    for name, *ends in rows:
        value, low, high = (None if end is None else end / scale for end in ends)
        mark = "unsure" if name != OURS else "above" if missed else "fine"
        dots.append(Dot("", words_of(name), value, low, high, mark))
    spoken = "; ".join(_spoken(*row) for row in rows)
    goal = "".join(f"; goal {shown(limit)}" for limit in limits)
    low, high = min(known), max(known)
    # A dashed line on the very edge would be cut in half.
    margin = 0.04 * (high - low)
    span = ((low - margin if least is None else least) / scale, (high + margin) / scale)
    axis = Axis("", tuple(limit / scale for limit in limits), span, labels=0.42)
    return {
        "title": words + unit,
        "picture": interval_chart(dots, axis),
        "alt": f"{words}: {spoken}{goal}.",
    }


def _spoken(name: str, value: float, low: float | None, high: float | None) -> str:
    interval = "" if low is None else f" from {shown(low)} to {shown(high)}"
    return f"{words_of(name)} {shown(value)}{interval}"
