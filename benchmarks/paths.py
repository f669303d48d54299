"""Learning paths: are they valid and shortest, and how long does planning anew take?

Random curricula of 10,000 skills (each after the first hundred requires up to five of the
two hundred before it, three on average; three items a skill) and, where the data is there,
Metacademy and the four subjects of AL-CPL. A student knows a tenth, three tenths or none of
the skills at random; objectives are drawn, and the one that most depends on is always among
them. Each path is checked against the graph by networkx: every step's requirements are
known or earlier, and the steps are exactly the ancestors of the objective that are left when
known skills are taken out of the graph, so that none can be spared.

`replan_ms` is CPU time of planning and of explaining the first ten steps; `explain_all_ms`
of explaining all, thousands as they may be.

Minutes of a path are compared with those of a student who does each needed skill's items in
their order in the table until the skill is known (`items in order`), and of a plan that
ignores what the student knows (`everything below`).

    python -m benchmarks paths --seeds 5 [--data ~/data]
"""

import argparse
import os
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.result import Result, measured, positive
from learnloop.content.repair import repaired_graph
from learnloop.content.schema import ContentType
from learnloop.datasets.concept_maps import SUBJECTS, read_al_cpl, read_metacademy
from learnloop.evaluation import Estimate, bootstrap
from learnloop.paths.plan import LearningPath
from learnloop.paths.planner import PathPlanner
from learnloop.paths.settings import PathSettings

SKILLS, OBJECTIVES = 10_000, 60
KNOWN = (0.0, 0.1, 0.3)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--seeds", type=positive, default=5, help="curricula drawn")
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("LEARNLOOP_DATA"), help="public data"
    )


def run(options: argparse.Namespace) -> Result:
    """Random curricula, then the public concept maps."""
    notes = [f"{options.seeds} curricula of {SKILLS} skills, {OBJECTIVES} objectives each."]
    found: dict[str, list[pd.DataFrame]] = {}
    construction: dict[str, float] = {}
    left_out: dict[str, list[str]] = {}
    with measured() as cost:
        for name, seed, graph, curriculum, report in _curricula(options, notes):
            rng = np.random.default_rng(seed)
            items = _items(curriculum, rng)
            started = time.process_time()
            planner = PathPlanner(graph, curriculum, items)
            construction[name] = time.process_time() - started
            found.setdefault(name, []).append(_planned(planner, graph, items, rng))
            left_out[name] = report
    tables = {name: pd.concat(parts) for name, parts in found.items()}
    random = tables["random"]
    scores = {
        "replan_ms_p50": _estimate(random["replan_ms"], 0.5),
        "replan_ms_p99": _estimate(random["replan_ms"], 0.99),
        "valid_and_minimal": _estimate(random["right"].astype(float)),
        "minutes": _estimate(random["minutes"]),
    }
    baselines = {
        column: {"minutes": _estimate(random[column])}
        for column in ("items in order", "everything below")
    }
    details = {
        "curricula": {name: _summary(table) for name, table in tables.items()},
        "construction_cpu_s": construction,
        "edges_left_out": {name: report for name, report in left_out.items() if report},
    }
    return Result(
        scores=scores,
        baselines=baselines,
        cost=cost,
        rows=len(random),
        notes=notes,
        details=details,
    )


def _curricula(
    options: argparse.Namespace, notes: list[str]
) -> Iterator[tuple[str, int, "nx.DiGraph[str]", list[str], list[str]]]:
    """Name, seed, graph, order of the author, and what the graph lost when it was repaired."""
    for seed in range(options.seeds):
        graph = _random_graph(np.random.default_rng(seed))
        yield "random", seed, graph, sorted(graph), []
    if options.data is None:
        notes.append("LEARNLOOP_DATA is not set: the public concept maps were left out.")
        return
    folder = Path(options.data) / "prerequisites"
    maps = {"metacademy": read_metacademy(folder / "metacademy")}
    maps |= {f"al-cpl {name}": read_al_cpl(folder / "al-cpl", name) for name in SUBJECTS}
    for name, concepts in maps.items():
        repaired = repaired_graph(concepts.prerequisites, concepts.skill_ids)
        report = [str(edge) for edge in repaired.left_out]
        yield name, 0, repaired.graph, list(concepts.skill_ids), report


def _random_graph(rng: np.random.Generator) -> "nx.DiGraph[str]":
    names = [f"s{number:05d}" for number in range(SKILLS)]
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(names)
    for skill in range(100, SKILLS):
        before = rng.choice(np.arange(max(0, skill - 200), skill), rng.integers(1, 6), False)
        graph.add_edges_from((names[needed], names[skill]) for needed in before)
    return graph


