"""The detector of rows that repeat an answer for another skill of the item."""

import numpy as np
import pandas as pd

from learnloop.datasets.leak import collapse_repeats

COLUMNS = ["student_id", "content_id", "correct", "skill_id"]


def table(*rows: tuple[str, str | None, int, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def left(answers: pd.DataFrame) -> list[tuple[object, ...]]:
    return [tuple(row) for row in collapse_repeats(answers)[0][COLUMNS].to_numpy().tolist()]


def clean(seed: int) -> pd.DataFrame:
    """Answers of 30 students to ten items, many of them tried again at once."""
    rng = np.random.default_rng(seed)
    items = np.repeat(rng.integers(10, size=600), rng.integers(1, 4, size=600))
    return pd.DataFrame(
        {
            "student_id": np.sort(rng.integers(30, size=len(items))).astype(str),
            "content_id": [f"i{item}" for item in items],
            "correct": rng.integers(2, size=len(items)),
            # Items 0 to 3 are about two skills, the others about one.
            "skill_id": [f"k{item}" if item > 3 else f"k{item}+m{item}" for item in items],
        }
    )


def planted(answers: pd.DataFrame) -> pd.DataFrame:
    """The same answers with a row for each skill."""
    rows = answers.assign(skill_id=answers["skill_id"].str.split("+"))
    return rows.explode("skill_id", ignore_index=True)


def test_a_planted_leak_is_found_counted_and_undone() -> None:
    for seed in range(5):
        answers = clean(seed)
        leaking = planted(answers)
        found, report = collapse_repeats(leaking)
        pd.testing.assert_frame_equal(found, answers)
        added = len(leaking) - len(answers)
        assert added > 100
        assert (report.rows_read, report.collapsed) == (len(leaking), added)
        assert report.collapsed_share == added / len(leaking)


def test_answers_without_the_leak_stay_as_they_are() -> None:
    answers = clean(9)
    found, report = collapse_repeats(answers)
    pd.testing.assert_frame_equal(found, answers)
    assert (report.collapsed, report.collapsed_share) == (0, 0.0)
    same = (answers == answers.shift()).all(axis=1).sum()
    assert same > 100
    assert report.repeats_kept == same


def test_only_a_row_of_another_skill_is_a_copy() -> None:
    rows = table(
        ("s", "i", 1, "a"),
        ("s", "i", 1, "b"),  # the leak: same answer, other skill
        ("s", "i", 1, "b"),  # a real second try: same skill as the row before
        ("s", "i", 0, "a"),  # another answer
        ("t", "i", 0, "b"),  # another student
        ("t", "j", 0, "c"),  # another item
    )
    assert left(rows) == [
        ("s", "i", 1, "a+b"),
        ("s", "i", 1, "a+b"),
        ("s", "i", 0, "a+b"),
        ("t", "i", 0, "a+b"),
        ("t", "j", 0, "c"),
    ]
    report = collapse_repeats(rows)[1]
    assert (report.collapsed, report.repeats_kept) == (1, 1)


def test_two_tries_each_repeated_for_two_skills_stay_two_tries() -> None:
    rows = table(*(("s", "i", 1, skill) for skill in "abab"))
    assert left(rows) == [("s", "i", 1, "a+b")] * 2
    rows = table(*(("s", "i", 1, skill) for skill in "aabb"))
    assert left(rows) == [("s", "i", 1, "a+b")] * 2


def test_a_row_in_between_makes_it_no_copy() -> None:
    rows = table(("s", "i", 1, "a"), ("s", "j", 1, "c"), ("s", "i", 1, "b"))
    assert left(rows) == [tuple(row) for row in rows.to_numpy().tolist()]


def test_where_rows_name_no_item_nothing_is_collapsed() -> None:
    rows = table(("s", None, 1, "a"), ("s", None, 1, "b"), ("s", None, 1, "b"))
    assert left(rows) == [("s", None, 1, "a"), ("s", None, 1, "b"), ("s", None, 1, "b")]
    report = collapse_repeats(rows)[1]
    assert (report.collapsed, report.repeats_kept) == (0, 1)


def test_no_rows_are_no_leak() -> None:
    found, report = collapse_repeats(table())
    assert (len(found), report.rows_read, report.collapsed_share) == (0, 0, 0.0)
