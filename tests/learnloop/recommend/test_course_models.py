"""EASE and transitions of one course, and what they say of one student."""

import numpy as np
import pytest

from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.course_models import CourseModels
from learnloop.recommend.learners import Learners
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.standing import Standing

from .toy_course import (
    difficulty_table,
    item_table,
    prerequisite_table,
    skill_table,
    snapshot,
    snapshots,
)

# The items of skill b are a course of their own, which stands before the other.
COURSE = Catalogue.from_tables(
    item_table().assign(
        course_id=["b" if item[0] == "b" else "course" for item in item_table()["content_id"]]
    ),
    skill_table(),
    prerequisite_table(),
    difficulty_table(),
)


def learners(*walks: tuple[str, ...]) -> Learners:
    rows = [
        snapshot(
            f"s{n}", walk, days=tuple(float(len(walk) - i) for i in range(len(walk)))
        )
        for n, walk in enumerate(walks)
    ]  # fmt: skip
    return Learners.from_table(snapshots(*rows), COURSE, np.full(3, 0.5), np.empty(0, str))


def place(item: str) -> int:
    return int(COURSE.item_index.get_loc(item))


def pulls(models: CourseModels, walk: tuple[str, ...], item: str) -> tuple[float, float]:
    one = learners(walk)
    vectors = np.zeros((len(COURSE.content_ids), 2))
    settings = RecommenderSettings(factors=2)
    standing = Standing.of(one, COURSE, models, vectors, np.zeros((2, 2)), settings)
    ease, follows = standing.pulls(COURSE, models, np.zeros(1, int), np.array([place(item)]))
    return float(ease[0]), float(follows[0])


WALKS = (("a-film", "a-q1", "b-page", "c-q1"),) * 3 + (("a-film", "c-q1"), ("b-page", "b-film"))


def test_the_share_of_transitions_is_counted_within_a_course() -> None:
    """From a-q1 all three go on to c-q1, past b-page: 3 / (3 + 3); from a-film one of four."""
    models = CourseModels.of(learners(*WALKS), COURSE, 1.0)
    assert pulls(models, ("a-film", "a-q1"), "c-q1")[1] == pytest.approx(3 / 6)
    assert pulls(models, ("a-film",), "c-q1")[1] == pytest.approx(1 / 7)
    assert pulls(models, ("b-page",), "b-film")[1] == pytest.approx(1 / 4)


def test_only_the_latest_item_of_the_course_leads_on() -> None:
    models = CourseModels.of(learners(*WALKS), COURSE, 1.0)
    assert pulls(models, ("a-q1", "a-film"), "c-q1")[1] == pytest.approx(1 / 7)
    assert pulls(models, ("a-q1", "b-page"), "c-q1")[1] == pytest.approx(3 / 6)


def test_ease_of_two_items_is_the_ridge_regression_of_one_on_the_other() -> None:
    """Of 5 students 2 begin both, one each alone: weight 2 / (3 + penalty 1) = .5."""
    walks = (("b-film", "b-page"),) * 2 + (("b-film",), ("b-page",), ("a-film",))
    models = CourseModels.of(learners(*walks), COURSE, 1.0)
    assert pulls(models, ("b-film",), "b-page")[0] == pytest.approx(0.5)
    assert pulls(models, ("a-film", "b-film"), "b-page")[0] == pytest.approx(0.5)


def test_nothing_begun_in_the_course_pulls_nowhere() -> None:
    models = CourseModels.of(learners(*WALKS), COURSE, 1.0)
    assert pulls(models, ("a-film",), "b-film") == (0.0, 0.0)
    assert pulls(models, (), "b-film") == (0.0, 0.0)
