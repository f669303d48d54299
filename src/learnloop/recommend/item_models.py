"""Which item goes with which: EASE, transitions and a ridge regression on what comes next.

Every model here is an (I, I) or (2 I, I) array that a student's history is multiplied with,
so that one more choice costs one more row.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learnloop.recommend.sequences import Sequences

Floats = NDArray[np.float64]


def ease(matrix: sparse.csr_matrix, penalty: float) -> Floats:
    """(I, I) weights of the embarrassingly shallow autoencoder (Steck 2019).

    B = I - P · diag(1 / diag P), P = (XᵀX + penalty · I)⁻¹: the least-squares weights by
    which each item is told from all others, none from itself.

    Args:
        matrix: (N, I) what students have done.
        penalty: on the squared weights; larger where there are more students.
    """
    gram = (matrix.T @ matrix).toarray()
    gram[np.diag_indices_from(gram)] += penalty
    inverse = np.linalg.inv(gram)
    weights: Floats = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def transitions(sequences: Sequences, lag: int = 1) -> Floats:
    """(I, I) how often the column was chosen `lag` choices after the row."""
    counts = np.zeros((sequences.items, sequences.items))
    ends = np.flatnonzero(sequences.place >= lag)
    np.add.at(counts, (sequences.item[ends - lag], sequences.item[ends]), 1.0)
    return counts


def as_shares(counts: Floats, prior: float = 3.0) -> Floats:
    """Counts as shares of their row, drawn towards 0 by `prior` more observations."""
    return np.asarray(counts / (counts.sum(axis=1, keepdims=True) + prior))


def cosines(matrix: sparse.csr_matrix) -> Floats:
    """(I, I) cosine of the students of each two items, a little towards 0; 0 with itself."""
    both = np.asarray((matrix.T @ matrix).toarray(), dtype=np.float64)
    size = np.diag(both) + 1
    close: Floats = both / np.sqrt(np.outer(size, size))
    np.fill_diagonal(close, 0.0)
    return close


def ridge(design: sparse.csr_matrix, target: sparse.csr_matrix, penalty: float) -> Floats:
    """(F, I) least-squares weights from `design` (P, F) to `target` (P, I).

    With a decayed history as design and what followed it as target this is the linear
    session model of Choi et al. 2021 (SLIT).
    """
    gram = (design.T @ design).toarray()
    gram[np.diag_indices_from(gram)] += penalty
    return np.asarray(np.linalg.solve(gram, (design.T @ target).toarray()))


def recall_design(histories: Sequences, decay: float) -> sparse.csr_matrix:
    """(N, 2 I) the decayed history beside the latest choice."""
    return sparse.hstack([histories.bag(decay), histories.last()]).tocsr()
