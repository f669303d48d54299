"""Copied students are found by their answers, and one of each is kept."""

import numpy as np
import pandas as pd
import pytest

from learnloop.datasets import copies
from learnloop.datasets.copies import copied_students, without_copies


def student(name: str, correct: list[bool], cohort: str = "learn") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": name,
            "cohort": cohort,
            "content_id": [f"i{place}" for place in range(len(correct))],
            "correct": correct,
        }
    )


def coins(seed: int, count: int = 40) -> list[bool]:
    return [bool(side) for side in np.random.default_rng(seed).random(count) < 0.6]


def test_the_same_answers_under_another_id_are_a_copy() -> None:
    rows = pd.concat([student("a", coins(1)), student("b", coins(2)), student("c", coins(1))])
    found = copied_students(rows)
    assert sorted(found.index) == ["a", "c"]
    assert found["a"] == found["c"]


def test_copies_are_found_however_many_students_are_compared_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copies, "STUDENTS_AT_ONCE", 2)
    names = {"a": 1, "b": 2, "c": 2, "d": 3, "e": 1}
    found = copied_students(pd.concat(student(name, coins(n)) for name, n in names.items()))
    assert found["a"] == found["e"] != found["b"] == found["c"]
    assert "d" not in found.index


def test_a_shorter_copy_is_one_too_and_a_few_answers_are_none() -> None:
    rows = pd.concat([student("a", coins(1)), student("b", coins(1)[:25])])
    assert sorted(copied_students(rows).index) == ["a", "b"]
    few = pd.concat([student("a", coins(1)[:15]), student("b", coins(1)[:15])])
    assert copied_students(few).empty


def test_answers_that_differ_now_and_then_are_no_copy() -> None:
    other = [answer if place % 10 else not answer for place, answer in enumerate(coins(1))]
    assert copied_students(pd.concat([student("a", coins(1)), student("b", other)])).empty


def test_rows_that_name_no_item_tell_nothing() -> None:
    rows = pd.concat([student("a", coins(1)), student("b", coins(1))]).assign(content_id=None)
    assert copied_students(rows).empty


def test_a_learner_is_kept_and_the_copy_that_would_test_is_left_out() -> None:
    rows = pd.concat(
        [
            student("t", coins(1), "test"),
            student("a", coins(1)),
            student("b", coins(2)),
            student("u", coins(3), "test"),
        ]
    )
    left, gone = without_copies(rows)
    assert left["student_id"].unique().tolist() == ["a", "b", "u"]
    assert gone["student_id"].tolist() == ["t"]
    assert gone["cohort"].tolist() == ["test"]
