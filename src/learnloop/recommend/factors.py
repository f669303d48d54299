"""Vectors of items and students from implicit feedback (Hu, Koren & Volinsky 2008)."""

import itertools

import numpy as np
from numpy.typing import NDArray

from learnloop.recommend.learners import Floats, Ints, Learners, Sparse

BLOCK = 50
"""Students whose scores stay in the processor's cache."""


def confidences(learners: Learners, items: int, weight: float) -> Sparse:
    """(N, I) how sure we are of a student's interest: 1 + weight · log2(1 + events)."""
    return learners.matrix(1 + weight * np.log2(1 + learners.events), items)


def fit_item_factors(
    confidence: Sparse,
    factors: int,
    regularization: float,
    iterations: int,
    seed: int,
) -> Floats:
    """(I, factors) item vectors by alternating least squares.

    One thread, so that the same data and seed give the same vectors bit for bit.

    Args:
        confidence: (N, I), 0 where nothing was done.
        factors: length of a vector.
        regularization: L2 penalty on both sides.
        iterations: sweeps over students and items.
        seed: of the starting vectors.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1, "blas"):
        from implicit.cpu.als import AlternatingLeastSquares

        model = AlternatingLeastSquares(
            factors=factors,
            regularization=regularization,
            iterations=iterations,
            use_cg=True,
            num_threads=1,
            random_state=seed,
        )
        model.fit(confidence.astype(np.float32), show_progress=False)
    return np.asarray(model.item_factors, dtype=np.float64)


def student_factors(confidence: Sparse, item_factors: Floats, regularization: float) -> Floats:
    """(N, factors) the least-squares vector of each student given the item vectors.

    What implicit's `recalculate_user` solves, without the library, so that serving does
    not need it: (YᵀY + Yᵀ(C - I)Y + λI) x = YᵀC p. A student without history gets the
    zero vector.
    """
    ends, item = (
        np.asarray(part, dtype=np.int64) for part in (confidence.indptr, confidence.indices)
    )
    return solved(
        ends, item, confidence.data, item_factors,
        item_factors.T @ item_factors, regularization,
    )  # fmt: skip


def solved(
    ends: Ints,
    item: Ints,
    weight: Floats,
    item_factors: Floats,
    gram: Floats,
    regularization: float,
) -> Floats:
    """`student_factors` of histories that stand one after another.

    Args:
        ends: (N + 1,) student n has the entries from `ends[n]` to `ends[n + 1]`.
        item: (H,) of each entry.
        weight: (H,) confidence, 1 where nothing is known beyond the item's absence.
        item_factors: (I, factors) Y.
        gram: (factors, factors) YᵀY.
        regularization: λ.
    """
    length = item_factors.shape[1]
    system = np.empty((len(ends) - 1, length, length))
    target = np.empty((len(ends) - 1, length))
    system[:] = gram + regularization * np.eye(length)
    for n, (start, stop) in enumerate(itertools.pairwise(ends.tolist())):
        y, c = item_factors[item[start:stop]], weight[start:stop]
        system[n] += (y.T * (c - 1)) @ y
        target[n] = c @ y
    return np.asarray(np.linalg.solve(system, target[:, :, None])[:, :, 0])


def nearest_items(
    students: NDArray[np.float32], item_factors: NDArray[np.float32], done: Sparse, length: int
) -> Ints:
    """(N, length) the items with the largest inner product, in no order, none that is done.

    Candidates for whole schools at once; `python -m benchmarks recommend --scale` times it.

    Args:
        students: (N, factors) from `student_factors`, or kept from the last time.
        item_factors: (I, factors).
        done: (N, I) not 0 where the student is done with the item.
        length: items per student, fewer than those not done.
    """
    found = np.empty((len(students), length), dtype=np.int64)
    for start in range(0, len(students), BLOCK):
        stop = min(start + BLOCK, len(students))
        close = students[start:stop] @ item_factors.T
        first, last = done.indptr[start], done.indptr[stop]
        row = np.repeat(np.arange(stop - start), np.diff(done.indptr[start : stop + 1]))
        close[row, done.indices[first:last]] = -np.inf
        found[start:stop] = np.argpartition(close, -length, axis=1)[:, -length:]
    return found
