"""How good the mastery model is, on students it never saw, beside its baselines."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learnloop.evaluation import (
    Estimate,
    Statistic,
    bootstrap,
    expected_calibration_error,
    mean,
    ranked_auc,
)
from learnloop.mastery.baselines import Baselines
from learnloop.mastery.moments import Ask, states_at
from learnloop.mastery.predictor import MasteryPredictor
from learnloop.mastery.settings import MasterySettings
from learnloop.mastery.traits import Floats

Scores = dict[str, dict[str, float]]
SCORED = ("test", "audit")
BASELINES = {"irt": "baseline_irt", "skill_rate": "baseline_skill_rate"}


def score_answers(model: MasteryPredictor, attempts: pd.DataFrame) -> pd.DataFrame:
    """Predictions for all answers of the students of `test` and `audit`.

    Returns:
        As in `learnloop.mastery.schema.MasteryScores`, sorted by student and position.
    """
    asked = attempts[attempts["split"].isin(SCORED)]
    asked = asked.sort_values(["student_id", "position"], ignore_index=True)
    predicted = model.predict(asked).join(Baselines(model).answers(asked))
    columns = ["student_id", "split", "content_id", "skill_id", "occurred_at", "position"]
    return asked[[*columns, "correct"]].join(predicted)


def judge_answers(scores: pd.DataFrame, settings: MasterySettings) -> dict[str, object]:
    """AUC and calibration on the students of `test`, with 95 % intervals by student.

    Args:
        scores: from `score_answers`.
        settings: bootstrap draws and seed.

    Returns:
        The metrics of the model in the form that all models share; `auc_first` is the
        AUC over each student's first answer to an item.
    """
    test = scores[scores["split"] == "test"]
    first = test[~test.duplicated(["student_id", "content_id"])]
    judged = _judge(test, "probability", settings)
    judged["auc_first"] = _auc(first, "probability", settings)
    return {
        "headline": "auc",
        "rows": len(test),
        "students": int(test["student_id"].nunique()),
        "scores": judged,
        "baselines": {
            name: _judge(test, column, settings) for name, column in BASELINES.items()
        },
        "truth": {},
        "notes": [
            "Students of the split `test` only; every answer is predicted from the "
            "student's earlier ones. auc_first: first answers to an item only.",
            "Samples of students are a little less calibrated than all students together: "
            "the interval of an ece lies above its value where that is small.",
            "irt: two-parameter item response theory with a running ability. skill_rate: "
            "the student's own share of correct answers on the skill so far, drawn to all "
            "students' share as if by two answers.",
        ],
    }


def judge_masteries(
    model: MasteryPredictor,
    attempts: pd.DataFrame,
    snapshots: pd.DataFrame,
    truth: pd.DataFrame,
    studies: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """Mastery beside true mastery, for the students of `test` at each snapshot.

    Args:
        model: fitted.
        attempts: answers of all students, with `split`.
        snapshots: `student_id`, `as_of`, `split`.
        truth: `student_id`, `as_of`, `skill_id`, `mastery`, as the campus knows it.
        studies: as `masteries_at` takes them.

    Returns:
        For ``mastery`` and each baseline a table of `student_id`, `truth`, `estimate`, and
        for ``mastery`` the ends `low` and `high` of its interval and `answers` on the skill;
        empty where there is no truth.
    """
    moments = snapshots.loc[snapshots["split"] == "test", ["student_id", "as_of"]]
    known = truth[truth["student_id"].isin(moments["student_id"])]
    known = known[known["skill_id"].isin(model.skills)]
    moments = moments.sort_values(["student_id", "as_of"], ignore_index=True)
    theory, rate = Baselines(model).masteries(attempts, moments)
    asks: dict[str, Ask] = {
        "estimate": model.masteries_of,
        "low": lambda *asked: model.intervals_of(*asked)[0],
        "high": lambda *asked: model.intervals_of(*asked)[1],
        "answers": lambda state, students, _: state.skill_answers[students, :-1],
    }
    ours = {
        name: states_at(model.items, attempts, moments, ask, studies)
        for name, ask in asks.items()
    }
    estimates = {"mastery": ours, "irt": {"estimate": theory}, "skill_rate": {"estimate": rate}}
    rows = known.astype({"student_id": str, "skill_id": str}).merge(
        moments.assign(moment=np.arange(len(moments))), on=["student_id", "as_of"]
    )
    skill = pd.Index(model.skills).get_indexer(pd.Index(rows["skill_id"]))
    place = rows["moment"].to_numpy(), skill
    known_of = {"student_id": rows["student_id"].array, "truth": rows["mastery"].array}
    return {
        name: pd.DataFrame(
            {**known_of, **{what: values[place].astype(float) for what, values in said.items()}}
        )
        for name, said in estimates.items()
    }


def with_truth(
    metrics: Mapping[str, object],
    beside: Mapping[str, pd.DataFrame],
    settings: MasterySettings,
) -> dict[str, object]:
    """Adds the error against true mastery to the metrics of the answers.

    Args:
        metrics: from `judge_answers`.
        beside: from `judge_masteries`; may hold empty tables.
        settings: bootstrap draws and seed.

    Returns:
        `metrics` with `truth` of the model and, beside each baseline's scores, the
        same errors under `truth_rmse`, `truth_mae` and `truth_correlation`.
    """
    if beside["mastery"].empty:
        return dict(metrics)
    errors = {name: _errors(table, settings) for name, table in beside.items()}
    errors["mastery"] |= _covered(beside["mastery"], settings)
    baselines = metrics["baselines"]
    if not isinstance(baselines, dict):
        raise TypeError("metrics['baselines'] is a mapping of baselines to scores")
    return {
        **metrics,
        "truth": errors["mastery"],
        "baselines": {
            name: {**scores, **{f"truth_{k}": v for k, v in errors[name].items()}}
            for name, scores in baselines.items()
        },
    }


def _judge(test: pd.DataFrame, column: str, settings: MasterySettings) -> Scores:
    return {
        "auc": _auc(test, column, settings),
        "ece": _bootstrap(
            expected_calibration_error, test, ["correct", column], settings
        ).as_dict(),
    }


def _auc(test: pd.DataFrame, column: str, settings: MasterySettings) -> dict[str, float]:
    _, rank = np.unique(test[column].to_numpy(), return_inverse=True)
    ranked = test[["student_id"]].assign(correct=test["correct"].astype(float), rank=rank)
    return _bootstrap(ranked_auc, ranked, ["correct", "rank"], settings).as_dict()


def _errors(rows: pd.DataFrame, settings: MasterySettings) -> Scores:
    """RMSE, mean absolute error and correlation, from sums per student."""
    error, truth, estimate = rows["estimate"] - rows["truth"], rows["truth"], rows["estimate"]
    parts = pd.DataFrame(
        {
            "rows": 1.0,
            "squared": error**2,
            "absolute": error.abs(),
            "truth": truth,
            "estimate": estimate,
            "truth_squared": truth**2,
            "estimate_squared": estimate**2,
            "product": truth * estimate,
        }
    )
    sums = parts.groupby(rows["student_id"]).sum().reset_index()
    statistics: dict[str, tuple[Statistic, list[str]]] = {
        "rmse": (_root_mean, ["squared", "rows"]),
        "mae": (_mean, ["absolute", "rows"]),
        "correlation": (
            _correlation,
            ["truth", "estimate", "truth_squared", "estimate_squared", "product", "rows"],
        ),
    }
    return {
        name: _bootstrap(statistic, sums, columns, settings).as_dict()
        for name, (statistic, columns) in statistics.items()
    }


def _covered(rows: pd.DataFrame, settings: MasterySettings) -> Scores:
    """Share of true masteries inside their 95 % intervals; also of practised skills alone."""
    inside = rows["truth"].between(rows["low"], rows["high"]).astype(float)
    parts = {"covered": rows, "covered_practised": rows[rows["answers"] > 0]}
    return {
        name: _bootstrap(
            mean, part[["student_id"]].assign(inside=inside), ["inside"], settings
        ).as_dict()
        for name, part in parts.items()
    }


def _mean(summed: Floats, rows: Floats, weight: Floats) -> float:
    return float(summed @ weight / (rows @ weight))


def _root_mean(summed: Floats, rows: Floats, weight: Floats) -> float:
    return float(np.sqrt(_mean(summed, rows, weight)))


def _correlation(*columns: Floats) -> float:
    """Pearson's, from sums per student: x, y, x², y², xy, rows, and the weights."""
    *sums, rows, weight = columns
    x, y, xx, yy, xy = (_mean(column, rows, weight) for column in sums)
    spread = np.sqrt(max(xx - x * x, 0.0) * max(yy - y * y, 0.0))
    return float((xy - x * y) / spread) if spread > 0 else float("nan")


def _bootstrap(
    statistic: Statistic, rows: pd.DataFrame, columns: list[str], settings: MasterySettings
) -> Estimate:
    return bootstrap(
        statistic,
        *(rows[column].to_numpy() for column in columns),
        students=rows["student_id"].to_numpy(),
        draws=settings.bootstrap_draws,
        seed=settings.seed,
    )
