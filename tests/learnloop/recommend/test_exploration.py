"""New items get a bounded share of places, each with the probability that it stands there."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from learnloop.recommend import Catalogue, ContentRecommender, RecommenderSettings
from learnloop.recommend.exploration import explore
from learnloop.recommend.schema import Recommendations

from .toy_course import (
    difficulty_table,
    followers,
    item_table,
    prerequisite_table,
    skill_table,
    snapshot,
    snapshots,
)

SHARE = 0.2
SETTINGS = RecommenderSettings(
    factors=3, iterations=8, prerequisite_threshold=0.4, list_length=3, exploration=SHARE
)
NEW = {"a-new-page": 60, "a-new-exercise": 1200, "a-new-film": 300}
"""Seconds."""


@cache
def fitted() -> ContentRecommender:
    """The toy course with three items that nobody has begun."""
    rows = item_table().query("content_id == 'a-page'")
    new = pd.concat([rows] * 3).assign(
        content_id=list(NEW),
        duration_s=[float(seconds) for seconds in NEW.values()],
        type=["text", "interactive", "video"],
    )
    catalogue = Catalogue.from_tables(
        pd.concat([item_table(), new], ignore_index=True),
        skill_table(),
        prerequisite_table(),
        difficulty_table(),
    )
    return ContentRecommender(catalogue, SETTINGS).fit(followers(60))


def alike(count: int) -> pd.DataFrame:
    """Students who differ in their name alone."""
    return snapshots(*(snapshot(f"s{n}", mastery=(0.5, 0.2, 0.2)) for n in range(count)))


@cache
def shown() -> pd.DataFrame:
    return fitted().recommend(alike(4000))


def test_a_new_item_gets_at_most_the_last_place_of_the_stated_share_of_lists() -> None:
    Recommendations.validate(shown())
    tried = shown()[shown()["content_id"].isin(NEW)]
    assert set(tried["rank"]) == {3}
    assert tried["student_id"].is_unique
    # 4,000 draws of .2: three standard errors are .019.
    assert len(tried) / 4000 == pytest.approx(SHARE, abs=0.019)


def test_items_stand_in_last_place_as_often_as_their_propensity_says() -> None:
    last = shown()[shown()["rank"] == 3]
    stated = last.groupby("content_id")["propensity"].agg(["min", "max", "size"])
    assert len(stated) == 4
    assert stated["min"].to_numpy() == pytest.approx(stated["max"].to_numpy())
    assert stated["max"].sum() == pytest.approx(1.0)
    error = 3.5 * np.sqrt(stated["max"] * (1 - stated["max"]) / 4000)
    assert (np.abs(stated["size"] / 4000 - stated["max"]) < error).all()


def test_the_same_holds_for_one_student_over_many_seeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last: list[tuple[str, float]] = []
    for seed in range(300):
        other = SETTINGS.model_copy(update={"seed": seed})
        monkeypatch.setattr(fitted(), "settings", other)
        place = fitted().answer(alike(1))[-1]
        last.append((place.content_id, place.propensity))
    counts = pd.DataFrame(last, columns=["item", "p"]).groupby("item")["p"].agg(["max", "size"])
    error = 3.5 * np.sqrt(counts["max"] * (1 - counts["max"]) / 300)
    assert (np.abs(counts["size"] / 300 - counts["max"]) < error).all()


def test_places_before_the_last_are_certain_and_the_same_for_all() -> None:
    first = shown()[shown()["rank"] < 3]
    assert (first["propensity"] == 1).all()
    assert first.groupby("rank")["content_id"].nunique().tolist() == [1, 1]


def test_an_inverse_propensity_mean_is_right_whatever_was_drawn() -> None:
    """Of every item the mean of shown / propensity is one, which is what estimating another
    policy's worth from this log rests on."""
    last = shown()[shown()["rank"] == 3]
    weight = (1 / last["propensity"]).groupby(last["content_id"]).sum() / 4000
    assert weight.to_numpy() == pytest.approx(np.ones(4), abs=0.25)


def test_by_content_alone_the_long_exercise_teaches_more_than_a_page_of_a_minute() -> None:
    odds = shown().groupby("content_id")["propensity"].max()
    assert odds["a-new-exercise"] > odds["a-new-film"] > odds["a-new-page"]


def test_what_is_tried_says_so() -> None:
    tried = shown()["content_id"].isin(NEW)
    assert shown().loc[tried, "reason"].str.startswith("it is new").all()
    assert not shown().loc[~tried, "reason"].str.startswith("it is new").any()


def test_the_same_student_at_the_same_moment_gets_the_same_draw() -> None:
    again = fitted().recommend(alike(50).iloc[::-1])
    pd.testing.assert_frame_equal(
        again, shown()[shown()["student_id"].isin(again["student_id"])].reset_index(drop=True)
    )


def test_without_exploration_every_place_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitted(), "settings", SETTINGS.model_copy(update={"exploration": 0.0}))
    told = fitted().recommend(alike(50))
    assert (told["propensity"] == 1).all()
    assert not told["content_id"].isin(NEW).any()


@pytest.mark.parametrize(
    ("chance", "last", "propensity"), [(0.05, 2, 0.075), (0.08, 3, 0.025), (0.5, 1, 0.9)]
)
def test_a_draw_by_hand(chance: float, last: int, propensity: float) -> None:
    made, odds, tried = explore(
        np.array([[0, 1]]),
        np.zeros(4, dtype=int),
        np.array([1.0, 1.0, 3.0, 1.0]),
        np.array([False, False, True, True]),
        np.array([chance]),
        0.1,
    )
    assert made.tolist() == [[0, last]]
    assert odds[0] == pytest.approx([1.0, propensity])
    assert tried.tolist() == [last > 1]
