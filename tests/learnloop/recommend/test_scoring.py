"""What is scored for a student: everything open, or a shortlist of a stated length."""

import numpy as np
import pytest

from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.recommend.learners import Learners
from learnloop.recommend.scoring import Scored, score

from .toy_course import course, followers, snapshot, snapshots

OPEN = (0.9, 0.9, 0.9)
SETTINGS = RecommenderSettings(factors=3, iterations=8)
FITTED = ContentRecommender(course(), SETTINGS).fit(followers(60)).fitted
# 12, 8 and 5 items are open.
STUDENTS = [
    snapshot("all", mastery=OPEN),
    snapshot("eight", ("a-film", "a-page", "b-film", "b-q1"), mastery=OPEN),
    snapshot(
        "five", ("a-film", "a-page", "a-q1", "a-q2", "b-film", "b-page", "c-film"), mastery=OPEN
    ),
]


def scored(*students: dict[str, object], limit: int) -> Scored:
    context = FITTED.context
    known = context.popularity.class_ids
    learners = Learners.from_table(snapshots(*students), course(), FITTED.prior, known)
    # A limit below 20 is none for a school, but the toy course has twelve items.
    settings = SETTINGS.model_copy(update={"shortlist": limit})
    return score(learners, context, FITTED.take_up, settings)


@pytest.mark.parametrize("limit", [1, 3, 7, 8, 11])
def test_a_student_is_scored_alike_alone_and_among_others(limit: int) -> None:
    together = scored(*STUDENTS, limit=limit)
    for place, student in enumerate(STUDENTS):
        alone, own = scored(student, limit=limit), together.row == place
        assert together.item[own].tolist() == alone.item.tolist()
        assert together.score[own] == pytest.approx(alone.score)


@pytest.mark.parametrize("limit", [1, 3, 7, 8, 11, 12])
def test_a_shortlist_is_full_and_cuts_only_those_who_have_more(limit: int) -> None:
    counts = np.bincount(scored(*STUDENTS, limit=limit).row)
    assert counts.tolist() == [min(12, limit), min(8, limit), min(5, limit)]