def _items(skill_ids: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Three items a skill, of any type, three to thirty minutes."""
    owner = np.repeat(skill_ids, 3)
    types = np.array(["video", "text", "interactive", "assessment"])
    return pd.DataFrame(
        {
            "content_id": [f"i{number}" for number in range(len(owner))],
            "skill_ids": [[skill] for skill in owner],
            "type": types[rng.integers(0, 4, len(owner))],
            "duration_s": rng.integers(3, 31, len(owner)) * 60.0,
        }
    )


def _planned(
    planner: PathPlanner, graph: "nx.DiGraph[str]", items: pd.DataFrame, rng: Any
) -> pd.DataFrame:
    """One row per objective and share of known skills."""
    names = np.array(planner.skill_ids)
    below = {name: len(nx.ancestors(graph, name)) for name in rng.choice(names, 20)}
    drawn = [max(below, key=below.__getitem__), *rng.choice(names, OBJECTIVES - 1)]
    own = items.assign(skill=items["skill_ids"].str[0]).groupby("skill")
    lessons = {
        skill: list(zip(rows["type"], rows["duration_s"] / 60, strict=True))
        for skill, rows in own
    }
    rows = []
    for number, objective in enumerate(drawn):
        share = KNOWN[number % len(KNOWN)]
        mastery = np.where(rng.random(len(names)) < share, 0.9, 0.7 * rng.random(len(names)))
        started = time.process_time()
        path = planner.plan([objective], mastery)
        planned = time.process_time()
        shown = [path.step(place).because() for place in range(min(10, len(path)))]
        first_ten = time.process_time()
        whole = [step.because() for step in path]
        explained = time.process_time()
        everything = planner.plan([objective], np.minimum(mastery, 0.79))
        rows.append(
            {
                "steps": len(path),
                "minutes": path.total_minutes,
                "replan_ms": 1e3 * (first_ten - started),
                "plan_ms": 1e3 * (planned - started),
                "explain_all_ms": 1e3 * (explained - first_ten),
                "right": _right(path, graph, names[mastery >= 0.8]) and whole[:10] == shown,
                "items in order": _in_order(path, lessons),
                "everything below": everything.total_minutes,
            }
        )
    return pd.DataFrame(rows)


def _in_order(path: LearningPath, lessons: dict[str, list[tuple[str, float]]]) -> float:
    """Minutes when the items of each skill are done one after the other until it is known."""
    settings, total = PathSettings(), 0.0
    for skill, place in zip(path.skill_ids, path.places, strict=True):
        need = np.log((1 - path.mastery[place]) / (1 - settings.mastered))
        for kind, minutes in cycle(lessons[skill]):
            if need <= 1e-6:
                break
            need -= settings.paces[ContentType(kind)] * minutes
            total += minutes
    return total


def _right(path: LearningPath, graph: "nx.DiGraph[str]", known: NDArray[np.str_]) -> bool:
    """Whether the path is valid and no step can be spared, by networkx."""
    learned = set(known.tolist())
    objective = path.objective[0]
    if objective in learned:
        return len(path) == 0
    unknown = graph.subgraph(set(graph) - learned)
    if set(path.skill_ids) != nx.ancestors(unknown, objective) | {objective}:
        return False
    for step in path.skill_ids:
        if not set(graph.predecessors(step)) <= learned:
            return False
        learned.add(step)
    return True


def _summary(table: pd.DataFrame) -> dict[str, Any]:
    return {
        "paths": len(table),
        "valid_and_minimal": table["right"].mean(),
        "steps_mean": table["steps"].mean(),
        "steps_most": int(table["steps"].max()),
        "minutes": table["minutes"].mean(),
        "replan_ms": {q: table["replan_ms"].quantile(p) for q, p in _QUANTILES.items()},
        "plan_ms": {q: table["plan_ms"].quantile(p) for q, p in _QUANTILES.items()},
        "explain_all_ms": {
            q: table["explain_all_ms"].quantile(p) for q, p in _QUANTILES.items()
        },
    }


_QUANTILES = {"p50": 0.5, "p99": 0.99, "most": 1.0}


def _estimate(values: "pd.Series[float]", quantile: float | None = None) -> Estimate:
    """The mean, or a quantile, over paths; the interval by drawing paths anew."""

    def statistic(drawn: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
        if quantile is None:
            return float(np.average(drawn, weights=weight))
        return float(np.quantile(np.repeat(drawn, weight.astype(int)), quantile))

    return bootstrap(statistic, values.to_numpy(), students=np.arange(len(values)))
