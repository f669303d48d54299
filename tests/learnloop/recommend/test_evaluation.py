"""Scores of lists against hand calculations, and baselines on the same candidates."""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.recommend.evaluation import (
    BASELINES,
    coverage,
    exposure,
    judge,
    listed_outcomes,
    ndcg,
    recall,
    report,
)

from .toy_course import course, followers, snapshot, snapshots

SMALL = RecommenderSettings(factors=3, iterations=8, list_length=4)


@cache
def fitted() -> ContentRecommender:
    return ContentRecommender(course(), SMALL).fit(followers())


def test_ndcg_of_a_hand_calculated_list() -> None:
    """Relevant at ranks 1 and 3 of three relevant items: (1 + 1/2) / (1 + .6309 + 1/2)."""
    found = ndcg(np.array([[True, False, True]]), np.array([3]))
    assert found[0] == pytest.approx(1.5 / (1 + 1 / math.log2(3) + 0.5))


def test_ndcg_is_one_when_the_list_is_full_of_relevant_items() -> None:
    assert ndcg(np.ones((1, 3), bool), np.array([7]))[0] == pytest.approx(1)


def test_recall_counts_what_the_list_has_no_room_for() -> None:
    assert recall(np.array([[True, True, False]]), np.array([8]))[0] == 0.25


def test_coverage_and_exposure_of_a_list_seen_by_eye() -> None:
    shown = np.array([0, 0, 1, 3])  # a-film twice, a-page, a-q2
    assert coverage(shown, 12) == 0.25
    assert exposure(shown, course()) == {
        "video": 0.5,
        "text": 0.25,
        "interactive": 0.0,
        "assessment": 0.25,
    }


def test_on_a_course_that_all_follow_the_recommender_beats_popularity() -> None:
    asked = followers(40, seed=5, split="test").query("week == 2")
    found = {name: table["ndcg"].mean() for name, table in judge(fitted(), asked).lists.items()}
    assert found["recommender"] > 0.85
    assert found["recommender"] > max(found[name] for name in BASELINES)


def test_the_report_has_the_headline_a_calibration_error_and_every_baseline() -> None:
    asked = followers(20, seed=5, split="test").query("week == 2")
    listed = listed_outcomes(fitted().recommend(asked), asked)
    made = report(judge(fitted(), asked), listed, course(), length=4, draws=20)
    assert made["headline"] == "ndcg@4"
    named = {"ndcg@4", "recall@4", "predicted_gain@4", "ece", "ece_candidates"}
    assert named <= set(made["scores"])
    assert {"ndcg_over_popularity@4", "ndcg_over_curriculum_order@4"} <= set(made["scores"])
    assert set(made["baselines"]) == set(BASELINES)
    for scores in (made["scores"], *made["baselines"].values()):
        for estimate in scores.values():
            assert estimate["low"] <= estimate["high"]
    assert made["students"] == 20


def test_calibration_is_over_what_was_shown_to_each_student() -> None:
    """Two items shown to each of two students; one took up one of them, and one not shown."""
    asked = snapshots(snapshot("ann", taken=("a-q1", "a-q2")), snapshot("bob", split="audit"))
    shown = pd.DataFrame(
        {
            "student_id": ["ann", "ann", "bob", "bob"],
            "as_of": [asked["as_of"][0]] * 4,
            "content_id": ["a-film", "a-q1"] * 2,
            "probability": [0.2, 0.9, 0.3, 0.1],
        }
    )
    found = listed_outcomes(shown, asked)
    assert found["student_id"].to_list() == ["ann", "ann", "bob", "bob"]
    assert found["taken"].to_list() == [False, True, False, False]
    assert found["probability"].to_list() == [0.2, 0.9, 0.3, 0.1]


def test_a_random_order_is_the_same_however_many_students_are_judged_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = followers(10, seed=5, split="test").query("week == 2")
    whole = judge(fitted(), asked).shown["random_order"]
    monkeypatch.setattr("learnloop.recommend.learners.CELLS", 24)
    pd.testing.assert_frame_equal(judge(fitted(), asked).shown["random_order"], whole)


def test_nothing_can_be_judged_where_nobody_begins_anything() -> None:
    asked = followers(5, seed=5, split="test").query("week == 6")
    with pytest.raises(DataError, match="nobody began"):
        judge(fitted(), asked)
