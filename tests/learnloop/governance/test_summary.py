import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from learnloop.governance.cards import PURPOSES, render_card
from learnloop.governance.registry import RegisteredVersion
from learnloop.governance.summary import entry_of, render_index, render_summary, summarise
from learnloop.governance.versions import FIRST_VERSIONS, Fingerprint

FINGERPRINT = Fingerprint(2, "params1", "code1", "data1")
GATES = {
    "drift": {"verdict": "pass", "value": 0.0, "limit": 0.1, "reason": "no column moved"},
    "quality": {"verdict": "pass", "value": 0.01, "limit": 0.0, "reason": "better"},
    "fairness": {
        "verdict": "fail",
        "value": 0.3,
        "limit": 0.1,
        "reason": "AUC of <b> [b] is low",
    },
}
METRICS = {
    "headline": "auc",
    "rows": 4200,
    "students": 150,
    "scores": {
        "auc": {"value": 0.8, "low": 0.78, "high": 0.82},
        "ece": {"value": 0.02, "low": 0.01, "high": 0.03},
    },
    "baselines": {
        "skill_rate": {"auc": {"value": 0.6, "low": 0.58, "high": 0.62}},
        "irt": {"auc": {"value": 0.7, "low": 0.68, "high": 0.72}},
        "oracle": {"auc": {"value": 0.9, "low": 0.88, "high": 0.92}},
    },
    "truth": {"rmse": {"value": 0.1, "low": 0.09, "high": 0.11}},
    "notes": ["Students of the split test only."],
}
PLAN = {
    "name": "mastery_predictor",
    "version": "2.0.0",
    "number": 7,
    "change": "first",
    "unchanged": False,
    "champion": None,
    "fingerprint": FINGERPRINT.as_dict(),
    "git_sha": "abc123",
}
DATA = {
    "events": 103677,
    "first_event": "2025-03-03",
    "last_event": "2025-11-24",
    "students": {"audit": 10000, "test": 150, "train": 700},
}


def entry(**changes: Any) -> dict[str, Any]:
    alias, gates = changes.pop("alias", "challenger"), changes.pop("gates", GATES)
    metrics = changes.pop("metrics", METRICS)
    registered = RegisteredVersion(
        1, "2.0.0", FINGERPRINT, "abc123", "2025-11-24", "d", {}, (alias,), Path("x")
    )
    return entry_of({**PLAN, **changes}, registered, metrics, gates, ("irt", "skill_rate"))


@pytest.fixture
def summary() -> dict[str, Any]:
    ingest = {"events": {"read": 10, "accepted": 8, "without_consent": 2}}
    return summarise([entry()], ingest, {"fairness": "data/08_reporting/fairness.html"})


def shown(summary: dict[str, Any], width: int = 80) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(render_summary(summary))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_summary_has_the_promised_shape(summary: dict[str, Any]) -> None:
    model = summary["models"]["mastery_predictor"]
    assert (model["version"], model["alias"]) == ("2.0.0", "challenger")
    assert model["metrics"] == {
        "auc": 0.8,
        "ece": 0.02,
        "baseline": {"name": "irt", "auc": 0.7},
    }
    assert model["gates"]["quality"]["verdict"] == "pass"
    assert summary["reports"] == {"fairness": "data/08_reporting/fairness.html"}


def test_only_stated_baselines_count_and_the_strongest_is_shown() -> None:
    assert entry()["metrics"]["baseline"] == {"name": "irt", "auc": 0.7}


def test_gates_come_in_the_order_of_the_design(summary: dict[str, Any]) -> None:
    gates = list(summary["models"]["mastery_predictor"]["gates"])
    assert gates == ["quality", "fairness", "drift"]


def test_the_table_tells_version_headline_baseline_and_verdicts(
    summary: dict[str, Any],
) -> None:
    text = shown(summary)
    for part in ("mastery_predictor", "2.0.0", "challenger", "auc 0.800 (0.780–0.820)"):
        assert part in text
    assert "0.700 irt" in text
    assert "mastery_predictor, fairness: AUC of <b> [b] is low" in text
    assert "10 read, 8 accepted, 2 without consent" in text
    assert "data/08_reporting/fairness.html" in text
    assert "Next: .venv/bin/kedro viz" in text


