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


COMMANDS = """```console
$ python -m benchmarks.audits fairness --seeds 20
$ python -m benchmarks.audits fairness --seeds 2 --kinds labels --attributes gender disability --strengths .5 1 --refit
$ python -m benchmarks.audits fairness --seeds 5 --kinds none --audit-students 2500
$ python -m benchmarks.audits drift --kinds none --first 100 --seeds 40      # to choose limits on
$ python -m benchmarks.audits drift --seeds 20
$ python -m benchmarks.audits drift --kinds none --first 20 --seeds 40       # more false alarms
$ python -m benchmarks.audits drift --seeds 2 --taught now --kinds devices harder slower --reference 1000
$ python -m benchmarks.audits drift --kinds none --students 10000 --reference 1000 --seeds 12
$ python -m benchmarks.audits page
```
"""  # noqa: E501
"""What makes the results anew, from none."""


def _run(name: str, some: Iterable[Result]) -> str:
    """A row of the table of what was run."""
    kept = list(some)
    seeds = sorted({result["seed"] for result in kept})
    starts = [seed for seed in seeds if seed - 1 not in seeds]
    ends = [seed for seed in seeds if seed + 1 not in seeds]
    spans = ", ".join(
        f"{a} to {b}" if a < b else str(a) for a, b in zip(starts, ends, strict=True)
    )
    return f"| {name} | {spans} | {len(kept)} |"


def page(folder: Path) -> str:
    """The page as Markdown; its pictures are written to `folder`."""
    found = {
        name: results.read(folder / "results" / file)
        for name, file in (("fairness", fairness.FILE), ("drift", drift.FILE))
    }
    parts = [
        INTRODUCTION,
        fairness_page.section(folder),
        drift_page.section(folder),
        "## What was run\n",
        "| | seeds | audited |",
        "|---|---|---|",
        *(_run(name, some) for name, some in found.items()),
        "",
        COMMANDS,
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
