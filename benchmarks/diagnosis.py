"""Learning gaps and prerequisites held against the simulated campus.

    kedro run && python -m benchmarks diagnosis --run data

Gaps are looked for anew, from the run's masteries and its mastery model and with the parameters
of conf/base. Judged are those of test students, by an experiment: the term of all learners is
played again for each prerequisite, known from the first day, and what is right then and was not
before, it explains. Which prerequisites there are, the simulated curriculum says, not the run.

- `by_key`: the same, judged by the answer key of `kedro run` (`learnloop.simulation.gaps`).
- `key`: the key beside the experiment: whether a fifth of the errors is explained, as Cohen's
  kappa, for saying that none is would agree often too.
- `validation`: what the parameters were chosen by, on validation students and the key: Platt's
  calibration; precision and recall by `name_from`; how often a denial is wrong.
- `prerequisites`: verdicts on the true prerequisites and on as many false ones as there are
  pairs of unrelated skills, FALSE a course at most, by margin.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from benchmarks.audits.project import read_settings
from benchmarks.reading import run_table
from benchmarks.result import Result, Scores, measured
from learnloop.content.graph import prerequisite_graph
from learnloop.diagnosis.evaluate import judge_gaps
from learnloop.diagnosis.flaws import prerequisite_support
from learnloop.diagnosis.gaps import NOT_LEARNT, decide
from learnloop.diagnosis.settings import GapSettings, SkillModelSettings
from learnloop.errors import DataError
from learnloop.evaluation import Estimate
from learnloop.mastery import MasteryPredictor
from learnloop.simulation.campus import Campus
from learnloop.simulation.gaps import true_gaps
from learnloop.simulation.people import draw_people
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.term import Term
from learnloop.splits import Split
from pipelines.diagnosis.nodes import (
    DiagnosisParameters,
    find_gaps,
    learn_readiness,
    prepare_paths,
)

KNOWN = 6.0
"""Logits of a skill that is known from the first day."""
FALSE = 9
MARGINS = (0.05, 0.1)
LIMITS = (0.25, 0.3, 0.35, 0.4, 0.5)
"""Of `name_from`, tried on validation students."""
CASE = ["student_id", "skill_id"]
EDGE = ["skill_id", "requires_skill_id"]
PAIR = ["student_id", *EDGE]
TABLES = {
    "attempts": "03_primary",
    "prerequisites": "03_primary",
    "skills": "03_primary",
    "content_items": "03_primary",
    "student_mastery": "04_feature",
    "item_difficulty": "07_model_output",
    "mastery": "01_raw/truth",
    "items": "01_raw/truth",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where the run is."""
    parser.add_argument(
        "--run", type=Path, default=Path("data"), help="the data/ of a kedro run (default data)"
    )


def run(options: argparse.Namespace) -> Result:
    """Scores the gaps of test students beside baselines.

    Raises:
        DataError: the folder holds no run, or one of another campus than conf/base has.
        ModelError: it holds no mastery model.
    """
    tables = {
        name: run_table(options.run / folder / f"{name}.parquet")
        for name, folder in TABLES.items()
    }
    model = MasteryPredictor.load(options.run / "06_models/mastery_predictor")
    said = read_settings()
    parameters = DiagnosisParameters.model_validate(said["diagnosis"])
    campus = CampusSettings.model_validate(
        said["campus"] | {"audit_students": 0, "reference_students": 0}
    )
    with measured() as cost:
        found = _found(tables, model, parameters)
    split = tables["attempts"].drop_duplicates("student_id").set_index("student_id")["split"]
    key = _key(tables, campus)
    experiment = replayed(key, campus)
    settings = parameters.gaps

    def judged(truth: pd.DataFrame) -> dict[str, Any]:
        own, known = (
            table[table["student_id"].map(split) == Split.TEST] for table in (found, truth)
        )
        decided = decide(own, settings)
        return judge_gaps(own, decided, known, settings, parameters.draws, parameters.seed)

    by_experiment, by_key = judged(experiment), judged(key)
    held = [table[table["student_id"].map(split) == Split.VALIDATION] for table in (found, key)]
    return Result(
        scores=_scores(
            by_experiment["scores"], by_experiment["average_precision"]["confidence"]
        ),
        baselines=_baselines(by_experiment),
        cost=cost,
        rows=by_experiment["cases"],
        notes=[
            "A row is a skill that a test student has answered wrongly. Its true gap is the "
            f"prerequisite that makes most, and at least {settings.explains:.0%}, of the wrong "
            "answers to be expected right where the term is played again with it known. "
            "Intervals by student.",
            "average_precision ranks all prerequisites of all rows; beside it, low believed "
            "mastery of the prerequisite.",
            "Cost: learning what prerequisites are worth and finding the gaps of all learners, "
            "with their paths, from masteries that the run has.",
        ],
        details={
            **_counts(by_experiment),
            **_above(by_experiment),
            "by_key": by_key["scores"]
            | _counts(by_key)
            | _above(by_key)
            | {"baselines": by_key["baselines"]},
            "key": agreement(key, experiment, settings.explains),
            "validation": _chosen(*held, settings),
            "prerequisites": _prerequisites(tables, parameters.skill_model),
        },
    )


