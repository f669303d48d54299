"""Vectors from implicit feedback: an answer that the eye can see, and the library's own."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import sparse

from learnloop.recommend.factors import fit_item_factors, student_factors

# Five students do the first three items, five the last three.
TWO_CAMPS = np.kron(np.eye(2), np.ones((5, 3)))


def vectors(seed: int = 0) -> np.ndarray:
    return fit_item_factors(sparse.csr_matrix(TWO_CAMPS * 5.0), 2, 0.1, 15, seed)


def test_a_student_is_drawn_to_what_the_like_minded_did() -> None:
    newcomer = sparse.csr_matrix([[5.0, 5.0, 0, 0, 0, 0]])
    score = (student_factors(newcomer, vectors(), 0.1) @ vectors().T)[0]
    assert score[2] > 0.8
    assert np.abs(score[3:]).max() < 0.2


def test_student_vectors_are_those_that_implicit_recalculates() -> None:
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        library = AlternatingLeastSquares(
            factors=2, regularization=0.1, num_threads=1, dtype=np.float64
        )
        library.item_factors = vectors()
        library.user_factors = np.zeros((1, 2))
        asked = sparse.csr_matrix([[2.0, 0, 3.5, 0, 1.0, 0], [0, 4.0, 0, 0, 0, 2.0]])
        theirs = library.recalculate_user(np.arange(2), asked)
    assert_allclose(student_factors(asked, vectors(), 0.1), theirs, rtol=1e-5)


def test_a_student_without_history_has_the_zero_vector() -> None:
    assert not student_factors(sparse.csr_matrix((1, 6)), vectors(), 0.1).any()


def test_the_same_seed_gives_the_same_vectors_bit_for_bit() -> None:
    assert np.array_equal(vectors(3), vectors(3))
    assert not np.array_equal(vectors(3), vectors(4))
