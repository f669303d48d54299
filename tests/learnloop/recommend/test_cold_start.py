"""Who or what is new: a student with a placement, an item, a course."""

from functools import cache

import numpy as np
import pandas as pd

from learnloop.recommend import Catalogue, ContentRecommender, RecommenderSettings

from .toy_course import (
    difficulty_table,
    followers,
    item_table,
    prerequisite_table,
    skill_table,
    snapshot,
    snapshots,
)

SETTINGS = RecommenderSettings(factors=3, iterations=8, prerequisite_threshold=0.6)


@cache
def fitted() -> ContentRecommender:
    """The toy course with a page about b that nobody has seen, and a course that is new."""
    page = item_table().query("content_id == 'b-page'").assign(content_id="b-new-page")
    opening = item_table().query("content_id in ['a-film', 'b-film']")
    fresh = opening.assign(
        course_id="fresh",
        content_id=["x-film", "y-film"],
        skill_ids=pd.Series([["x"], ["y"]], index=opening.index),
    )
    skills = pd.DataFrame(
        {"skill_id": ["x", "y"], "course_id": "fresh", "name": ["X", "Y"], "position": [0, 1]}
    )
    catalogue = Catalogue.from_tables(
        pd.concat([item_table(), page, fresh], ignore_index=True),
        pd.concat([skill_table(), skills], ignore_index=True),
        pd.concat(
            [
                prerequisite_table(),
                pd.DataFrame({"skill_id": ["y"], "requires_skill_id": ["x"]}),
            ]
        ),
        difficulty_table(),
    )
    known = followers(60)
    wider = [[*beliefs, 0.5, 0.5] for beliefs in known["mastery"]]
    return ContentRecommender(catalogue, SETTINGS).fit(known.assign(mastery=wider))


def listed(**what: object) -> list[str]:
    found = fitted().predict(snapshots(snapshot(**what)))  # type: ignore[arg-type]
    return list(found["content_ids"].iloc[0])


def test_a_placement_opens_what_the_newcomer_can_do_already() -> None:
    placed = listed(mastery=(0.9, 0.3, 0.3, 0.1, 0.1))
    assert any(item.startswith("b-") for item in placed)
    assert not any(item.startswith("b-") for item in listed(mastery=(0.2, 0.2, 0.2, 0.1, 0.1)))


def test_a_new_item_of_an_open_skill_is_listed_on_its_content() -> None:
    done = ("a-film", "a-page", "a-q1", "a-q2")
    assert "b-new-page" in listed(history=done, mastery=(0.8, 0.3, 0.3, 0.5, 0.5))


def test_a_new_course_begins_at_its_beginning() -> None:
    found = listed(courses=("fresh",), mastery=(0.5, 0.5, 0.5, 0.2, 0.2))
    assert found == ["x-film"]


def test_scores_of_what_is_new_are_finite() -> None:
    asked = snapshots(snapshot(courses=("course", "fresh"), mastery=()))
    for _, made in fitted().lists(asked):
        scored = made.scored
        assert len(scored.score)
        assert np.isfinite(scored.score).all()
