"""The registry of definitions and what is made from it."""

from pathlib import Path

from learnloop.features.definitions import FEATURES, SERVICES, VIEWS, columns_of
from learnloop.features.page import render

ROOT = Path(__file__).parents[3]


def test_the_page_in_the_docs_says_what_the_code_says() -> None:
    written = (ROOT / "docs" / "features.md").read_text()
    assert written == render(), "run: python -m learnloop.features.page > docs/features.md"


def test_the_fifteen_features_of_the_design_are_all_there() -> None:
    assert {feature.name for feature in FEATURES} == {
        "student_mastery_scores",
        "avg_time_on_task",
        "quiz_attempt_count",
        "video_completion_rate",
        "forum_participation_score",
        "peer_collaboration_count",
        "learning_style_vector",
        "engagement_trend",
        "prerequisite_completion_status",
        "content_difficulty_preference",
        "session_frequency",
        "time_of_day_preference",
        "device_type",
        "content_type_preference",
        "assessment_performance_trend",
    }


def test_no_column_is_in_both_a_real_time_and_an_hourly_view() -> None:
    fresh = {view.name for view in VIEWS if view.real_time}
    columns = {True: set(), False: set()}
    for feature in FEATURES:
        columns[feature.view in fresh] |= {column.name for column in feature.columns}
    assert columns[True].isdisjoint(columns[False])


def test_every_service_reads_views_of_one_entity_and_distinct_columns() -> None:
    entity = {view.name: view.entity for view in VIEWS}
    for service, views in SERVICES.items():
        assert len({entity[view] for view in views}) == 1
        names = [column.name for column in columns_of(service)]
        assert len(names) == len(set(names))
