"""A page of all validation results that opens without a network.

The pages of Great Expectations take their style, and the table of their front page, from
the web: behind a school's firewall the front page is empty. This one needs nothing.
"""

import html
import json
from pathlib import Path

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation of incoming data</title>
<style>body{{font:16px/1.5 sans-serif;margin:2rem auto;max-width:56rem;color:#1a1a1a}}
table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.4rem .8rem;
border-bottom:1px solid #ccc}}.failed{{color:#a11;font-weight:bold}}</style></head><body>
<h1>Validation of incoming data</h1>
<p>Each line is one batch, checked by Great Expectations; the link shows every expectation.</p>
<table><tr><th>Table</th><th>Batch</th><th>Failing cells</th><th>Expectations met</th>
<th>Verdict</th></tr>
{rows}</table></body></html>
"""


def write_overview(results: Path, docs: Path) -> None:
    """Writes `docs`/overview.html.

    Args:
        results: folder of the validation results, JSON by suite, run and time.
        docs: folder of the Data Docs, with one page per result at the same path.
    """
    rows = []
    for path in sorted(results.rglob("*.json")):
        result = json.loads(path.read_text())
        place = path.relative_to(results)
        page = Path("validations") / place.with_suffix(".html")
        failing = sum(one["result"].get("unexpected_count", 0) for one in result["results"])
        numbers = result["statistics"]
        met = f"{numbers['successful_expectations']} of {numbers['evaluated_expectations']}"
        verdict = "passed" if result["success"] else "failed"
        cells = [
            f'<a href="{html.escape(page.as_posix())}">{html.escape(place.parts[0])}</a>',
            html.escape(place.parts[1]),
            str(failing),
            met,
            f'<span class="{verdict}">{verdict}</span>',
        ]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n")
    (docs / "overview.html").write_text(PAGE.format(rows="".join(rows)), encoding="utf-8")
