"""The recommender on a course that the eye can follow."""

from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloop.errors import ModelError
from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.recommend.reasons import NOTHING_OPEN, UNLOCKED, WORDS
from learnloop.recommend.schema import Recommendations

from .toy_course import NAMES, SKILLS, course, followers, snapshot, snapshots

ITEMS = [f"{skill}-{name}" for skill in SKILLS for name in NAMES]
SMALL = RecommenderSettings(factors=3, iterations=8, prerequisite_threshold=0.6, list_length=4)


@cache
def fitted() -> ContentRecommender:
    return ContentRecommender(course(), SMALL).fit(followers())


def listed(**what: object) -> list[str]:
    found = fitted().predict(snapshots(snapshot(**what)))  # type: ignore[arg-type]
    return list(found["content_ids"].iloc[0])


def test_who_has_done_the_first_skill_is_sent_to_the_second() -> None:
    done = tuple(f"a-{name}" for name in NAMES)
    assert {item[0] for item in listed(history=done, mastery=(0.8, 0.3, 0.3))} == {"b"}


def test_who_has_done_it_without_mastering_it_is_not() -> None:
    done = tuple(f"a-{name}" for name in NAMES)
    found = listed(history=done, due=("a-q1",), mastery=(0.4, 0.3, 0.3))
    assert found == ["a-q1"]


def test_a_newcomer_gets_what_the_class_begins_with_within_prerequisites() -> None:
    found = listed(mastery=(), class_id="class-0")
    assert {item[0] for item in found} == {"a"}
    assert len(found) == 4


def test_a_newcomer_gets_first_what_most_of_the_class_have_begun() -> None:
    """All have begun the page of skill a, one in ten the film."""
    examples = followers(40)
    lists = [
        [item for item in items if item != "a-film" or row % 10 == 0]
        + (["a-page"] if "a-page" not in items else [])
        for row, items in enumerate(examples["history_content"])
    ]
    rows = [
        snapshot(
            str(e.student_id), tuple(sorted(items)), week=int(e.week), split="train",
            mastery=tuple(e.mastery), days=(int(e.week) * 7 - 3.0,) * len(items),
            taken=tuple(e.taken), class_id=e.class_ids[0],
        )
        for e, items in zip(examples.itertuples(), lists, strict=True)
    ]  # fmt: skip
    model = ContentRecommender(course(), SMALL).fit(snapshots(*rows))
    asked = snapshots(snapshot(mastery=(), class_id="class-0"))
    found = list(model.predict(asked)["content_ids"].iloc[0])
    assert "a-page" in found
    assert "a-film" not in found


@settings(max_examples=40, deadline=None)
@given(
    mastery=st.tuples(*[st.floats(0, 1)] * 3),
    history=st.lists(st.sampled_from(ITEMS), unique=True, max_size=6).map(tuple),
    ceiling=st.integers(-1, 18),
)
def test_no_list_breaks_prerequisites_age_or_repeats_what_is_done(
    mastery: tuple[float, ...], history: tuple[str, ...], ceiling: int
) -> None:
    begun = {item[0] for item in history}
    needs = {"b": 0, "c": 1}
    for item in listed(mastery=mastery, history=history, ceiling=ceiling):
        assert item[0] in begun or item[0] not in needs or mastery[needs[item[0]]] >= 0.6
        assert item not in history
        assert (16 if item == "c-film" else 0) <= ceiling


def test_the_score_is_take_up_times_the_weighted_value_of_the_gain() -> None:
    model = fitted()
    asked = snapshots(snapshot(mastery=(0.9, 0.4, 0.3)))
    for _, made in model.lists(asked):
        scored = made.scored
        value = scored.parts.gain * 15 / (15 + course().minutes[scored.item])
        assert scored.score == pytest.approx(scored.probability * value**SMALL.gain_weight)


def test_pure_expectation_prefers_the_question_that_suits_the_student() -> None:
    """Mastery .5: question a-q1 (half a logit easier) is solved at .62, a-q2 at .38."""
    eager = ContentRecommender(course(), SMALL.model_copy(update={"gain_weight": 5.0}))
    asked = snapshots(snapshot(mastery=(0.5, 0.2, 0.2)))
    found = list(eager.fit(followers()).predict(asked)["content_ids"].iloc[0])
    assert found.index("a-q1") < found.index("a-q2")


def test_outcomes_of_the_latest_week_and_of_those_asked_are_never_read() -> None:
    examples = followers()
    latest = examples["week"] == 6
    changed = examples.copy()
    changed["taken"] = [
        ["a-film"] if late else items
        for late, items in zip(latest, examples["taken"], strict=True)
    ]
    asked = followers(5, seed=9, split="test")
    blind = asked.assign(taken=pd.Series([[]] * len(asked), index=asked.index))
    again = ContentRecommender(course(), SMALL).fit(changed)
    pd.testing.assert_frame_equal(again.predict(blind), fitted().predict(asked))


def test_recommend_tells_the_same_as_predict_one_row_per_item() -> None:
    asked = followers(5, seed=9, split="test")
    long = fitted().recommend(asked)
    Recommendations.validate(long)
    lists = fitted().predict(asked).set_index([asked["student_id"], asked["as_of"]])
    for key, rows in long.groupby(["student_id", "as_of"]):
        assert rows["content_id"].to_list() == lists.loc[key, "content_ids"]
        assert rows["rank"].to_list() == list(range(1, len(rows) + 1))


def test_a_list_longer_than_the_chunks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = followers(7, seed=9, split="test")
    whole = fitted().recommend(asked)
    monkeypatch.setattr("learnloop.recommend.learners.CELLS", 24)
    pd.testing.assert_frame_equal(fitted().recommend(asked), whole)


def test_explain_says_that_the_prerequisite_was_mastered() -> None:
    done = tuple(f"a-{name}" for name in NAMES)
    told = fitted().explain(snapshots(snapshot(history=done, mastery=(0.8, 0.3, 0.3))))
    place = told.set_index("reason")["contribution"]
    assert place[UNLOCKED] > 0


def test_explain_gives_the_expected_success_in_words() -> None:
    told = fitted().explain(snapshots(snapshot(mastery=(0.7, 0.3, 0.3))))
    assert any("expected success" in reason for reason in told["reason"])
    assert len(told) == len(WORDS)


def test_explain_says_when_nothing_is_open() -> None:
    told = fitted().explain(snapshots(snapshot(ceiling=-1)))
    assert told["reason"].to_list() == [NOTHING_OPEN]
    assert fitted().recommend(snapshots(snapshot(ceiling=-1))).empty


def test_being_better_known_makes_the_missing_mastery_count_less() -> None:
    def missing(mastery: float) -> float:
        asked = snapshots(snapshot(mastery=(mastery, 0.2, 0.2)))
        told = fitted().explain(asked)
        return float(
            told.loc[told["reason"].str.contains("left to learn"), "contribution"].iloc[0]
        )

    assert missing(0.2) > missing(0.5) > missing(0.8)


def test_one_week_of_examples_is_not_enough() -> None:
    examples = followers()
    with pytest.raises(ModelError, match="two weeks"):
        ContentRecommender(course(), SMALL).fit(examples[examples["week"] == 2])


def test_a_log_in_which_nothing_is_taken_up_is_refused() -> None:
    recent = [[0.0] * len(items) for items in followers()["history_content"]]
    examples = followers().assign(taken=[[] for _ in range(90)], history_first_days=recent)
    with pytest.raises(ModelError, match="0 of"):
        ContentRecommender(course(), SMALL).fit(examples)