def _found(
    tables: Mapping[str, pd.DataFrame],
    model: MasteryPredictor,
    parameters: DiagnosisParameters,
) -> pd.DataFrame:
    attempts, masteries = tables["attempts"], tables["student_mastery"]
    needs, skills = tables["prerequisites"], tables["skills"]
    readiness = learn_readiness(
        attempts, masteries, model, tables["item_difficulty"], needs, skills
    )
    planner = prepare_paths(needs, skills, tables["content_items"], parameters)
    found, _ = find_gaps(attempts, masteries, model, readiness, planner, parameters)
    return found


def _scores(judged: Mapping[str, Mapping[str, float]], ranking: Mapping[str, float]) -> Scores:
    estimates = {name: Estimate(**found) for name, found in judged.items()}
    return estimates | {"average_precision": Estimate(**ranking)}


def _baselines(judged: Mapping[str, Any]) -> dict[str, Scores]:
    found = {
        name: {score: Estimate(**said) for score, said in scores.items()}
        for name, scores in judged["baselines"].items()
    }
    ranking = judged["average_precision"]["low mastery of the prerequisite"]
    found["lowest believed prerequisite"]["average_precision"] = Estimate(**ranking)
    return found


def _counts(judged: Mapping[str, Any]) -> dict[str, Any]:
    names = ("students", "true_gaps", "true_gaps_no_candidate", "named")
    return {name: judged[name] for name in names}


def _above(judged: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "f1_above": judged["gains"],
        "average_precision_above": {
            "low mastery of the prerequisite": judged["average_precision"]["gain"]
        },
        "begin_with": judged["begin_with"],
    }


def _key(tables: Mapping[str, pd.DataFrame], campus: CampusSettings) -> pd.DataFrame:
    answers = tables["attempts"]
    asked = answers[["content_id", "skill_id"]].drop_duplicates()
    return true_gaps(
        answers,
        Campus(campus).curriculum.prerequisites,
        tables["mastery"].astype({"student_id": str, "skill_id": str}),
        tables["items"].merge(asked),
        campus.guess,
    )


def replayed(key: pd.DataFrame, campus: CampusSettings) -> pd.DataFrame:
    """`key` with what playing the term again says instead.

    Raises:
        DataError: the masteries of the key are not those of this campus.
    """
    curriculum = Campus(campus).curriculum
    everyone = np.arange(campus.students)
    skills = pd.Index(curriculum.skills["skill_id"])

    def played(known: int | None) -> NDArray[np.float64]:
        people = draw_people(campus, curriculum, Cohort.LEARN, 0, campus.students)
        if known is not None:
            people.traits.prior[:, known] = KNOWN
        term = Term(campus, curriculum, people)
        for _ in term.days():
            pass
        return term.knowledge.mastery(everyone, campus.weeks * 7, campus.guess)

    ids = draw_people(campus, curriculum, Cohort.LEARN, 0, campus.students).student_ids
    student = pd.Index(ids).get_indexer(pd.Index(key["student_id"]))
    skill = skills.get_indexer(pd.Index(key["skill_id"]))
    without = played(None)[student, skill]
    if (student < 0).any() or np.abs(without - key["mastery"]).max() > 1e-3:
        raise DataError("this run is of another campus than conf/base has.", file="mastery")
    explained = np.zeros(len(key))
    for needed, rows in key.reset_index(drop=True).groupby("requires_skill_id"):
        at = rows.index.to_numpy()
        better = played(int(skills.get_indexer(pd.Index([needed]))[0]))[student[at], skill[at]]
        explained[at] = (better - without[at]) / (1 - without[at])
    return key[PAIR].assign(explained=explained)


