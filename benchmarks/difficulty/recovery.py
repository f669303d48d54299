"""Known difficulties, found again: from drawn answers, or from a file beside its truth."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.peers import MISSING, ask
from benchmarks.result import Cost, Result, Scores, measured
from learnloop.difficulty import DifficultyEstimator, EstimatorSettings
from learnloop.difficulty.evaluate import linked_rmse
from learnloop.difficulty.identification import what_is_not_identified
from learnloop.evaluation import Estimate, bootstrap, mean, rmse

STUDENTS, ITEMS = 2000, 200
SEEN = {"full": 1.0, "quarter": 0.25}
MILLION = {"5000 x 200": (5000, 200, 1.0), "20000 x 500": (20000, 500, 0.1)}
"""Students, items and the share seen: a million answers each."""
PEERS = {"girth": "girth_2pl", "py-irt": "py_irt_2pl"}
MOST_CELLS = 10_000_000
"""girth and py-irt take the whole matrix of students × items: larger ones they are spared."""
Floats = NDArray[np.float64]

GENERATOR = (
    "Generator, NumPy's default_rng(seed), in this order: ability normal(0, 1) of 2,000 "
    "students; b normal(0, 1) and a log-normal(0, .3) of 200 items; an answer is correct where "
    "uniform < 1 / (1 + exp(−a (ability − b))); it is seen where another uniform < 1 or .25."
)
SCALE = (
    "rmse_b is of b as estimated, ability standard normal, without linking; rmse_b_linked is "
    "after mean/sigma linking to the truth."
)


def draw(
    seed: int, seen: float, students: int = STUDENTS, items: int = ITEMS
) -> tuple[NDArray[np.int8], Floats]:
    """Answers and true difficulties of one seed.

    Returns:
        (students, items) 1 solved, 0 failed, −1 not seen; and b, (items,).
    """
    rng = np.random.default_rng(seed)
    ability, b = rng.normal(size=students), rng.normal(size=items)
    a = np.exp(rng.normal(0, 0.3, items))
    chance = 1 / (1 + np.exp(-a * (ability[:, None] - b)))
    correct = rng.random(chance.shape) < chance
    hidden = rng.random(chance.shape) >= seen
    return np.where(hidden, -1, correct).astype(np.int8), b


def study(seeds: int, peer_seeds: int) -> Result:
    """The registered model beside girth and py-irt on the same draws, all seen or a quarter."""
    errors: dict[str, dict[str, list[float]]] = {}
    seconds: dict[str, dict[str, list[float]]] = {}
    cost = Cost()
    for name, seen in SEEN.items():
        for seed in range(seeds):
            matrix, b = draw(seed, seen)
            answers = as_table(matrix)
            with measured() as taken:
                items = DifficultyEstimator().fit(answers).items()
            cost = taken if name == "full" and seed == 0 else cost
            found = items["difficulty"].to_numpy()
            _note(errors, seconds, name, "ours", _errors(b, found), taken.cpu_seconds)
    million = {size: _seconds_of_a_million(*shape) for size, shape in MILLION.items()}
    notes = [GENERATOR, SCALE]
    for name, seen in SEEN.items():
        for seed in range(min(peer_seeds, seeds)):
            matrix, b = draw(seed, seen)
            for peer, script in PEERS.items():
                said = ask(script, matrix=matrix)
                if said is None:
                    notes = [GENERATOR, SCALE, MISSING]
                    continue
                found = np.array(said["difficulty"])
                _note(errors, seconds, name, peer, _errors(b, found), said["cpu_seconds"])
    if peer_seeds < seeds:
        notes.append(f"Peers ran on the first {peer_seeds} of {seeds} seeds.")
    scores = {key: _over_seeds(values) for key, values in errors.items()}
    return Result(
        scores=scores["ours"],
        baselines={peer: scores[peer] for peer in PEERS if peer in scores},
        cost=cost,
        rows=STUDENTS * ITEMS,
        notes=notes,
        details={
            "seeds": seeds,
            "million_answers_cpu_seconds": million,
            "same_draws": same_draws(errors, seconds),
            "by_seed": errors,
            "cpu_seconds_by_seed": seconds,
        },
    )


def _seconds_of_a_million(students: int, items: int, seen: float) -> float:
    """From the table of answers to that of items with their standard errors."""
    answers = as_table(draw(0, seen, students, items)[0])
    with measured() as cost:
        DifficultyEstimator().fit(answers).items()
    return cost.cpu_seconds


def same_draws(
    errors: dict[str, dict[str, list[float]]], seconds: dict[str, dict[str, list[float]]]
) -> dict[str, Any]:
    """Each peer against us on the draws that both ran on: mean errors, ours less theirs with
    an interval over draws, and how many times our CPU time they take."""
    table: dict[str, Any] = {}
    for peer in errors.keys() - {"ours"}:
        table[peer] = {}
        for name in SEEN:
            theirs, ours = errors[peer][f"rmse_b_{name}"], errors["ours"][f"rmse_b_{name}"]
            taken, used = seconds[peer][name], seconds["ours"][name]
            apart = np.array(ours[: len(theirs)]) - np.array(theirs)
            table[peer][name] = {
                "rmse_b": float(np.mean(theirs)),
                "rmse_b_ours": float(np.mean(ours[: len(theirs)])),
                "difference": bootstrap(mean, apart, students=np.arange(len(apart))).as_dict(),
                "cpu_seconds": float(np.mean(taken)),
                "cpu_seconds_ours": float(np.mean(used[: len(taken)])),
                "times_ours": float(np.mean(taken) / np.mean(used[: len(taken)])),
            }
    return table


def against_truth(
    answers: pd.DataFrame, truth: pd.DataFrame, notes: list[str], with_peers: bool
) -> Result:
    """The registered model's difficulties of a file's items beside the true ones.

    Args:
        answers: as from `read_answers`.
        truth: as from `read_truth`.
        notes: of the file.
        with_peers: whether girth and py-irt fit the same answers.
    """
    first = answers.drop_duplicates(["student_id", "content_id"])
    with measured() as cost:
        found = DifficultyEstimator().fit(first).items()
    estimates = {"ours": found.set_index("content_id")["difficulty"]}
    rasch = DifficultyEstimator(EstimatorSettings(form="1pl")).fit(first).items()
    estimates["1PL"] = rasch.set_index("content_id")["difficulty"]
    seconds: dict[str, float] = {"ours": cost.cpu_seconds}
    size = first["student_id"].nunique() * first["content_id"].nunique()
    if with_peers and size > MOST_CELLS:
        notes = [*notes, f"girth and py-irt were not asked: {size:,} cells are too many."]
    elif with_peers:
        notes = [*notes, *_ask_peers(first, estimates, seconds)]
    scores = {
        name: _with_intervals(truth.merge(each.rename("found").reset_index()))
        for name, each in estimates.items()
    }
    known = truth["content_id"].isin(found["content_id"])
    left = [f"{int((~known).sum())} items of the truth have no answers."] * (not known.all())
    return Result(
        scores=scores["ours"],
        baselines={name: each for name, each in scores.items() if name != "ours"},
        cost=cost,
        rows=len(first),
        notes=[
            SCALE,
            "Intervals are bootstraps over items.",
            "All answers are fitted: there is nothing to draw, whatever --seeds says.",
            *notes,
            *left,
            *what_is_not_identified(first),
        ],
        details={"items": int(known.sum()), "cpu_seconds_each": seconds},
    )


def _ask_peers(
    first: pd.DataFrame, estimates: dict[str, "pd.Series[float]"], seconds: dict[str, float]
) -> list[str]:
    student, students = pd.factorize(first["student_id"])
    item, items = pd.factorize(first["content_id"])
    matrix = np.full((len(students), len(items)), -1, dtype=np.int8)
    matrix[student, item] = first["correct"]
    for peer, script in PEERS.items():
        said = ask(script, matrix=matrix)
        if said is None:
            return [MISSING]
        estimates[peer] = pd.Series(said["difficulty"], pd.Index(items, name="content_id"))
        seconds[peer] = said["cpu_seconds"]
    return []


def as_table(matrix: NDArray[np.int8]) -> pd.DataFrame:
    """A matrix of `draw` as the model wants it; items keep their order by name."""
    student, item = np.nonzero(matrix >= 0)
    return pd.DataFrame(
        {
            "student_id": [f"s{place:05d}" for place in student],
            "content_id": [f"i{place:05d}" for place in item],
            "position": item,
            "correct": matrix[student, item] == 1,
        }
    )


def _errors(b: Floats, found: Floats) -> dict[str, float]:
    return {"rmse_b": rmse(b, found), "rmse_b_linked": linked_rmse(b, found, np.ones(len(b)))}


def _note(
    errors: dict[str, dict[str, list[float]]],
    seconds: dict[str, dict[str, list[float]]],
    name: str,
    who: str,
    found: dict[str, float],
    taken: float,
) -> None:
    for measure, value in found.items():
        errors.setdefault(who, {}).setdefault(f"{measure}_{name}", []).append(value)
    seconds.setdefault(who, {}).setdefault(name, []).append(taken)


def _over_seeds(errors: dict[str, list[float]]) -> Scores:
    """Mean of each error over the seeds, its interval over seeds; `rmse_b` is of all seen."""
    scores: dict[str, Estimate] = {
        name: bootstrap(mean, values, students=np.arange(len(values)))
        for name, values in errors.items()
    }
    return {"rmse_b": scores["rmse_b_full"], **scores}


def _with_intervals(known: pd.DataFrame) -> Scores:
    truth, found = known["difficulty"].to_numpy(), known["found"].to_numpy()
    items = known["content_id"].to_numpy()
    return {
        "rmse_b": bootstrap(rmse, truth, found, students=items),
        "rmse_b_linked": bootstrap(linked_rmse, truth, found, students=items),
    }
