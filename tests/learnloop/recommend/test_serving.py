"""One student's list with reasons: the same as the batch's, and its reasons are true."""

from functools import cache

import numpy as np
import pytest

from learnloop.errors import ModelError
from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.recommend.learners import Learners
from learnloop.recommend.serving import Recommendation, answer

from .toy_course import course, followers, snapshot, snapshots

SETTINGS = RecommenderSettings(factors=3, iterations=8, prerequisite_threshold=0.4)


@cache
def fitted() -> ContentRecommender:
    return ContentRecommender(course(), SETTINGS).fit(followers(60))


def learner(**what: object) -> Learners:
    return learners_of(snapshots(snapshot(**what)))  # type: ignore[arg-type]


def learners_of(table: object) -> Learners:
    known = fitted().fitted
    return Learners.from_table(
        table,  # type: ignore[arg-type]
        course(),
        known.prior,
        known.context.popularity.class_ids,
    )


def answered(one: Learners, settings: RecommenderSettings = SETTINGS) -> tuple:
    return answer(fitted().fitted, settings, one)


def test_one_student_gets_the_list_that_the_batch_gives() -> None:
    asked = followers(5, seed=9, split="test")
    lists = fitted().predict(asked)
    for place in range(len(asked)):
        alone = fitted().answer(asked.iloc[[place]])
        assert [told.content_id for told in alone] == lists["content_ids"].iloc[place]
        scores = [told.score for told in alone]
        assert scores == pytest.approx(lists["scores"].iloc[place])


def test_several_students_are_not_answered_at_once() -> None:
    with pytest.raises(ModelError, match="one student"):
        fitted().answer(followers(2, seed=9, split="test"))


def test_a_newcomer_has_no_event_to_be_reminded_of() -> None:
    for place in answered(learner(mastery=())):
        assert all(why.kind != "event" for why in place.reasons)
        assert place.reasons


def test_nothing_open_gives_an_empty_list() -> None:
    assert answered(learner(ceiling=-1)) == ()


@pytest.mark.parametrize("style", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)])
def test_the_learning_style_never_passes_an_item_that_is_worth_two_per_cent_more(
    style: tuple[float, float, float],
) -> None:
    table = snapshots(snapshot(mastery=(0.5, 0.5, 0.5), class_id="class-0"))
    flat = SETTINGS.model_copy(update={"type_repeat_factor": 1.0})
    plain = answered(learners_of(table), flat)
    names = ("learning_style_visual", "learning_style_auditory", "learning_style_kinesthetic")
    styled = answered(learners_of(table.assign(**dict(zip(names, style, strict=True)))), flat)
    worth = {one.content_id: one.score for one in plain}
    rank = {one.content_id: one.rank for one in styled}
    for better in worth:
        for worse in worth:
            if worth[better] > 1.02 * worth[worse]:
                assert rank[better] < rank[worse]


def test_a_style_is_felt_at_all() -> None:
    table = snapshots(snapshot(mastery=(0.5, 0.5, 0.5)))
    hands = {
        "learning_style_visual": 0.0,
        "learning_style_auditory": 0.0,
        "learning_style_kinesthetic": 1.0,
    }

    def question(told: tuple[Recommendation, ...]) -> float:
        return next(one.score for one in told if one.type == "assessment")

    styled = question(answered(learners_of(table.assign(**hands))))
    assert styled == pytest.approx(1.02 * question(answered(learners_of(table))))


def test_an_entry_is_taken_out_of_one_history_only() -> None:
    one = learner(history=("a-film", "a-page"), days=(3.0, 2.0))
    both = one.without(np.array([0, 1]))
    assert both.row.tolist() == [0, 1]
    assert course().content_ids[both.item].tolist() == ["a-page", "a-film"]
    with pytest.raises(ValueError, match="one student"):
        both.without(np.array([0]))
