"""Vectors of items and students from implicit feedback (Hu, Koren & Volinsky 2008)."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learnloop.recommend.learners import Floats, Learners, Sparse


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


def student_factors(
    confidence: Sparse,
    item_factors: Floats,
    regularization: float,
    gram: Floats | None = None,
) -> Floats:
    """(N, factors) the least-squares vector of each student given the item vectors.

    What implicit's `recalculate_user` solves, for all students in one batch and
    without the library, so that serving does not need it:
    (YᵀY + Yᵀ(C - I)Y + λI) x = YᵀC p. A student without history gets the zero vector.
    `gram` is YᵀY where it is known already.
    """
    length = item_factors.shape[1]
    square = item_factors.T @ item_factors if gram is None else gram
    used, place = np.unique(confidence.indices, return_inverse=True)
    y = item_factors[used]
    held = (confidence.data, place, confidence.indptr)
    confidence = sparse.csr_matrix(held, shape=(confidence.shape[0], len(used)))
    outer = np.einsum("if,ig->ifg", y, y).reshape(len(y), length * length)
    weights = confidence.copy()
    weights.data = weights.data - 1
    extra = np.asarray(weights @ outer).reshape(-1, length, length)
    system = extra + square + regularization * np.eye(length)
    solved: Floats = np.linalg.solve(system, np.asarray(confidence @ y)[:, :, None])[:, :, 0]
    return solved


def nearest_items(
    students: Floats, item_factors: Floats, done: Sparse, length: int
) -> NDArray[np.int32]:
    """(N, length) the items with the largest inner product, best first, none that is done.

    For whole schools at once: implicit's own search, on one thread.

    Args:
        students: (N, factors) from `student_factors`, or kept from the last time.
        item_factors: (I, factors).
        done: (N, I) not 0 where the student is done with the item.
        length: items per student.
    """
    from implicit.cpu.topk import topk

    found, _ = topk(
        item_factors.astype(np.float32),
        students.astype(np.float32),
        length,
        filter_query_items=done,
        num_threads=1,
    )
    return np.asarray(found, dtype=np.int32)
