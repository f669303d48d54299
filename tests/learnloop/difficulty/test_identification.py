"""What answers cannot tell is said, with examples."""

import pandas as pd
import pytest

from learnloop.difficulty.identification import item_groups, what_is_not_identified
from learnloop.errors import ModelError

from .answer_tables import written_answers


def test_answers_that_tell_everything_are_met_with_silence() -> None:
    assert what_is_not_identified(written_answers({"ann": "a+ b-", "bob": "a- b+"})) == []


def test_items_that_everybody_or_nobody_solves_are_counted_and_named() -> None:
    said = what_is_not_identified(written_answers({"ann": "a+ b- c+", "bob": "a+ b- c-"}))
    assert [line.split(":")[0] for line in said] == [
        "1 of 3 items everybody solves (a)",
        "1 of 3 items nobody solves (b)",
    ]


def test_only_a_few_of_many_are_named() -> None:
    answers = written_answers({"ann": " ".join(f"i{n}+" for n in range(8))})
    assert "(i0, i1, i2, i3, i4 and 3 more)" in what_is_not_identified(answers)[0]


def test_groups_without_a_common_student_are_found() -> None:
    apart = written_answers(
        {"ann": "a+ b-", "bob": "b+ c- a-", "cat": "c+ b+", "eve": "x+ y-", "fay": "x- y+"}
    )
    assert item_groups(apart).to_dict() == {"a": 0, "b": 0, "c": 0, "x": 1, "y": 1}
    (line,) = what_is_not_identified(apart)
    assert "2 groups" in line
    assert "of 3 down to 2 items (one: x, y)" in line


def test_one_student_links_two_groups() -> None:
    linked = written_answers({"ann": "a+ b-", "eve": "x+ y-", "fay": "a- x-"})
    assert item_groups(linked).to_list() == [0, 0, 0, 0]


def test_repeated_answers_are_counted_and_the_first_decides() -> None:
    said = what_is_not_identified(written_answers({"ann": "a- a+ b+", "bob": "a+ b- b-"}))
    assert said == ["2 repeated answers of a student to an item were not fitted."]


def test_questions_without_an_answer_do_not_count() -> None:
    asked = written_answers({"ann": "a+ b-", "bob": "a- b+"})
    asked = pd.concat([asked, asked.assign(content_id="c", correct=None)])
    assert what_is_not_identified(asked) == []


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ModelError, match="missing: correct"):
        what_is_not_identified(pd.DataFrame({"student_id": [], "content_id": []}))
