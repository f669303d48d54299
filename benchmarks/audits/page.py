"""Draws the page about the audits from the results alone."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from benchmarks.audits import drift, drift_page, fairness, fairness_page, results
from benchmarks.audits.results import Result

INTRODUCTION = """# Are the audits right?

A gate that says "approved" is worth as much as what it would have said otherwise. Here the
truth is known: campuses without bias and drift, where an alarm is false, and campuses in which
a bias or a drift of known strength is planted, which an audit should find. Wanted are at most
1 false alarm in 20. A count of 0 in 20 shows less than that: the share is then below 14 %
(one-sided 95 % bound), and every table gives that bound.
"""


def _run(name: str, command: str, some: Iterable[Result], keys: tuple[str, ...]) -> list[str]:
    """One row of the table of what was run."""
    kept = list(some)
    seeds = sorted({result["seed"] for result in kept})
    hours = sum(result.get("cpu_s", 0.0) for result in kept) / 3600
    conditions = {tuple(result[key] for key in keys) for result in kept}
    took = f"{hours:.1f} h of one core" if hours else "–"
    span = f"{seeds[0]} – {seeds[-1]}"
    return [f"| {name} | `{command}` | {span} | {len(conditions)} | {len(kept)} | {took} |"]


def page(folder: Path) -> str:
    """The page as Markdown; its pictures are written to `folder`."""
    found = {
        name: results.read(folder / "results" / file)
        for name, file in (("fairness", fairness.FILE), ("drift", drift.FILE))
    }
    keys = ("kind", "strength", "attribute"), ("kind", "strength")
    runs = [
        line
        for (name, some), key in zip(found.items(), keys, strict=True)
        for line in _run(name, f"python -m benchmarks.audits {name}", some, key)
    ]
    parts = [
        INTRODUCTION,
        fairness_page.section(folder),
        drift_page.section(folder),
        "## What was run\n",
        "| | command | seeds | conditions | audits | machine time |",
        "|---|---|---|---|---|---|",
        *runs,
        "",
        f"Every audited campus is a line in [{folder.name}/results]({folder.name}/results); "
        "`python -m benchmarks.audits page` makes this page and its pictures from them.\n",
    ]
    return "\n".join(parts)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.description = __doc__
    parser.add_argument("--folder", type=Path, default=results.FOLDER.parent)


def run(options: argparse.Namespace) -> None:
    """Writes the page beside its folder."""
    target = options.folder.with_suffix(".md")
    target.write_text(page(options.folder), encoding="utf-8")
    print(target)
