"""Learning gaps and prerequisites held against the simulated campus, after `kedro run`.

    python -m benchmarks.diagnosis [--data data]

Prints one JSON object:

- `validation`: how the numbers in conf/base/parameters_diagnosis.yml were chosen, on
  validation students: Platt's calibration, and precision and recall by `name_from`.
- `answer_key`: the answer key (`learnloop.simulation.gaps`) beside an experiment that it
  stands for: the term of all learners played again for each prerequisite, known from the
  first day. Agreement is that on whether a fifth of the errors is explained.
- `against_experiment`: the gaps of test students with the experiment as the truth.
- `prerequisites`: verdicts on the true prerequisites and on as many false ones as there are
  pairs of unrelated skills, FALSE a course at most, by margin.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from learnloop.content.graph import prerequisite_graph
from learnloop.diagnosis.evaluate import judge_gaps
from learnloop.diagnosis.flaws import prerequisite_support
from learnloop.diagnosis.gaps import decide
from learnloop.diagnosis.settings import GapSettings, SkillModelSettings
from learnloop.simulation.campus import Campus
from learnloop.simulation.gaps import true_gaps
from learnloop.simulation.people import draw_people
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.term import Term

CAMPUS = CampusSettings(audit_students=0, reference_students=0)
"""As conf/base/parameters_source.yml has its learners."""
KNOWN = 6.0
"""Logits of a skill that is known from the first day."""
FALSE = 9
MARGINS = (0.05, 0.1)
EDGE = ["skill_id", "requires_skill_id"]
PAIR = ["student_id", *EDGE]


def main() -> None:
    """Prints the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="of a finished run")
    data = parser.parse_args().data
    tables = {
        path.stem: pd.read_parquet(path)
        for name in ("attempts", "prerequisites", "skills")
        for path in [data / "03_primary" / f"{name}.parquet"]
    }
    found = pd.read_parquet(data / "07_model_output/gap_candidates.parquet")
    key = _key(data, tables, found)
    truth = key.drop(columns="mastery")
    experiment = _experiment(key)
    split = found["student_id"].map(
        tables["attempts"].drop_duplicates("student_id").set_index("student_id")["split"]
    )
    known = key["explained"].to_numpy(), experiment["explained"].to_numpy()
    settings = GapSettings()
    agree = (known[0] >= settings.explains) == (known[1] >= settings.explains)
    report = {
        "validation": _chosen(found[split == "validation"], truth),
        "answer_key": {
            "pairs": len(key),
            "correlation": float(np.corrcoef(*known)[0, 1]),
            "agreement": float(agree.mean()),
            "means": [float(each.mean()) for each in known],
        },
        "against_experiment": _judged(found[split == "test"], experiment, settings),
        "prerequisites": _prerequisites(tables),
    }
    print(json.dumps(report, indent=2))


def _key(data: Path, tables: dict[str, pd.DataFrame], found: pd.DataFrame) -> pd.DataFrame:
    cases = found.drop_duplicates(["student_id", "skill_id"])
    truth = pd.read_parquet(data / "01_raw/truth/mastery.parquet")
    items = pd.read_parquet(data / "01_raw/truth/items.parquet")
    asked = tables["attempts"][["content_id", "skill_id"]].drop_duplicates()
    return true_gaps(
        cases[["student_id", "skill_id", "as_of"]],
        tables["attempts"],
        tables["prerequisites"],
        truth.astype({"student_id": str, "skill_id": str}),
        items.merge(asked),
    )


def _experiment(key: pd.DataFrame) -> pd.DataFrame:
    """`key` with what playing the term again says instead."""
    curriculum = Campus(CAMPUS).curriculum
    everyone = np.arange(CAMPUS.students)
    skills = pd.Index(curriculum.skills["skill_id"])

    def played(known: int | None) -> NDArray[np.float64]:
        people = draw_people(CAMPUS, curriculum, Cohort.LEARN, 0, CAMPUS.students)
        if known is not None:
            people.traits.prior[:, known] = KNOWN
        term = Term(CAMPUS, curriculum, people)
        for _ in term.days():
            pass
        return term.knowledge.mastery(everyone, CAMPUS.weeks * 7, CAMPUS.guess)

    ids = draw_people(CAMPUS, curriculum, Cohort.LEARN, 0, CAMPUS.students).student_ids
    student = pd.Index(ids).get_indexer(pd.Index(key["student_id"]))
    skill = skills.get_indexer(pd.Index(key["skill_id"]))
    without = played(None)[student, skill]
    explained = np.zeros(len(key))
    for needed, rows in key.reset_index(drop=True).groupby("requires_skill_id"):
        at = rows.index.to_numpy()
        better = played(int(skills.get_indexer(pd.Index([needed]))[0]))[student[at], skill[at]]
        explained[at] = (better - without[at]) / (1 - without[at])
    return key[PAIR].assign(explained=explained)


def _judged(
    found: pd.DataFrame, truth: pd.DataFrame, settings: GapSettings
) -> dict[str, object]:
    judged = judge_gaps(found, decide(found, settings), truth, settings)
    kept = ("true_gaps", "named", "scores", "gains", "average_precision")
    return {name: judged[name] for name in kept}


def _chosen(found: pd.DataFrame, truth: pd.DataFrame) -> dict[str, Any]:
    settings = GapSettings()
    pairs = found.merge(truth, on=PAIR, suffixes=("", "_truly"))
    label = pairs["explained_truly"] >= settings.explains
    raw = (logit(pairs["confidence"].to_numpy()) - settings.shift) / settings.slope
    fit = LogisticRegression(C=1e6).fit(raw[:, None], label)
    by_limit = {}
    for limit in (0.3, 0.35, 0.4, 0.5):
        own = settings.model_copy(update={"name_from": limit})
        scores = judge_gaps(found, decide(found, own), truth, own, draws=2)["scores"]
        assert isinstance(scores, dict)
        by_limit[limit] = {name: scores[name]["value"] for name in scores if name != "ece"}
    return {
        "platt": {"slope": float(fit.coef_[0, 0]), "shift": float(fit.intercept_[0])},
        "explained": {
            "believed": float(pairs["explained"].mean()),
            "true": float(pairs["explained_truly"].mean()),
        },
        "name_from": by_limit,
    }


def _prerequisites(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
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
            answers, edges, courses, SkillModelSettings(margin=margin)
        ).set_index(EDGE)
        sure = told.index.isin(list(true.itertuples(index=False, name=None)))
        report[str(margin)] = {
            "true": told["verdict"][sure].value_counts().to_dict(),
            "false": told["verdict"][~sure].value_counts().to_dict(),
        }
    return report


if __name__ == "__main__":
    main()
