"""The evaluation: right numbers, and a model that beats its baselines on known truth."""

import numpy as np
import pandas as pd
import pytest

from learnloop.evaluation import auc, bootstrap, rmse
from learnloop.mastery.baselines import Baselines
from learnloop.mastery.evaluate import (
    judge_answers,
    judge_masteries,
    score_answers,
    with_truth,
)
from learnloop.mastery.schema import MasteryScores

from .toys import QUICK, SKILLS, START, classroom, history, trained


def test_baselines_of_one_student_by_hand() -> None:
    answers = history([True, True, False])  # item 1 of its skill: hardness -.5
    found = Baselines(trained()).answers(answers)
    # ability 0, then precision 1 + p (1 - p) with p = logistic(.5), step (1 - p) / precision,
    # of which three in a thousand drift
    first = 1 / (1 + np.exp(-0.5))
    ability = (1 - first) / (1 + first * (1 - first))
    second = 1 / (1 + np.exp(-0.5 - 0.997**0.5 * ability))
    assert found["baseline_irt"].iloc[:2].tolist() == pytest.approx([first, second])
    rate = trained().skill_rates[SKILLS.index("adding")]
    expected = [rate, (1 + 2 * rate) / 3, (2 + 2 * rate) / 4]
    assert found["baseline_skill_rate"].tolist() == pytest.approx(expected)


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    """Predictions for students whom the toy model never saw."""
    attempts, _ = classroom(80, seed=31)
    return score_answers(trained(), attempts.assign(split="test").drop(columns="chance"))


def test_scores_have_the_columns_that_they_promise(scores: pd.DataFrame) -> None:
    MasteryScores.validate(scores)


def test_scores_of_one_student_do_not_need_the_other_students(scores: pd.DataFrame) -> None:
    attempts, _ = classroom(80, seed=31)
    own = attempts[attempts["student_id"] == scores["student_id"].iloc[-1]]
    alone = score_answers(trained(), own.assign(split="test"))
    together = scores[scores["student_id"] == scores["student_id"].iloc[-1]]
    assert alone["probability"].to_numpy() == pytest.approx(together["probability"].to_numpy())


def test_the_model_beats_the_skill_rate_by_more_than_chance(scores: pd.DataFrame) -> None:
    columns = [scores[name].to_numpy() for name in ("correct", "probability")]

    def lead(label: np.ndarray, ours: np.ndarray, rate: np.ndarray, w: np.ndarray) -> float:
        return auc(label, ours, w) - auc(label, rate, w)

    gain = bootstrap(
        lead,
        *columns,
        scores["baseline_skill_rate"].to_numpy(),
        students=scores["student_id"].to_numpy(),
        draws=60,
    )
    assert gain.low > 0.02


def test_probabilities_are_calibrated(scores: pd.DataFrame) -> None:
    metrics = judge_answers(scores, QUICK)
    assert metrics["scores"]["ece"]["value"] < 0.05


def test_metrics_name_their_rows_students_and_baselines(scores: pd.DataFrame) -> None:
    metrics = judge_answers(scores, QUICK)
    assert (metrics["headline"], metrics["rows"], metrics["students"]) == ("auc", 3200, 80)
    assert set(metrics["scores"]) == {"auc", "ece", "auc_first"}
    assert set(metrics["baselines"]) == {"irt", "skill_rate"}
    value = metrics["scores"]["auc"]
    assert value["low"] < value["value"] < value["high"]
    expected = auc(scores["correct"], scores["probability"])
    assert value["value"] == pytest.approx(expected)


@pytest.fixture(scope="module")
def beside() -> dict[str, pd.DataFrame]:
    """Mastery beside truth after two of five days, for students never seen."""
    attempts, levels = classroom(200, seed=32)
    as_of = (START + pd.Timedelta(days=9)).as_unit("us")
    names = attempts["student_id"].unique()
    snapshots = pd.DataFrame({"student_id": names, "as_of": as_of, "split": "test"})
    hardness = np.arange(4) - 1.5
    chance = 1 / (1 + np.exp(hardness - levels["level"].to_numpy()[:, None]))
    truth = levels.assign(as_of=as_of, mastery=chance.mean(axis=1))
    return judge_masteries(trained(), attempts.assign(split="test"), snapshots, truth)


@pytest.mark.parametrize("baseline", ["irt", "skill_rate"])
def test_mastery_is_nearer_to_the_truth_than_a_baseline_by_more_than_chance(
    beside: dict[str, pd.DataFrame], baseline: str
) -> None:
    def lead(truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray, w: np.ndarray) -> float:
        return rmse(truth, theirs, w) - rmse(truth, ours, w)

    ours = beside["mastery"]
    gain = bootstrap(
        lead,
        ours["truth"].to_numpy(),
        ours["estimate"].to_numpy(),
        beside[baseline]["estimate"].to_numpy(),
        students=ours["student_id"].to_numpy(),
        draws=200,
    )
    assert gain.low > 0


def test_errors_against_truth_are_those_of_numpy(
    scores: pd.DataFrame, beside: dict[str, pd.DataFrame]
) -> None:
    metrics = with_truth(judge_answers(scores, QUICK), beside, QUICK)
    table = beside["mastery"]
    error = table["estimate"] - table["truth"]
    inside = (table["low"] <= table["truth"]) & (table["truth"] <= table["high"])
    found = {name: estimate["value"] for name, estimate in metrics["truth"].items()}
    assert found == pytest.approx(
        {
            "rmse": np.sqrt((error**2).mean()),
            "mae": error.abs().mean(),
            "correlation": np.corrcoef(table["truth"], table["estimate"])[0, 1],
            "covered": inside.mean(),
            "covered_practised": inside[table["answers"] > 0].mean(),
        }
    )
    for scores_of_baseline in metrics["baselines"].values():
        assert {"auc", "ece", "truth_rmse", "truth_mae", "truth_correlation"} == set(
            scores_of_baseline
        )


def test_without_truth_there_is_no_error_against_it(scores: pd.DataFrame) -> None:
    metrics = judge_answers(scores, QUICK)
    empty = pd.DataFrame({"student_id": [], "truth": [], "estimate": []})
    assert with_truth(metrics, {"mastery": empty}, QUICK)["truth"] == {}
