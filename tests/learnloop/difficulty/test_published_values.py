"""The estimates against published ones: LSAT section 6 (Bock & Lieberman 1970)."""

import os
from pathlib import Path

import pandas as pd
import pytest
from scipy.sparse import csr_array

from learnloop.difficulty import DifficultyEstimator, EstimatorSettings
from learnloop.difficulty.answers import Answers
from learnloop.difficulty.marginal import Fit, fit_items
from learnloop.difficulty.response import AbilityGrid

needs_data = pytest.mark.skipif(
    "LEARNLOOP_DATA" not in os.environ, reason="LEARNLOOP_DATA names no folder of public data"
)


def lsat() -> pd.DataFrame:
    wide = pd.read_csv(Path(os.environ["LEARNLOOP_DATA"]) / "irt" / "lsat.csv")
    long = wide.reset_index(names="student").melt(
        "student", var_name="content_id", value_name="correct"
    )
    return long.assign(student_id=long["student"].astype(str), position=0)


def maximum_likelihood(form: str) -> EstimatorSettings:
    return EstimatorSettings(form=form, shrink=False, tolerance=1e-6)


def fit_lsat(form: str) -> Fit:
    table = lsat()
    items = pd.Index(sorted(table["content_id"].unique()))
    answers = Answers.from_table(table, items)
    grid = AbilityGrid.standard_normal(41)
    return fit_items(answers, 5, csr_array((5, 0)), maximum_likelihood(form), grid)


@needs_data
def test_the_rasch_model_gives_the_published_difficulties_of_lsat() -> None:
    items = DifficultyEstimator(maximum_likelihood("1pl")).fit(lsat()).items()
    published = [-3.615, -1.322, -0.318, -1.730, -2.780]
    assert items["difficulty"].tolist() == pytest.approx(published, abs=0.005)
    assert items["discrimination"].tolist() == pytest.approx([0.755] * 5, abs=0.005)


@needs_data
def test_the_2pl_gives_the_published_discriminations_of_lsat() -> None:
    items = DifficultyEstimator(maximum_likelihood("2pl")).fit(lsat()).items()
    published = [0.826, 0.723, 0.891, 0.688, 0.657]
    assert items["discrimination"].tolist() == pytest.approx(published, abs=0.005)


@needs_data
def test_the_2pl_gives_the_difficulties_of_lsat_that_the_r_package_ltm_prints() -> None:
    items = DifficultyEstimator(maximum_likelihood("2pl")).fit(lsat()).items()
    # Rizopoulos 2006, Journal of Statistical Software 17(5).
    published = [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236]
    assert items["difficulty"].tolist() == pytest.approx(published, abs=0.005)


@needs_data
@pytest.mark.parametrize(("form", "published"), [("1pl", -2466.94), ("2pl", -2466.65)])
def test_the_likelihood_of_lsat_is_the_published_one(form: str, published: float) -> None:
    assert fit_lsat(form).log_likelihood == pytest.approx(published, abs=0.005)


@needs_data
def test_standard_errors_of_lsat_are_near_those_of_the_r_package_ltm() -> None:
    items = DifficultyEstimator(maximum_likelihood("2pl")).fit(lsat()).items()
    published = [0.8669, 0.3073, 0.0997, 0.4341, 0.8700]
    assert items["difficulty_se"].tolist() == pytest.approx(published, rel=0.12)