def test_the_table_fits_a_narrow_terminal(summary: dict[str, Any]) -> None:
    assert "…" not in shown(summary, width=80)


def test_a_run_without_a_new_version_says_so() -> None:
    same = summarise([entry(unchanged=True)], {}, {})
    assert same["unchanged"] is True
    assert "No new version" in shown(same)


def test_a_new_version_is_named(summary: dict[str, Any]) -> None:
    assert summary["unchanged"] is False
    assert "New versions: mastery_predictor 2.0.0" in shown(summary)


def test_a_challenger_stands_beside_the_champion_that_it_did_not_replace() -> None:
    text = shown(summarise([entry(champion="1.9.0")], {}, {}), width=120)
    assert "challenger to 1.9.0" in text


def test_the_summary_says_that_an_alias_moved() -> None:
    passed = {"drift": GATES["drift"]}
    text = shown(summarise([entry(alias="champion", gates=passed, champion="1.9.0")], {}, {}))
    assert "Champion now: mastery_predictor 2.0.0, in the place of 1.9.0" in text


def test_a_champion_that_no_longer_passes_is_named() -> None:
    kept = entry(alias="champion", champion="2.0.0", unchanged=True)
    assert kept["gates"]["fairness"]["verdict"] == "fail"
    text = shown(summarise([kept], {}, {}), width=120)
    assert "mastery_predictor 2.0.0 is still champion but no longer passes fairness" in text
    assert "Champion now" not in text


def test_what_is_undefined_is_null_in_the_summary() -> None:
    nan = float("nan")
    unknown = {"auc": {"value": nan, "low": nan, "high": nan}}
    metrics = {**METRICS, "scores": unknown, "baselines": {"irt": unknown}}
    summary = summarise([entry(metrics=metrics)], {}, {})
    assert "NaN" not in json.dumps(summary)
    assert "auc – (–––)" in shown(summary)


def test_each_model_card_is_linked(summary: dict[str, Any]) -> None:
    reports = {"model cards": "data/08_reporting/model_cards"}
    page = render_index({**summary, "reports": reports})
    assert '<a href="model_cards/mastery_predictor.md">' in page


def test_links_hold_wherever_the_reports_are(summary: dict[str, Any]) -> None:
    folder = "data/school/08_reporting"
    reports = {"drift": f"{folder}/drift.html", "data quality": f"{folder}/docs/overview.html"}
    page = render_index({**summary, "reports": reports})
    assert '<a href="drift.html">' in page
    assert '<a href="docs/overview.html">' in page


def test_the_landing_page_links_beside_itself_and_escapes(summary: dict[str, Any]) -> None:
    page = render_index(summary)
    assert '<a href="fairness.html">Fairness</a>' in page
    assert "AUC of &lt;b&gt;" in page
    assert "<td>0.700 irt</td>" in page


def test_a_card_tells_purpose_metrics_gates_and_origin() -> None:
    gap = {"attribute": "gender", "group": "x", "metric": "auc", "n": 77}
    fairness = {"gaps": [{**gap, "gap": 0.03, "low": -0.01, "high": 0.07}]}
    card = render_card(PLAN, METRICS, GATES, fairness, DATA)
    assert card.startswith("# mastery_predictor 2.0.0\n")
    assert "| auc | 0.800 (0.780 to 0.820) | 0.600 (0.580 to 0.620) |" in card
    assert "| fairness | fail | 0.300 | 0.100 | AUC of <b> [b] is low |" in card
    assert "| gender | x | auc | 0.030 (-0.010 to 0.070) | 77 |" in card
    assert "git commit `abc123`" in card
    assert "10000 audit, 150 test, 700 train" in card
    assert "hash `data1`" in card
    assert "models:/mastery_predictor/7" in card


def test_the_card_of_a_champion_names_its_alias() -> None:
    card = render_card(PLAN, METRICS, {"drift": GATES["drift"]}, None, DATA)
    assert "models:/mastery_predictor@champion" in card


def test_a_card_says_when_nobody_was_audited() -> None:
    assert "No group was audited" in render_card(PLAN, METRICS, GATES, None, DATA)


def test_every_registered_name_has_a_purpose() -> None:
    assert PURPOSES.keys() == FIRST_VERSIONS.keys()
