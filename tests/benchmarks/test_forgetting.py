"""The forgetting benchmark: a fair peer, the right rows, clear refusals."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from benchmarks.__main__ import main
from benchmarks.forgetting import Recalls, fit, recall


def test_half_life_regression_finds_the_half_lives_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    inputs = np.column_stack(
        [np.sqrt(rng.integers(1, 9, (40_000, 2))), np.ones(40_000), rng.integers(0, 2, 40_000)]
    )
    days = rng.uniform(1, 30, 40_000)
    chance = 2.0 ** (-days / 2.0 ** (inputs @ [0.8, -0.4, 2.0, 1.0]))
    asked = Recalls(csr_array(inputs), days, (rng.random(40_000) < chance).astype(float))
    found = recall(fit(asked, 1e-6), asked)
    assert np.abs(found - chance).max() < 0.03


def run_of(folder: Path, timed: bool = True) -> Path:
    """Twelve students answer two skills; days between answers are 0.5, 3, 10 and 40."""
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2025-09-01", tz="UTC")
    rows = []
    for student in range(12):
        split = ("train", "validation", "test")[student % 3]
        for skill in ("adding", "dividing"):
            for day in (0, 0.5, 3.5, 13.5, 53.5):
                rows.append((f"s{student}", skill, rng.random() < 0.6, day, split))
    columns = ["student_id", "skill_id", "correct", "day", "split"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["student_id", "day"])
    day = table.pop("day")
    times = start + pd.to_timedelta(day, unit="D")
    table["occurred_at"] = times if timed else pd.NaT
    table["position"] = table.groupby("student_id").cumcount()
    # dividing was studied before its last answer, which is therefore not judged
    table["studied"] = ((table["skill_id"] == "dividing") & (day == 53.5)).astype(int)
    (folder / "03_primary").mkdir()
    (folder / "07_model_output").mkdir()
    table.to_parquet(folder / "03_primary/attempts.parquet")
    scored = table[table["split"] == "test"].assign(
        probability=0.6, baseline_irt=0.5, baseline_skill_rate=0.7
    )
    scored.to_parquet(folder / "07_model_output/mastery_scores.parquet")
    return folder


def test_only_answers_a_day_after_practice_of_unseen_students_are_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["forgetting", "--run", str(run_of(tmp_path))])
    said = json.loads(capsys.readouterr().out)
    # 4 test students × 2 skills × the answers after 3 and 10 days, and one after 40
    assert said["rows"] == 20
    assert [(group["from_day"], group["rows"]) for group in said["by_days"]] == [
        (2, 8),
        (7, 8),
        (30, 4),
    ]
    assert said["by_days"][0]["ours"] == pytest.approx(0.6)
    rows = [group["rows"] for group in said["by_days"]]
    observed = np.average([group["observed"] for group in said["by_days"]], weights=rows)
    assert said["scores"]["ece"]["value"] == pytest.approx(abs(0.6 - observed), abs=1e-5)


def test_a_folder_without_a_run_or_times_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="kedro run"):
        main(["forgetting", "--run", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit, match="occurred_at"):
        main(["forgetting", "--run", str(run_of(tmp_path, timed=False))])
