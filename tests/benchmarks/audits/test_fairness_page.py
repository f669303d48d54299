"""The page says what a small made-up file of results holds."""

import argparse
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.audits import fairness, fairness_page, results
from benchmarks.audits.fairness_study import Study, is_found, margin, names_another
from benchmarks.audits.project import read_settings
from learnloop.governance.pages import TITLES

SEEDS = range(6)
STRENGTHS = (0.25, 0.5, 1.0)
HALF = 0.05


def audit(gaps: dict[str, float]) -> dict[str, Any]:
    """A model's audit where each attribute's smallest group has one gap, ±.05."""
    failing = [[a, fairness.SMALLEST[a]] for a, gap in gaps.items() if gap - HALF > 0.1]
    return {
        "verdict": "fail" if failing else "pass",
        "failing": failing,
        "worst": None,
        "surest": max(max(gap - HALF, 0.0) for gap in gaps.values()),
        "smallest_detectable": 0.17,
        "widest": HALF,
        "comparisons": 30,
        "gaps": {
            a: {"auc": [-gap, HALF], "calibration": [0.0, HALF]} for a, gap in gaps.items()
        },
        "abroca": [0.5, 0.04, 0.01, 0.2],
    }


def result(
    seed: int, attribute: str = "", strength: float = 0.0, **more: Any
) -> dict[str, Any]:
    """The mastery model's gap is .3 × strength + .001 × seed; nothing moves the others."""
    named = [attribute] if attribute else list(fairness.SMALLEST)
    moved = dict.fromkeys(named, 0.3 * strength + 0.001 * seed)
    still = dict.fromkeys(named, 0.01)
    return {
        "seed": seed,
        "kind": "labels" if attribute else "none",
        "attribute": attribute,
        "group": fairness.SMALLEST.get(attribute, ""),
        "strength": strength,
        "refit": False,
        "limit": 0.1,
        "half_width": 0.15,
        "settings": fairness.measured_with(read_settings(), *fairness.MEASURED_WITH),
        "students": 1000,
        "audit_students": 10_000,
        "wall_s": 20.0,
        "cpu_s": 10.0,
        "models": {m: audit(moved if m == "mastery_predictor" else still) for m in TITLES},
    } | more


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "audits" / "results" / fairness.FILE
    for seed in SEEDS:
        results.append(path, result(seed))
        for attribute in fairness.SMALLEST:
            for strength in STRENGTHS:
                results.append(path, result(seed, attribute, strength))
    results.append(path, result(99))
    results.append(path, result(0, "gender", 1.0, refit=True))
    return tmp_path / "audits"


def test_only_campuses_with_every_condition_count(folder: Path) -> None:
    study = Study(results.read(folder / "results" / fairness.FILE), "labels", 10_000)
    assert study.seeds == list(SEEDS)
    assert study.strengths == [0.0, *STRENGTHS]
    assert len(study.planted) == 6 * 5 * 3


def test_found_is_a_failure_that_names_the_attribute() -> None:
    one = result(0, "gender", 1.0)
    assert is_found(one, "mastery_predictor")
    assert not is_found(one, "difficulty_estimator")
    assert not names_another(one, "mastery_predictor")
    assert margin(one, "mastery_predictor", "gender", 0.1) == pytest.approx(0.15)
    elsewhere = one | {"attribute": "ethnicity"}
    assert not is_found(elsewhere, "mastery_predictor")
    assert names_another(elsewhere, "mastery_predictor")


def test_the_page_says_what_was_found(folder: Path) -> None:
    text = fairness_page.section(folder)
    assert "| Mastery predictor | 0 of 6 | 39 % | 0 | 0.000 | ±0.050 | 0 of 90 |" in text
    row = next(line for line in text.splitlines() if "gender = nonbinary |" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    # The gap is surely above .10 where .3 s + .001 seed > .15: from .483 to .5 by seed; at .5
    # in all but the first campus.
    assert cells[2] == "0, 5, 6"
    least = float(cells[3].split()[0])
    assert 0.49 < least < 0.51
    assert float(cells[4]) == pytest.approx(0.15, abs=0.005)
    assert cells[5:] == ["AUC", "0.17"]
    assert "not at 1 | 0.01 at 1 |" in text
    assert "4 of 4 verdicts" in text
    # Of 6 campuses with 4 tests each half have p of .05 or less; Holm leaves .01 × 4 = .04.
    assert "| Mastery predictor | 24 | 50.0 % | 6 of 6 | 100 % |" in text
    assert results.CHANGED_SINCE not in text


def test_results_of_other_parameters_are_no_one_study(folder: Path) -> None:
    path = folder / "results" / fairness.FILE
    results.append(path, result(7, settings="others"))
    with pytest.raises(SystemExit, match="others"):
        fairness_page.section(folder)
    path.unlink()
    results.append(path, result(0, settings="others"))
    for attribute in fairness.SMALLEST:
        results.append(path, result(0, attribute, 1.0, settings="others"))
    assert results.CHANGED_SINCE in fairness_page.section(folder)


def test_a_bias_of_the_lists_is_the_recommenders_own(folder: Path) -> None:
    path = folder / "results" / fairness.FILE
    assert "become videos" not in fairness_page.section(folder)
    for seed in SEEDS:
        for attribute in fairness.SMALLEST:
            one = result(seed, attribute, 1.0, kind="lists")
            moved = {"content_recommender": one["models"]["mastery_predictor"]}
            results.append(path, one | {"models": moved})
    text = fairness_page.section(folder)
    assert "| Content recommender | gender = nonbinary | 6 |" in text
    assert "become videos" in (folder / "fairness-power.svg").read_text()


def test_the_pictures_are_there_and_do_not_change(folder: Path) -> None:
    fairness_page.section(folder)
    pictures = sorted(folder.glob("*.svg"))
    first = [picture.read_text() for picture in pictures]
    assert [picture.name for picture in pictures] == [
        "fairness-alarms.svg",
        "fairness-power.svg",
    ]
    fairness_page.section(folder)
    assert [picture.read_text() for picture in pictures] == first
    assert "0 of 6" in re.sub("<[^>]+>", "", first[0])


def test_a_run_that_was_stopped_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[int, float]] = []

    class Stub:
        limits = fairness.FairnessSettings()
        measured_with = fairness.measured_with(read_settings(), *fairness.MEASURED_WITH)

        def __init__(self, size: fairness.CampusSettings, _: dict[str, Any]) -> None:
            self.seed = size.seed

        def measure(self, condition: fairness.Condition, **_: bool) -> dict[str, Any]:
            asked.append((self.seed, condition.strength))
            return result(self.seed)["models"]

    monkeypatch.setattr(fairness, "World", Stub)
    parser = argparse.ArgumentParser()
    fairness.add_options(parser)
    out = tmp_path / "fairness.jsonl"
    arguments = ["--kinds", "labels", "--strengths", "1", "--out", str(out), "--seeds"]
    fairness.run(parser.parse_args([*arguments, "1"]))
    assert len(asked) == 6
    fairness.run(parser.parse_args([*arguments, "2"]))
    assert [seed for seed, _ in asked] == [0] * 6 + [1] * 6
    lines = out.read_text().splitlines()
    out.write_text("\n".join(lines[:-1]) + "\n")
    fairness.run(parser.parse_args([*arguments, "2"]))
    assert asked[12:] == [(1, 1.0)]
    assert "left 0:00:00" in capsys.readouterr().err
