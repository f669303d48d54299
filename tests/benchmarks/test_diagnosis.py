"""The benchmark of learning gaps: agreement beyond chance, and clear refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.__main__ import main
from benchmarks.diagnosis import agreement, replayed
from learnloop.errors import DataError
from learnloop.simulation.campus import Campus
from learnloop.simulation.settings import CampusSettings, Cohort

SMALL = CampusSettings(students=12, audit_students=0, reference_students=0, weeks=3, seed=5)


def test_agreement_is_counted_beyond_chance() -> None:
    # Both say yes 20 times, neither 15 times, one alone 5 and 10 times: .7 where chance has .5.
    key = pd.DataFrame({"explained": np.repeat([0.3, 0.3, 0.1, 0.1], [20, 5, 10, 15])})
    experiment = pd.DataFrame({"explained": np.repeat([0.3, 0.1, 0.3, 0.1], [20, 5, 10, 15])})
    found = agreement(key, experiment, explains=0.2)
    assert found["agreement"] == pytest.approx(0.7)
    assert found["kappa"] == pytest.approx((0.7 - 0.5) / (1 - 0.5))
    assert found["agreement_of_saying_none"] == pytest.approx(20 / 50)


def pairs_of(campus: CampusSettings) -> pd.DataFrame:
    """Every student and one skill that needs another, with the true mastery at the end."""
    block = Campus(campus).simulate(Cohort.LEARN, 0, campus.students)
    truth = block.mastery.to_pandas().astype({"student_id": str, "skill_id": str})
    needs = Campus(campus).curriculum.prerequisites.iloc[:1]
    last = truth[truth["as_of"] == truth.groupby("student_id")["as_of"].transform("max")]
    return last.merge(needs, on="skill_id")


def test_a_skill_known_from_the_first_day_helps_on_what_needs_it() -> None:
    explained = replayed(pairs_of(SMALL), SMALL)["explained"]
    assert len(explained) == SMALL.students
    assert explained.max() > 0.01
    assert (explained < 1).all()


def test_a_run_of_another_campus_is_refused() -> None:
    with pytest.raises(DataError, match="another campus"):
        replayed(pairs_of(SMALL.model_copy(update={"seed": 6})), SMALL)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="kedro run"):
        main(["diagnosis", "--run", str(tmp_path / "nowhere")])
