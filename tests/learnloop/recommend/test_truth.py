"""What lists are worth by the truth, on students and questions that the eye can follow."""

import pandas as pd
import pytest

from learnloop.recommend import GainSettings
from learnloop.recommend.truth import true_success, within_reach

from .toy_course import NOW, course, difficulty_table

ITEMS = list(course().content_ids)


def shown(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(student, ITEMS.index(item)) for student, item in rows],
        columns=["student_id", "item"],
    )


def mastery(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    """Student, day, skill, true mastery."""
    table = pd.DataFrame(list(rows), columns=["student_id", "as_of", "skill_id", "mastery"])
    days = [NOW + pd.Timedelta(days=day) for day in table["as_of"]]
    return table.assign(as_of=pd.Series(days).astype("datetime64[us, UTC]"))


def successes(lists: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    moments = pd.DataFrame({"student_id": ["ann", "bob"], "as_of": [NOW] * 2})
    moments = moments.astype({"as_of": "datetime64[us, UTC]"})
    return true_success(lists, moments, course(), truth, difficulty_table())


def test_an_easier_question_of_a_half_mastered_skill_is_solved_more_often_than_not() -> None:
    """Questions half a logit to either side of their skill: 1 / (1 + e^-.5) and its rest."""
    found = successes(shown(("ann", "a-q1"), ("ann", "a-q2")), mastery(("ann", 0, "a", 0.5)))
    assert found["success"].to_list() == pytest.approx([0.6225, 0.3775], abs=1e-4)


def test_only_questions_count_and_only_the_mastery_at_the_moment() -> None:
    truth = mastery(("ann", 0, "a", 0.5), ("ann", 7, "a", 0.99), ("bob", 0, "b", 0.5))
    found = successes(shown(("ann", "a-film"), ("ann", "a-q1"), ("bob", "a-q1")), truth)
    assert found["student_id"].to_list() == ["ann"]
    assert found["success"].to_list() == pytest.approx([0.6225], abs=1e-4)


def test_within_reach_is_one_width_around_the_target() -> None:
    made = pd.DataFrame(
        {"student_id": ["a", "b", "c", "d"], "success": [0.45, 0.55, 0.85, 0.95]}
    )
    settings = GainSettings(target_success=0.7, success_width=0.2)
    found = within_reach({"ours": made, "none": made.iloc[:0]}, settings, 10, draws=20)
    assert list(found) == ["within_reach_of_ours@10"]
    assert found["within_reach_of_ours@10"]["value"] == 0.5
