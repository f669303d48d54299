"""Which students a model may learn from: a stable hash decides, once and for all."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum

SALT = "learnloop-split-1"


class Split(StrEnum):
    """What a student's data is used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    AUDIT = "audit"
    """Only ever scored: gives the fairness gate its power."""
    REFERENCE = "reference"
    """An earlier term: only ever the reference of the drift checks."""


def unit_hash(key: str, salt: str = SALT) -> float:
    """A number in [0, 1) that depends on `key` and `salt` alone, on any machine."""
    digest = hashlib.blake2b(f"{salt}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def split_of_learner(student_id: str) -> Split:
    """70 % of learners train, 15 % validate, 15 % test."""
    place = unit_hash(student_id)
    if place < 0.70:
        return Split.TRAIN
    return Split.VALIDATION if place < 0.85 else Split.TEST


def assign_splits(student_ids: Iterable[str], cohorts: Iterable[str]) -> list[Split]:
    """The split of each student.

    Args:
        student_ids: pseudonyms.
        cohorts: for each student ``learn``, ``audit``, ``reference`` or ``test``
            (the published test students of a public data set). Where test
            students are given, no learner is held out for testing.

    Returns:
        One split per student, in the order given.
    """
    pairs = list(zip(student_ids, cohorts, strict=True))
    published_test = any(cohort == "test" for _, cohort in pairs)
    fixed = {"audit": Split.AUDIT, "reference": Split.REFERENCE, "test": Split.TEST}
    splits = []
    for student_id, cohort in pairs:
        split = fixed.get(cohort) or split_of_learner(student_id)
        if published_test and cohort == "learn" and split is Split.TEST:
            split = Split.TRAIN
        splits.append(split)
    return splits


def fold_of(student_id: str, folds: int, purpose: str = "") -> int:
    """The out-of-fold group, in 0..folds-1, of a student; independent of the split.

    Args:
        student_id: pseudonym.
        folds: number of groups.
        purpose: folds within folds need a purpose each, or they would be the same students.
    """
    return int(unit_hash(student_id, f"learnloop-fold-1{purpose}") * folds)
