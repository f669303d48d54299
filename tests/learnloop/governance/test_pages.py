"""What a reviewer reads: names are escaped, nothing is fetched, verdicts are words."""

import base64
import re
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from learnloop.governance.fairness import audit_models
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.pages import (
    drift_page,
    fairness_page,
    number,
    representation_page,
    signed,
)
from learnloop.governance.pages_charts import Axis, Dot, interval_chart

NASTY = "<script>alert('x')</script> & $a_b$"
SETTINGS = FairnessSettings(draws=100, permutations=19)


def drift_report(verdict: str = "fail") -> dict[str, dict[str, Any]]:
    column = {
        "name": NASTY,
        "kind": "numeric",
        "distance": "normalised Wasserstein distance",
        "score": 0.3,
        "limit": 0.1,
        "drifted": True,
        "places": 1,
        "drifted_places": 1,
    }
    return {
        "mastery_predictor": {
            "verdict": verdict,
            "value": 1.0,
            "limit": 0.1,
            "reason": f"{NASTY} is over its limit.",
            "week": 6,
            "reference_students": 1000,
            "current_students": 10300,
            "columns": [column],
        }
    }


@pytest.fixture
def page(made_up: Any) -> str:
    people = made_up.protected(1500).replace({"gender": {"nonbinary": NASTY}})
    scores = {"intervention_trigger": made_up.flags(people, missed=0.4)}
    return fairness_page(audit_models(scores, people, SETTINGS))


def pictures(html: str) -> list[str]:
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    return [base64.b64decode(picture).decode() for picture in found]


def test_names_of_groups_are_escaped(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page
    for picture in pictures(page):
        ElementTree.fromstring(picture)  # noqa: S314 (our own picture must be well-formed)
        assert "<script>alert" not in picture


def test_abroca_stands_beside_the_gaps(made_up: Any) -> None:
    people = made_up.protected(1500)
    audits = audit_models({"intervention_trigger": made_up.flags(people)}, people, SETTINGS)
    found = audits["intervention_trigger"]["reported"]["abroca"]["attributes"]["disability"]
    html = fairness_page(audits)
    shown = [number(found["yes"][key]) for key in ("value", "expected", "p", "p_holm")]
    row = r"\s*".join(rf'<td class="n">{re.escape(figure)}</td>' for figure in shown)
    assert re.search(rf'<th scope="row">yes</th>\s*{row}', html)
    assert "ABROCA (reported, not gated)" in html


def test_names_of_columns_are_escaped() -> None:
    assert "<script" not in drift_page(drift_report(), None)


def test_a_page_fetches_nothing(page: str) -> None:
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert all(address.startswith(("data:image/svg+xml", "#")) for address in addresses)
    assert "@import" not in page
    assert "url(" not in page


def test_every_picture_says_what_it_shows(page: str) -> None:
    alts = re.findall(r'<img src="[^"]+" alt="([^"]*)"', page)
    assert len(alts) == len(pictures(page)) == 2
    assert all("disability" in alt for alt in alts)


def test_the_verdict_is_a_word_and_names_the_group(page: str) -> None:
    assert "✕ Fail" in page
    assert "disability = yes" in page


def test_an_audit_without_groups_still_has_a_page(made_up: Any) -> None:
    people = made_up.protected(20)
    scores = {"intervention_trigger": made_up.flags(people)}
    html = fairness_page(audit_models(scores, people.iloc[:0], SETTINGS))
    assert "Not enough data" in html
    assert "protected attributes" in html


def test_a_term_without_reference_has_a_drift_page() -> None:
    report = drift_report("not_enough_data")
    report["mastery_predictor"] |= {"columns": [], "value": None}
    html = drift_page(report, None)
    assert "Not enough data" in html
    assert "drift_evidently" not in html


def test_the_drift_page_links_evidentlys_page_beside_it() -> None:
    assert 'href="drift_evidently.html"' in drift_page(drift_report(), "drift_evidently.html")


def test_representation_names_who_is_missing() -> None:
    figures = {
        "train": {"students": 10, "share": 0.1, "low": 0.05, "high": 0.2},
        "school": {"students": 500, "share": 0.5},
        "represented": "fewer than in the school",
        "activity": {"events": None, "answers": None, "active_days": None},
    }
    html = representation_page(
        {
            "students": {"train": 100, "school": 1000, "train_unknown": 2, "school_unknown": 0},
            "confidence": 0.95,
            "attributes": {"gender": {NASTY: figures}},
        }
    )
    assert "1 of 1 groups differ" in html
    assert "fewer than in the school" in html
    assert "<script" not in html


def test_the_same_dots_make_the_same_picture() -> None:
    dots = [Dot("team", "red", 0.1, 0.0, 0.2), Dot("team", "few", None, None, None)]
    axis = Axis("gap", (-0.1, 0.1), (-0.2, 0.2))
    assert interval_chart(dots, axis) == interval_chart(dots, axis)


def test_numbers_are_set_with_a_true_minus_and_never_as_minus_zero() -> None:
    assert (signed(-0.1234), signed(0.5), number(-0.00001)) == ("−0.123", "+0.500", "0.000")
    assert (number(None), number(float("nan")), signed(None)) == ("–", "–", "–")


def test_pages_do_not_depend_on_the_order_of_people(made_up: Any) -> None:
    people = made_up.protected(200)
    scores = {"intervention_trigger": made_up.flags(people)}
    reversed_people = pd.DataFrame(people.iloc[::-1])
    first = fairness_page(audit_models(scores, people, SETTINGS))
    assert fairness_page(audit_models(scores, reversed_people, SETTINGS)) == first
