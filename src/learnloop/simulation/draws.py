"""Random numbers that belong to a student, a moment and a purpose.

A number depends on nothing but the student's own key, the stream and the column it is
drawn for. So a student's history stays the same however many others are simulated
beside it, in whatever blocks, and a policy or a planted bias can be compared against the
same student with the same luck.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def _mix(state: Keys) -> Keys:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))


def student_keys(seed: int, cohort: str, first: int, count: int) -> Keys:
    """One key per student, of shape (count,), for students `first`… of a cohort."""
    digest = hashlib.blake2b(f"campus:{seed}:{cohort}".encode(), digest_size=8).digest()
    origin = np.uint64(int.from_bytes(digest, "big"))
    places = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    return _mix(origin + places * _GOLDEN)


def bits(keys: Keys, stream: str, moment: int, columns: int) -> Keys:
    """Random 64-bit words of shape (students, columns) for one stream and moment."""
    digest = hashlib.blake2b(f"{stream}:{moment}".encode(), digest_size=8).digest()
    salt = np.uint64(int.from_bytes(digest, "big"))
    counters = np.arange(1, columns + 1, dtype=np.uint64) * _GOLDEN
    return _mix(_mix(keys ^ salt)[:, None] + counters[None, :])


def uniforms(keys: Keys, stream: str, moment: int, columns: int) -> Floats:
    """Numbers in the open interval (0, 1), shape (students, columns)."""
    words = bits(keys, stream, moment, columns) >> np.uint64(11)
    return (words.astype(np.float64) + 0.5) * 2.0**-53


def normals(keys: Keys, stream: str, moment: int, columns: int) -> Floats:
    """Standard normal numbers, shape (students, columns)."""
    return np.asarray(ndtri(uniforms(keys, stream, moment, columns)))


def gumbels(unit: Floats) -> Floats:
    """Standard Gumbel numbers from uniform ones: argmax(utility + gumbel) is a softmax draw."""
    return -np.log(-np.log(unit))


def choose(unit: Floats, shares: Floats) -> NDArray[np.int64]:
    """Index of the share into which each uniform number falls.

    Args:
        unit: shape (n,).
        shares: shape (k,) for all, or (n, k) for each; sums to 1.

    Returns:
        Indices in 0..k-1, shape (n,).
    """
    edges = np.cumsum(np.broadcast_to(shares, (unit.size, np.shape(shares)[-1])), axis=1)
    return np.asarray((unit[:, None] > edges[:, :-1]).sum(axis=1))


def hex_text(words: Keys) -> list[str]:
    """Each 64-bit word as 16 hexadecimal digits."""
    return [f"{int(word):016x}" for word in words]


def words(keys: Keys, stream: str, numbers: NDArray[np.int64]) -> Keys:
    """One 64-bit word per row for (key, stream, number), shape (n,): the stuff of ids."""
    digest = hashlib.blake2b(stream.encode(), digest_size=8).digest()
    salt = np.uint64(int.from_bytes(digest, "big"))
    return _mix(_mix(keys ^ salt) + (numbers.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
