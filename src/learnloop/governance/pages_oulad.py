"""The page on which a run over the Open University's students begins."""

from collections.abc import Mapping
from typing import Any

from learnloop.governance.pages import DRIFT_VERDICTS, VERDICTS, drift_page, render

LIMITS = (
    "The limits are those of the simulated campus, set with the aim that at most one undrifted "
    "term of it in twenty is called drifted; how often they give a false alarm between "
    "presentations of these students is not known. A student who is in both presentations "
    "counts in both, but the limits suppose that no student does."
)


def oulad_page(
    compared: Mapping[str, Any],
    audits: Mapping[str, Mapping[str, Any]],
    drift: Mapping[str, Mapping[str, Any]],
    clicks: Mapping[str, int],
) -> str:
    """What the trigger reached, the gaps between groups, drift, and where to read on.

    Args:
        compared: of `compare_with_published`.
        audits: by protocol and day.
        drift: by comparison and day.
        clicks: of `learnloop.datasets.oulad.check_clicks`; empty without a sample.
    """
    days = dict.fromkeys(name.rpartition(", ")[2] for name in compared["models"])
    return render(
        "oulad.html",
        days=" and ".join(days),
        limits=LIMITS,
        compared=compared,
        audits=audits,
        gaps={name: _largest(audit) for name, audit in audits.items()},
        drift=drift,
        drift_verdicts=DRIFT_VERDICTS,
        verdicts=VERDICTS,
        clicks=clicks,
    )


def oulad_drift_page(drift: Mapping[str, Mapping[str, Any]]) -> str:
    """The drift of each comparison and day, column by column; `drift` as of `oulad_page`."""
    about = (
        "One row per student who was still registered on the day: what was known of the "
        "enrolment then, and the risk by a fit that never saw the student. "
    )
    return drift_page(drift, None, about + LIMITS)


def _largest(audit: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Of each attribute and each metric that gates the gap furthest from 0."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for gap in audit["gaps"]:
        of_attribute = found.setdefault(gap["attribute"], {})
        known = of_attribute.get(gap["metric"])
        if known is None or abs(gap["gap"] or 0.0) > abs(known["gap"] or 0.0):
            of_attribute[gap["metric"]] = gap
    return found
