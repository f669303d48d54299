"""Snapshots that no list can be made for are refused by row and column."""

from functools import cache

import pandas as pd
import pytest

from learnloop.errors import ModelError
from learnloop.recommend import Catalogue, ContentRecommender, RecommenderSettings

from .toy_course import (
    course,
    difficulty_table,
    followers,
    item_table,
    prerequisite_table,
    skill_table,
    snapshot,
    snapshots,
)

NAN = float("nan")


@cache
def fitted() -> ContentRecommender:
    settings = RecommenderSettings(factors=3, iterations=8, prerequisite_threshold=0.4)
    return ContentRecommender(course(), settings).fit(followers(60))


def asked(**what: object) -> pd.DataFrame:
    """Two students, x and y; of y, `what` changes columns."""
    one = snapshot(history=("a-film", "a-page"), mastery=(0.8, 0.3, 0.3))
    table = snapshots(one, one).set_axis(["x", "y"])
    for column, value in what.items():
        table[column] = pd.Series([one[column], value], index=["x", "y"], dtype=object)
    return table


WRONG = [
    ("student_id", None),
    ("as_of", pd.NaT),
    ("as_of", None),
    ("as_of", pd.Timestamp("2025-10-01")),
    ("as_of", "soon"),
    ("content_ceiling", NAN),
    ("content_ceiling", None),
    ("content_ceiling", "old"),
    ("content_ceiling", 12.5),
    ("content_ceiling", -2),
    ("mastery", None),
    ("mastery", 0.5),
    ("mastery", [NAN, NAN, NAN]),
    ("mastery", [0.5, 7, 0.5]),
    ("mastery", [0.5, "high", 0.5]),
    ("type_preference", "opera"),
    ("course_ids", "course"),
    ("course_ids", None),
    ("course_ids", ["course", "cuorse"]),
    ("class_ids", [None]),
    ("class_ids", [["class-1"]]),
    ("history_content", ["a-film"]),
    ("history_content", ["a-film", NAN]),
    ("history_events", [1.0]),
    ("history_events", [1.0, NAN]),
    ("history_events", [1.0, "many"]),
    ("history_first_days", [1.0, -3.0]),
    ("history_last_days", []),
    ("history_finished", [True, None]),
    ("history_finished", [True, "yes"]),
    ("history_due", [True, False, True]),
]


@pytest.mark.parametrize("method", ["predict", "recommend", "explain"])
@pytest.mark.parametrize(("column", "value"), WRONG)
def test_what_cannot_be_asked_is_named_with_its_row(
    method: str, column: str, value: object
) -> None:
    # Where the lists differ in length, it is the others that are not like the ids.
    column_told = "history_.*" if column == "history_content" else column
    with pytest.raises(ModelError, match=f"Row y .*{column_told} is .* must be"):
        getattr(fitted(), method)(asked(**{column: value}))


@pytest.mark.parametrize(("column", "value"), WRONG[:6])
def test_one_student_is_refused_in_the_same_words(column: str, value: object) -> None:
    with pytest.raises(ModelError, match=f"Row y .*{column} is .* must be"):
        fitted().answer(asked(**{column: value}).loc[["y"]])


def test_of_a_list_the_wrong_entry_alone_is_quoted() -> None:
    with pytest.raises(ModelError) as told:
        fitted().predict(asked(mastery=[0.123, 0.456, 7]))
    assert "entry 3 of mastery is 7;" in str(told.value)
    assert "0.123" not in str(told.value)
    with pytest.raises(ModelError, match="a list of 1; it must be a list of 2") as told:
        fitted().predict(asked(history_events=[41.5]))
    assert "41.5" not in str(told.value)


def test_nulls_and_empty_lists_that_mean_unknown_go_on_working() -> None:
    newcomer = snapshots(snapshot("nobody", mastery=(), class_id="unheard of"))
    lists = fitted().predict(newcomer)["content_ids"].iloc[0]
    assert lists
    untold = newcomer.assign(type_preference=pd.Series([None], dtype=object))
    assert fitted().predict(untold)["content_ids"].iloc[0] == lists


def test_a_course_whose_items_are_still_to_come_changes_no_list() -> None:
    later = pd.DataFrame(
        {"skill_id": ["0"], "course_id": "a course before", "name": ["Zero"], "position": [0]}
    )
    catalogue = Catalogue.from_tables(
        item_table(),
        pd.concat([skill_table(), later], ignore_index=True),
        prerequisite_table(),
        difficulty_table(),
    )
    settings = fitted().settings

    def wider(table: pd.DataFrame, *courses: str) -> pd.DataFrame:
        return table.assign(
            mastery=[[0.5, *beliefs] for beliefs in table["mastery"]],
            course_ids=[["course", *courses]] * len(table),
        )

    model = ContentRecommender(catalogue, settings).fit(wider(followers(60), "a course before"))
    lists = model.predict(wider(asked(), "a course before"))["content_ids"]
    assert lists.to_list() == fitted().predict(asked())["content_ids"].to_list()
    alone = wider(asked()).assign(course_ids=[["a course before"]] * 2)
    assert model.predict(alone)["content_ids"].to_list() == [[], []]


def test_times_as_text_with_a_zone_give_the_same_list() -> None:
    table = asked()
    as_text = table.assign(as_of=table["as_of"].map(pd.Timestamp.isoformat))
    pd.testing.assert_frame_equal(fitted().predict(as_text), fitted().predict(table))


def test_learning_styles_are_numbers_or_null() -> None:
    styles = [f"learning_style_{kind}" for kind in ("visual", "auditory", "kinesthetic")]
    fitted().predict(asked().assign(**dict.fromkeys(styles, None)))
    with pytest.raises(ModelError, match=r"Row x .*learning_style_visual is 'much'"):
        fitted().predict(
            asked().assign(**dict.fromkeys(styles, 0.5)).assign(learning_style_visual="much")
        )
