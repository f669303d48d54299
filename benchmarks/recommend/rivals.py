"""The usual recommenders, each with its settings chosen on an inner hold-out."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Cost, measured
from learnloop.recommend.evaluation import ndcg
from learnloop.recommend.item_models import as_shares, ease, transitions
from learnloop.recommend.sequence_models import SequenceModelSettings
from learnloop.recommend.sequences import Sequences

Floats = NDArray[np.float64]
Scorer = Callable[[Sequences, Sequences], Floats]
"""From the sequences learned from and the histories asked about to (N, I) scores."""
PENALTIES = (10, 30, SequenceModelSettings().ease_penalty, 100, 300)
"""Of EASE, our own model's among them."""
TIE = 1e-9
"""Of a choice of an item by anybody, in a score: decides between equals only."""
REFERENCE = "ease_plus_last_transition"
NOTES = [
    "ease_plus_last_transition: EASE's score + weight × the share of those who went from the"
    " user's latest item straight to this one.",
    "Each baseline's settings are the best of its grid on the last fifth of the history that"
    " remains; then it is fitted on the whole history. Our settings were chosen on the same"
    " inner hold-out.",
    "als and bpr are implicit's own, one thread.",
    "Every baseline puts what is chosen more first among equals, and before who has chosen"
    " nothing, as ours does.",
]
GRIDS: dict[str, dict[str, tuple[float, ...]]] = {
    REFERENCE: {"penalty": PENALTIES, "weight": (1, 2, 4, 6, 8, 12, 16)},
    "ease": {"penalty": PENALTIES},
    "last_transition": {"prior": (0, 3)},
    "als": {"factors": (32, 64, 128), "confidence": (1, 5, 20)},
    "bpr": {"factors": (32, 64), "iterations": (100, 200)},
    "popularity": {},
}


def lists(history: Sequences, length: int) -> Iterator[tuple[str, NDArray[np.int64], Cost]]:
    """(N, length) of each rival, for the users whose history it is, and what the last fit and
    its lists cost; to choose the settings is not counted."""
    before, after = history.take(np.flatnonzero(history.length > 1)).without_last()
    for name, grid in GRIDS.items():
        tried = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
        best = max(
            tried,
            key=lambda chosen, name=name: _worth(name, chosen, before, after, length),  # type: ignore[misc]
        )
        with measured() as cost:
            found = _best(score(name, best, history, history), history, length)
        yield name, found, cost


def score(name: str, chosen: dict[str, Any], learned: Sequences, asked: Sequences) -> Floats:
    """(N, I) of the rival `name` with the settings `chosen`; what is chosen more wins a tie."""
    count = np.bincount(learned.item, minlength=learned.items).astype(np.float64)
    found = _score(name, chosen, learned, asked)
    found[asked.length == 0] = 0.0
    return found + TIE * count


def _score(name: str, chosen: dict[str, Any], learned: Sequences, asked: Sequences) -> Floats:
    if name == "popularity":
        return np.zeros((len(asked), learned.items))
    if name == "last_transition":
        return _last(learned, asked, chosen["prior"])
    if name in ("als", "bpr"):
        return _implicit(name, chosen, learned)
    found = np.asarray(asked.bag() @ ease(learned.bag(), chosen["penalty"]))
    if name == REFERENCE:
        found = found + chosen["weight"] * _last(learned, asked, 0)
    return found


def _last(learned: Sequences, asked: Sequences, prior: float) -> Floats:
    share = as_shares(transitions(learned), prior + 1e-9)
    return np.asarray(asked.last() @ share)


def _implicit(name: str, chosen: dict[str, Any], learned: Sequences) -> Floats:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.cpu.bpr import BayesianPersonalizedRanking
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1, "blas"):
        common = {"factors": int(chosen["factors"]), "num_threads": 1, "random_state": 0}
        if name == "als":
            model = AlternatingLeastSquares(alpha=chosen["confidence"], **common)
        else:
            model = BayesianPersonalizedRanking(iterations=int(chosen["iterations"]), **common)
        model.fit(learned.bag().astype(np.float32), show_progress=False)
        return np.asarray(model.user_factors @ model.item_factors.T, dtype=np.float64)


def _worth(
    name: str, chosen: dict[str, Any], before: Sequences, after: Sequences, length: int
) -> float:
    made = _best(score(name, chosen, before, before), before, length)
    wanted = after.bag() > 0
    hits = np.take_along_axis(wanted.toarray(), made, axis=1)
    return float(ndcg(hits, np.asarray(wanted.sum(axis=1)).ravel().astype(int)).mean())


def _best(scores: Floats, asked: Sequences, length: int) -> NDArray[np.int64]:
    open_ = scores.copy()
    open_[asked.row, asked.item] = -np.inf
    return np.argsort(-open_, axis=1, kind="stable")[:, :length]