def agreement(key: pd.DataFrame, experiment: pd.DataFrame, explains: float) -> dict[str, Any]:
    """How far the key says of the same pairs what the experiment says.

    Args:
        key: `explained`, as `experiment` row by row.
        experiment: from `replayed`.
        explains: the share from which a prerequisite explains the errors.
    """
    shares = [table["explained"].to_numpy() for table in (key, experiment)]
    told, true = (share >= explains for share in shares)
    return {
        "pairs": len(key),
        "kappa": float(cohen_kappa_score(told, true)),
        "agreement": float((told == true).mean()),
        "agreement_of_saying_none": float((~true).mean()),
        "correlation": float(np.corrcoef(*shares)[0, 1]),
        "means": [float(share.mean()) for share in shares],
    }


def _chosen(found: pd.DataFrame, truth: pd.DataFrame, settings: GapSettings) -> dict[str, Any]:
    pairs = found.merge(truth, on=PAIR, suffixes=("", "_truly"))
    label = pairs["explained_truly"] >= settings.explains
    raw = (logit(pairs["confidence"].to_numpy()) - settings.shift) / settings.slope
    fit = LogisticRegression(C=1e6).fit(raw[:, None], label)
    by_limit = {}
    for limit in LIMITS:
        own = settings.model_copy(update={"name_from": limit})
        scores: Any = judge_gaps(found, decide(found, own), truth, own, draws=2)["scores"]
        by_limit[limit] = {name: scores[name]["value"] for name in scores if name != "ece"}
    gaps = truth.loc[truth["explained"] >= settings.explains, CASE].drop_duplicates()
    decided = decide(found, settings)
    denied = decided.loc[decided["verdict"] == NOT_LEARNT, CASE]
    return {
        "platt": {"slope": float(fit.coef_[0, 0]), "shift": float(fit.intercept_[0])},
        "explained": {
            "believed": float(pairs["explained"].mean()),
            "true": float(pairs["explained_truly"].mean()),
        },
        "name_from": by_limit,
        "denied_wrongly": len(denied.merge(gaps)) / max(len(denied), 1),
    }


def _prerequisites(
    tables: Mapping[str, pd.DataFrame], settings: SkillModelSettings
) -> dict[str, Any]:
    true, skills = tables["prerequisites"][EDGE], tables["skills"]
    graph = prerequisite_graph(true, skills["skill_id"])
    rng = np.random.default_rng(0)
    false: list[tuple[str, str]] = []
    for _, course in skills.sort_values("position").groupby("course_id"):
        ids = list(course["skill_id"])
        pairs = [
            (later, earlier)
            for place, later in enumerate(ids)
            for earlier in ids[:place]
            if earlier not in nx.ancestors(graph, later)
        ]
        false += [pairs[place] for place in rng.permutation(len(pairs))[:FALSE]]
    edges = pd.concat([true, pd.DataFrame(false, columns=EDGE)])
    answers = tables["attempts"][tables["attempts"]["split"] != "reference"]
    courses = skills.set_index("skill_id")["course_id"]
    report = {}
    for margin in MARGINS:
        told = prerequisite_support(
            answers, edges, courses, settings.model_copy(update={"margin": margin})
        ).set_index(EDGE)
        sure = told.index.isin(list(true.itertuples(index=False, name=None)))
        report[str(margin)] = {
            "true": told["verdict"][sure].value_counts().to_dict(),
            "false": told["verdict"][~sure].value_counts().to_dict(),
        }
    return report
