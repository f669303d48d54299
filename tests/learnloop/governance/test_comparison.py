"""Ours beside the published figures, for people and for programs."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from learnloop.datasets.public import PublicData
from learnloop.governance.cards import render_public_card
from learnloop.governance.comparison import compare_with_published, render_comparison
from learnloop.governance.registry import RegisteredVersion
from learnloop.governance.versions import Fingerprint

ABOUT = PublicData(
    name="A class",
    source="Somebody (2020)",
    terms="CC BY 4.0",
    test_students="the students of test.tsv.",
    registry="var/class/mlflow",
    published={"mastery_predictor": {"DKT": 0.75, "Best-LR": 0.7712}},
    published_on="these very files.",
)
NAN = float("nan")
METRICS: dict[str, Any] = {
    "headline": "auc",
    "rows": 900,
    "students": 30,
    "scores": {
        "auc": {"value": 0.7612, "low": 0.74, "high": 0.78},
        "ece": {"value": 0.02, "low": 0.01, "high": 0.03},
    },
    "baselines": {"irt": {"auc": {"value": NAN, "low": NAN, "high": NAN}}},
    "notes": [],
}
VERSION = RegisteredVersion(
    number=3,
    semver="2.1.0",
    fingerprint=Fingerprint(2, "p", "c", "d"),
    git_sha="abc",
    last_event="",
    digest="",
    gates={},
    aliases=("challenger",),
    folder=Path("nowhere"),
)


def compared() -> dict[str, Any]:
    name = "mastery_predictor"
    return compare_with_published(ABOUT, {name: METRICS}, {name: VERSION})


def test_the_report_is_json_with_ours_and_theirs() -> None:
    read = json.loads(json.dumps(compared(), allow_nan=False))
    assert read["data"]["published_on"] == "these very files."
    assert read["models"]["mastery_predictor"] == {
        "version": "2.1.0",
        "aliases": ["challenger"],
        "rows": 900,
        "students": 30,
        "auc": {"value": 0.7612, "low": 0.74, "high": 0.78},
        "ece": {"value": 0.02, "low": 0.01, "high": 0.03},
        "baselines": {"irt": {"value": None, "low": None, "high": None}},
        "published": {"DKT": 0.75, "Best-LR": 0.7712},
    }


def test_the_table_ranks_methods_and_keeps_published_digits() -> None:
    out = StringIO()
    Console(file=out, width=80).print(render_comparison(compared()))
    lines = [line.split() for line in out.getvalue().splitlines() if line.strip()]
    start = next(place for place, line in enumerate(lines) if line[0] == "Best-LR")
    assert lines[start : start + 4] == [
        ["Best-LR", "0.7712", "known"],
        ["mastery_predictor", "2.1.0", "0.761", "0.740–0.780", "this", "run"],
        ["DKT", "0.75", "known"],
        ["irt", "–", "this", "run"],
    ]


PLAN = {
    "name": "mastery_predictor",
    "version": "2.1.0",
    "number": 3,
    "change": "method",
    "fingerprint": VERSION.fingerprint.as_dict(),
    "git_sha": "abc",
}


def test_a_public_card_names_source_terms_published_and_its_own_registry() -> None:
    card = render_public_card(PLAN, METRICS, ABOUT, {"test": 30, "train": 1200})
    assert card.startswith("# mastery_predictor 2.1.0 on A class\n")
    for said in (
        "- A class: Somebody (2020)\n- terms: CC BY 4.0\n",
        "- students by split: 30 test, 1,200 train\n",
        "never a champion",
        "these very files.\n\n| method | test AUC |\n| --- | --- |\n| DKT | 0.75 |",
        'mlflow.set_tracking_uri("sqlite:///var/class/mlflow/mlflow.db")',
        '"models:/mastery_predictor/3"',
    ):
        assert said in card


def test_a_public_card_says_what_the_model_is_for_there_and_shows_every_audit() -> None:
    def audit(gap: float) -> dict[str, list[dict[str, object]]]:
        of_whom = {"attribute": "gender", "group": "female", "metric": "tpr", "n": 12}
        return {"gaps": [{**of_whom, "gap": gap, "low": gap - 0.1, "high": gap + 0.1}]}

    about = ABOUT.model_copy(update={"purposes": {"mastery_predictor": "Foretells rain."}})
    audits = {"day 1": audit(0.25), "day 2": audit(-0.5)}
    card = render_public_card(PLAN, METRICS, about, {"test": 30}, audits)
    assert "## Purpose\n\nForetells rain.\n" in card
    first, second = card.split("### day 1\n")[1].split("### day 2\n")
    assert "| gender | female | tpr | 0.250 (0.150 to 0.350) | 12 |" in first
    assert "| gender | female | tpr | -0.500 (-0.600 to -0.400) | 12 |" in second
