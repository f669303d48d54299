"""Who is learned from is decided by the pseudonym alone."""

import hashlib
from collections import Counter

import pytest

from learnloop.splits import Split, assign_splits, fold_of, split_of_learner, unit_hash

MANY = [f"student-{number}" for number in range(10_000)]


def test_the_hash_is_blake2b_of_salt_and_key() -> None:
    digest = hashlib.blake2b(b"salt:ann", digest_size=8).hexdigest()
    assert unit_hash("ann", "salt") == int(digest, 16) / 2**64


def test_the_hash_of_a_student_never_changes_from_release_to_release() -> None:
    assert unit_hash("student-0") == pytest.approx(0.04186506875216647, abs=1e-12)


def test_hashes_lie_in_the_unit_interval_and_fill_it_evenly() -> None:
    places = [unit_hash(student) for student in MANY]
    assert min(places) >= 0
    assert max(places) < 1
    tenths = Counter(int(10 * place) for place in places)
    # 1,000 expected in each, with a standard deviation of 30.
    assert all(850 < count < 1150 for count in tenths.values())
    assert len(tenths) == 10


def test_70_15_and_15_percent_train_validate_and_test() -> None:
    share = Counter(split_of_learner(student) for student in MANY)
    assert share[Split.TRAIN] / 10_000 == pytest.approx(0.70, abs=0.02)
    assert share[Split.VALIDATION] / 10_000 == pytest.approx(0.15, abs=0.02)
    assert share[Split.TEST] / 10_000 == pytest.approx(0.15, abs=0.02)


def test_a_students_split_does_not_depend_on_the_others() -> None:
    all_together = dict(zip(MANY, assign_splits(MANY, ["learn"] * len(MANY)), strict=True))
    assert assign_splits(["student-7"], ["learn"]) == [all_together["student-7"]]


def test_audit_and_reference_students_are_never_learned_from() -> None:
    assert set(assign_splits(MANY, ["audit"] * len(MANY))) == {Split.AUDIT}
    assert set(assign_splits(MANY, ["reference"] * len(MANY))) == {Split.REFERENCE}


def test_where_a_test_set_is_published_no_learner_is_held_out_for_testing() -> None:
    splits = assign_splits([*MANY, "theirs"], [*["learn"] * len(MANY), "test"])
    assert splits[-1] is Split.TEST
    assert set(splits[:-1]) == {Split.TRAIN, Split.VALIDATION}
    assert Counter(splits)[Split.TRAIN] / 10_000 == pytest.approx(0.85, abs=0.02)


def test_a_missing_cohort_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        assign_splits(["ann", "bob"], ["learn"])


def test_folds_are_even_and_independent_of_the_split() -> None:
    folds = Counter(fold_of(student, 5) for student in MANY)
    assert sorted(folds) == [0, 1, 2, 3, 4]
    assert all(1800 < count < 2200 for count in folds.values())
    in_test = [student for student in MANY if split_of_learner(student) is Split.TEST]
    of_test = Counter(fold_of(student, 5) for student in in_test)
    assert all(
        count / len(in_test) == pytest.approx(0.2, abs=0.04) for count in of_test.values()
    )


def test_a_split_reads_as_its_name_in_a_table() -> None:
    assert [str(split) for split in Split] == [
        "train",
        "validation",
        "test",
        "audit",
        "reference",
    ]
