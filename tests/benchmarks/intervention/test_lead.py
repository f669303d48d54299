"""Lead time from a run's files."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.__main__ import main

START = pd.Timestamp("2025-09-01", tz="UTC")


def run_of(folder: Path) -> Path:
    """Ten students, four weekly scores each; the first five struggle from week 2 and are lost
    20 days after its snapshot. The trigger flags four of them then, and one of the others;
    last week's activity knows nothing."""
    rows = [
        {
            "student_id": f"s{student}",
            "as_of": START + pd.Timedelta(weeks=week),
            "flagged": week == 2 and student in (0, 1, 2, 3, 9),
            "baseline_risk": 0.1 * student,
        }
        for student in range(10)
        for week in range(4)
    ]
    began, lost = START + pd.Timedelta(weeks=2), START + pd.Timedelta(days=34)
    truth = pd.DataFrame(
        {
            "student_id": [f"s{student}" for student in range(10)],
            "struggling_from": [began] * 5 + [pd.NaT] * 5,
            "lost_at": [lost] * 5 + [pd.NaT] * 5,
        }
    )
    (folder / "07_model_output").mkdir()
    (folder / "01_raw/truth").mkdir(parents=True)
    pd.DataFrame(rows).to_parquet(folder / "07_model_output/intervention_scores.parquet")
    truth.to_parquet(folder / "01_raw/truth/students.parquet")
    return folder


def test_it_tells_who_was_caught_in_time_and_how_long_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["intervention", "--run", str(run_of(tmp_path))])
    told = json.loads(capsys.readouterr().out)
    assert told["scores"]["caught_in_time"]["value"] == pytest.approx(4 / 5)
    assert told["scores"]["lead_days"]["value"] == pytest.approx(20)
    assert told["scores"]["could_be_caught"]["value"] == pytest.approx(1)
    assert told["scores"]["others_flagged"]["value"] == pytest.approx(1 / 5)
    blind = told["baselines"]["last week's activity"]["caught_in_time"]
    assert blind["value"] == pytest.approx(0)


def test_a_folder_without_a_run_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"intervention_scores.parquet.*Run `kedro run` first"):
        main(["intervention", "--run", str(tmp_path)])
