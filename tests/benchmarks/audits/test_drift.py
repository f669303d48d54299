"""What the drift measurements keep of a term, and what is read from them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.audits import drift_page, results
from benchmarks.audits.drift import (
    FILE,
    STRENGTHS,
    Condition,
    School,
    pack,
    parameters_of,
    unpack,
)
from benchmarks.audits.project import read_settings
from learnloop.governance.drift import Distance, DriftSettings, Limit

SETTINGS = DriftSettings(
    week=6,
    numeric=Limit(practical=0.01, noise=2.0),
    categorical=Limit(practical=0.01, noise=1.0),
    models={
        "mastery_predictor": ["answers"],
        "difficulty_estimator": ["answers"],
        "content_recommender": ["*"],
        "intervention_trigger": ["mastery", "device"],
    },
)


def result(answers: float, places: tuple[float, ...], device: float) -> dict[str, Any]:
    """Distances in units of sqrt(1/n + 1/m), which is .1 for 200 and 200 students."""
    distances = [
        Distance("answers", True, answers / 10, 200, 200),
        *(Distance(f"mastery[{i}]", True, one / 10, 200, 200) for i, one in enumerate(places)),
        Distance("device", False, device / 10, 200, 200),
    ]
    return {"sizes": [200, 200], "distances": pack(distances)}


def test_a_result_keeps_every_distance() -> None:
    kept = result(1.5, (0.5, 2.5), 0.25)["distances"]
    assert kept == [
        ["answers", True, 200, 200, 0.15],
        ["mastery", True, 200, 200, 0.05, 0.25],
        ["device", False, 200, 200, 0.025],
    ]
    names = [distance.name for distance in unpack(kept)]
    assert names == ["answers", "mastery[0]", "mastery[1]", "device"]
    assert pack(unpack(kept)) == kept


def test_a_margin_is_that_of_the_column_that_decides() -> None:
    """Of one to three columns one may not be over; of an array's two places neither may be."""
    found = drift_page.margins(result(1.5, (0.5, 2.5), 0.25), SETTINGS)
    assert found["Mastery predictor"] == pytest.approx(1.5 / 2 - 1)
    assert found["Intervention trigger"] == pytest.approx(2.5 / 2 - 1)
    assert found[drift_page.ANY] == pytest.approx(0.25)


def test_the_limits_chosen_are_the_smallest_without_an_alarm() -> None:
    terms = [result(2.53, (0.5, 1.0), 0.61), result(1.0, (3.12, 1.0), 0.58)]
    chosen = drift_page.choose_limits(terms, SETTINGS)
    assert (chosen.numeric.noise, chosen.categorical.noise) == (3.15, 0.65)
    assert all(drift_page.margins(term, chosen)[drift_page.ANY] <= 0 for term in terms)


@pytest.mark.slow
def test_a_school_measures_what_a_drift_does() -> None:
    """Harder questions lower the share of right answers; without drift nothing is far apart."""
    settings = read_settings()
    settings["mastery"] |= {"epochs": 1, "difficulty_folds": 2}
    school = School(0, 250, 250, settings)
    shares = {}
    for condition in (Condition(0, "none", 0.0), Condition(0, "harder", 1.0)):
        whole, part = school.measure(condition, [250, 125], "before")
        assert np.allclose(whole["sizes"], [237, 237], atol=15)
        assert np.isclose(part["sizes"][0], whole["sizes"][0] / 2, atol=1)
        scores = {distance.name: distance.score for distance in unpack(whole["distances"])}
        shares[condition.kind] = scores["share_correct"]
        assert {"predicted_correct", "predicted_risk", "device_type"} <= set(scores)
    assert shares["none"] < 0.25
    assert shares["harder"] > 0.6


def term(seed: int, kind: str = "none", strength: float = 0.0, **more: Any) -> dict[str, Any]:
    """A term whose answers are 10 × strength away, in units of the noise."""
    parameters = read_settings()
    settings = DriftSettings.model_validate(parameters["drift"])
    columns = sorted({name for names in settings.models.values() for name in names})
    plain = [name.replace("*", "x") for name in columns]
    unit = settings.numeric.noise * 0.1
    return {
        "seed": seed,
        "kind": kind,
        "strength": strength,
        "students": 200,
        "reference": 200,
        "taught": "before",
        "sizes": [200, 200],
        "distances": pack([Distance(n, True, unit * 10 * strength, 200, 200) for n in plain]),
        "settings": parameters_of(parameters),
    } | more


def test_the_page_counts_alarms_and_drifts(tmp_path: Path) -> None:
    """Found from a strength of .1 on; an undrifted term of 60 has one alarm."""
    folder = tmp_path / "audits"
    path = folder / "results" / FILE
    for seed in range(60):
        results.append(path, term(seed, strength=0.0))
    results.append(path, term(60, distances=term(60, strength=0.2)["distances"]))
    for seed in range(5):
        for kind, strengths in STRENGTHS.items():
            for strength in strengths if kind != "none" else ():
                results.append(path, term(seed, kind, strength))
    results.append(path, term(0, "harder", 0.4, taught="now"))
    results.append(path, term(0, taught="now"))
    text = drift_page.section(folder)
    row = next(line for line in text.splitlines() if "| any of the four | 1 |" in line)
    assert "| 61 |" in row
    # 1 of 61: an exact one-sided 95 % bound of 7.5 % (Clopper & Pearson 1934).
    assert row.endswith("| 1.6 % | 7.5 % |")
    harder = next(line for line in text.splitlines() if "harder | Mastery" in line)
    assert "0.1: 0 of 5, 0.2: 5 of 5, 0.4: 5 of 5" in harder
    assert "4 of 4 verdicts are the same (1 drifted terms)" in text
