"""Lists of ten for what users chose last, of our own model and of others."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommend import rivals
from benchmarks.result import Cost, Result, measured
from learnloop.errors import DataError
from learnloop.evaluation import Estimate, bootstrap, mean
from learnloop.recommend.evaluation import ndcg, recall
from learnloop.recommend.next_item import NextItemRecommender, NextItemSettings
from learnloop.recommend.sequences import Sequences

LENGTH = 10
DRAWS = 1000


@dataclass(frozen=True)
class Task:
    """What is known of each user, and what the user chose after."""

    history: Sequences
    held: Sequences

    @property
    def lines(self) -> int:
        """Held-out choices."""
        return len(self.held.item)


def compare(train: Path, test: Path | None, seeds: int) -> Result:
    """Our model at several seeds, and its rivals, on the same held-out choices."""
    task, notes = read(train, test)
    fits: list[dict[str, NDArray[np.float64]]] = []
    costs: list[Cost] = []
    for seed in range(seeds):
        with measured() as cost:
            model = NextItemRecommender(_seeded(seed)).fit(task.history)
            lists = model.recommend(task.history, LENGTH)
        fits.append(judge(lists, task))
        costs.append(cost)
    users = np.arange(len(task.held))
    others, spent = {}, {}
    for name, lists, taken in rivals.lists(task.history, LENGTH):
        others[name] = judge(lists, task)
        spent[name] = {"cpu_seconds": taken.cpu_seconds}
    ours = {score: np.mean([fit[score] for fit in fits], axis=0) for score in fits[0]}
    rival = others[rivals.REFERENCE]["ndcg@10"]
    cost = Cost(
        cpu_seconds=float(np.mean([one.cpu_seconds for one in costs])),
        peak_mb=costs[0].peak_mb,
    )
    return Result(
        scores=_estimates(ours, users),
        baselines={name: _estimates(scores, users) for name, scores in others.items()},
        cost=cost,
        rows=task.lines,
        notes=[
            *notes,
            *rivals.NOTES,
            *[f"{rivals.REFERENCE} finds nothing: there is no ratio to it."]
            * (not rival.any()),
        ],
        details={
            "users": len(users),
            "ndcg@10_by_seed": [float(fit["ndcg@10"].mean()) for fit in fits],
            "recall@10_by_seed": [float(fit["recall@10"].mean()) for fit in fits],
            "cpu_seconds_by_seed": [one.cpu_seconds for one in costs],
            "cost_of_baselines": spent,
            f"ndcg@10_over_{rivals.REFERENCE}": bootstrap(
                _ratio, ours["ndcg@10"], rival, students=users, draws=DRAWS
            ).as_dict(),
        },
    )


def read(train: Path, test: Path | None) -> tuple[Task, list[str]]:
    """The task and what a reader has to know of it.

    Raises:
        DataError: a line is no {"user", "item"}, or nobody has anything held out.
    """
    first = _lines(train)
    second = _lines(test) if test else []
    users = {user: place for place, user in enumerate(dict(first))}
    new = [user for user in dict(second) if user not in users]
    users |= {user: len(users) + place for place, user in enumerate(new)}
    names = sorted({item for _, item in first}, key=str)
    known = {item: place for place, item in enumerate(names)}
    later = {item: len(known) + place for place, item in enumerate(
        sorted({item for _, item in second if item not in known}, key=str)
    )}  # fmt: skip
    places = known | later
    lists: list[list[int]] = [[] for _ in users]
    for user, item in first:
        lists[users[user]].append(places[item])
    history = Sequences.of(lists, len(places))
    if test is None:
        history, held = history.without_last()
        how = "Held out: the last fifth of each user's lines, rounded down, one at least."
    else:
        after: list[list[int]] = [[] for _ in users]
        for user, item in second:
            after[users[user]].append(places[item])
        held = Sequences.of(after, len(places))
        how = f"Held out: the lines of {test.name}."
    asked = np.flatnonzero(held.length > 0)
    if not len(asked):
        raise DataError("nobody has anything held out.", file=str(test or train))
    newcomers = [
        f"{len(new)} of the {len(asked)} users who are asked are not in {train.name}: each"
        " method shows them what is chosen most."
    ] * bool(new)
    # Everybody's history teaches; only who has something held out is asked.
    order = np.concatenate([asked, np.setdiff1d(np.arange(len(history)), asked)])
    repeats = int((history.bag().astype(bool).multiply(held.bag().astype(bool))).sum())
    return Task(history.take(order), held.take(asked)), [
        how,
        f"{repeats} held-out choices repeat one of the user's own history; no method may list"
        " what is in the history, so these count as missed for all alike.",
        f"{len(later)} held-out items stand in nobody's history and cannot be found.",
        "Neither the order of users in the file nor the numbers of items are used.",
        *newcomers,
    ]


def judge(lists: NDArray[np.int64], task: Task) -> dict[str, NDArray[np.float64]]:
    """(N,) NDCG and recall of each user's list."""
    wanted = task.held.bag() > 0
    asked = lists[: wanted.shape[0]]
    padded = np.where(asked < 0, 0, asked)
    hits = np.take_along_axis(wanted.toarray(), padded, axis=1) & (asked >= 0)
    ideal = np.asarray(wanted.sum(axis=1)).ravel().astype(np.int64)
    return {"ndcg@10": ndcg(hits, ideal), "recall@10": recall(hits, ideal)}


def _lines(path: Path) -> list[tuple[Any, Any]]:
    if not path.is_file():
        raise DataError("there is no such file.", file=str(path))
    found = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
                pair = (_name(row["user"]), _name(row["item"]))
            except (ValueError, TypeError, KeyError) as wrong:
                raise DataError(
                    f"{line.decode(errors='replace').strip()[:60]!r} is not an enrolment.",
                    file=str(path),
                    rows=[number],
                    remedy='Give one {"user": …, "item": …} a line.',
                ) from wrong
            found.append(pair)
    return found


def _name(value: Any) -> str | int | float:
    """What can name a user or an item: a text or a number.

    Raises:
        ValueError: it is neither, or empty or no finite number.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("neither a text nor a number")
    if value == "" or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("names nobody")
    return value


def _seeded(seed: int) -> NextItemSettings:
    settings = NextItemSettings()
    return settings.model_copy(
        update={
            "models": settings.models.model_copy(update={"seed": seed}),
            "network": settings.network.model_copy(update={"seed": seed}),
        }
    )


def _ratio(ours: Any, theirs: Any, weight: Any = None) -> float:
    least = mean(theirs, weight)
    return mean(ours, weight) / least if least > 0 else math.nan


def _estimates(scores: dict[str, Any], users: NDArray[np.int64]) -> dict[str, Estimate]:
    return {
        name: bootstrap(mean, values, students=users, draws=DRAWS)
        for name, values in scores.items()
    }
