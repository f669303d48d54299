"""Each hourly feature against an example worked by hand."""

import ibis
import ibis.config
import pandas as pd
import pytest

from learnloop.features import aggregates
from learnloop.features.windows import packed, within

from .toy_log import SCHEMA, at, did, hourly


def answers(day: float, right: int, wrong: int, skill: str = "sum") -> list[dict[str, object]]:
    """So many right and then wrong answers on a day, one a minute."""
    return [
        did("answered", at(day, minute / 60), correct=minute < right, skill_ids=[skill])
        for minute in range(right + wrong)
    ]


def test_time_on_task_is_the_mean_of_a_week_and_caps_forgotten_tabs() -> None:
    rows = [
        did("read", at(0), duration_s=900.0),  # more than seven days before: out
        did("read", at(5), duration_s=100.0),
        did("answered", at(6), duration_s=200.0),
        did("watched", at(7), duration_s=86_400.0),  # counts as 3600
        did("interacted", at(7)),  # not timed: out
        did("posted", at(7), duration_s=50.0),  # no task: out
    ]
    assert hourly(rows, at(8))["avg_time_on_task"] == pytest.approx((100 + 200 + 3600) / 3)


def test_a_window_of_seven_days_holds_168_hours_and_not_the_hour_before() -> None:
    rows = [did("read", at(0), duration_s=10.0), did("read", at(1), duration_s=30.0)]
    assert hourly(rows, at(7))["avg_time_on_task"] == 20
    assert hourly(rows, at(7, 1))["avg_time_on_task"] == 30


def test_a_video_watched_again_counts_once_with_its_furthest_progress() -> None:
    rows = [
        did("watched", at(1), content_id="v1", progress=0.5),
        did("watched", at(2), content_id="v1", progress=0.95),
        did("watched", at(3), content_id="v1", progress=0.2),
        did("watched", at(3), content_id="v2", progress=0.89),
        did("watched", at(3), content_id="v3", progress=0.9),
        did("read", at(3), content_id="t1", progress=1.0),
    ]
    assert hourly(rows, at(4))["video_completion_rate"] == pytest.approx(2 / 3)
    assert hourly(rows, at(2))["video_completion_rate"] == 0


def test_a_post_gives_one_point_and_a_reply_half() -> None:
    rows = [did("posted", at(1)), did("replied", at(1)), did("replied", at(2))]
    assert hourly(rows, at(3))["forum_participation_score"] == 1 + 2 * 0.5


def test_only_the_verb_collaborated_counts_as_collaboration() -> None:
    rows = [did("collaborated", at(1)), did("collaborated", at(2)), did("replied", at(2))]
    assert hourly(rows, at(3))["peer_collaboration_count"] == 2


def test_learning_style_shares_points_among_the_senses_of_finished_items() -> None:
    rows = [
        did("read", at(1), progress=1.0),  # visual 1
        did("watched", at(1), progress=0.9),  # visual ½, auditory ½
        did("watched", at(2), progress=1.0),  # visual ½, auditory ½
        did("interacted", at(2), progress=1.0),  # kinesthetic 1
        did("interacted", at(2), progress=0.8),  # not finished
    ]
    found = hourly(rows, at(3))
    assert found["learning_style_visual"] == pytest.approx(2 / 4)
    assert found["learning_style_auditory"] == pytest.approx(1 / 4)
    assert found["learning_style_kinesthetic"] == pytest.approx(1 / 4)


def test_prerequisites_of_recent_work_are_complete_after_two_right_answers() -> None:
    rows = [
        *answers(1, right=2, wrong=3, skill="sum"),
        *answers(2, right=1, wrong=0, skill="product"),
        did("read", at(40), skill_ids=["power"]),
    ]
    # Works on powers, which need sums (2 right: complete) and products (1 right).
    assert hourly(rows, at(41))["prerequisite_completion_status"] == pytest.approx(1 / 2)
    # Back then: sums need nothing, products need sums, whose answers were in before.
    assert hourly(rows, at(3))["prerequisite_completion_status"] == 1


def test_an_answer_completes_only_the_primary_skill_of_its_item() -> None:
    rows = [
        did("answered", at(1, i), correct=True, skill_ids=["product", "sum"]) for i in (1, 2)
    ]
    # Works on products and sums; products need sums, named but never primary.
    assert hourly(rows, at(2))["prerequisite_completion_status"] == 0


def test_difficulty_preference_is_the_mean_author_difficulty_of_what_was_used() -> None:
    rows = [
        did("read", at(1), content_id="easy"),
        did("read", at(1), content_id="easy"),
        did("watched", at(2), content_id="hard"),
        did("watched", at(2), content_id="not in the course"),
    ]
    assert hourly(rows, at(3))["content_difficulty_preference"] == pytest.approx(7 / 3)


def test_time_of_day_is_the_students_own_across_daylight_saving() -> None:
    # 16:30 UTC is 18:30 in Paris in summer, and 17:30 from 26 October on.
    summer = [did("read", at(10, 16.5)), did("read", at(11, 16.5))]
    winter = [did("read", at(60, 16.5)), did("read", at(61, 16.5))]
    when = "time_of_day_preference"
    assert hourly(summer, at(12), "Europe/Paris")[when] == "evening"
    assert hourly(winter, at(62), "Europe/Paris")[when] == "afternoon"
    assert hourly(summer, at(12), "UTC")[when] == "afternoon"


def test_a_tie_of_parts_of_the_day_goes_to_the_one_named_first() -> None:
    rows = [did("read", at(1, 20)), did("read", at(2, 8))]
    assert hourly(rows, at(3))["time_of_day_preference"] == "morning"


def test_device_is_that_of_the_most_events() -> None:
    rows = [did("read", at(1), device="phone"), did("posted", at(1), device="phone"),
            did("read", at(2), device="desktop")]  # fmt: skip
    assert hourly(rows, at(3))["device_type"] == "phone"


def test_content_type_is_that_of_the_most_time_not_of_the_most_events() -> None:
    rows = [
        *(did("answered", at(1), duration_s=30.0) for _ in range(5)),
        did("watched", at(1), duration_s=200.0),
    ]
    assert hourly(rows, at(3))["content_type_preference"] == "video"


def test_performance_trend_is_the_change_of_the_share_of_right_answers() -> None:
    rows = [*answers(2, right=1, wrong=3), *answers(20, right=3, wrong=1)]
    assert hourly(rows, at(28))["assessment_performance_trend"] == pytest.approx(0.75 - 0.25)


def test_performance_trend_needs_three_answers_in_both_stretches() -> None:
    rows = [*answers(2, right=1, wrong=1), *answers(20, right=3, wrong=1)]
    assert pd.isna(hourly(rows, at(28))["assessment_performance_trend"])


def test_a_student_without_history_has_zero_counts_and_nulls_otherwise() -> None:
    found = hourly([did("read", at(1), student_id="bob")], at(3)).drop(
        ["student_id", "event_timestamp"]
    )
    counts = ["forum_participation_score", "peer_collaboration_count"]
    assert (found[counts] == 0).all()
    assert found.drop(counts).isna().all()


def test_a_snapshot_within_an_hour_is_as_of_its_beginning() -> None:
    rows = [did("posted", at(1, 9.9)), did("posted", at(1, 10.1))]
    found = hourly(rows, at(1, 10.5))
    assert found["event_timestamp"] == at(1, 10)
    assert found["forum_participation_score"] == 1


def test_packing_hours_changes_no_window_sum() -> None:
    part = ibis.memtable(
        {
            "student_id": [1, 1, 1, 1, 1, 1, 2],
            "hour": [1, 5, 9, 10, 19, 20, 4],
            "n": [1, 2, 4, 8, 16, 32, 64],
        }
    )
    moments = ibis.memtable({"student_id": [1, 1, 2], "at_hour": [10, 20, 10]})

    def sums(table: ibis.Table) -> list[int]:
        rows = within(table, moments, 10)
        found = rows.group_by("student_id", "at_hour").agg(n=rows.n.sum())
        return list(found.order_by("student_id", "at_hour").to_pandas()["n"])

    # Student 1: hours 0–9 hold 1+2+4, hours 10–19 hold 8+16; student 2 has 64.
    assert sums(part) == [7, 24, 64]
    assert sums(packed(part, moments, (10,))) == [7, 24, 64]
    assert packed(part, moments, (10,)).count().to_pyarrow().as_py() == 4


class SparkOptions(ibis.config.Config):
    """What the compiler asks; Ibis sets it only where PySpark is installed."""

    treat_nan_as_null: bool = False


def test_every_expression_also_compiles_for_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    events = ibis.table(SCHEMA, name="events")
    items = ibis.table({"content_id": "string", "author_difficulty": "int64"}, name="items")
    clocks = ibis.table(
        {"student_id": "string", "from_s": "int64", "until_s": "int64", "offset_s": "int64"},
        name="clocks",
    )
    needs = ibis.table({"skill_id": "string", "requires_skill_id": "string"}, name="needs")
    moments = ibis.table({"student_id": "string", "at_hour": "int64"}, name="moments")
    skills = aggregates.hourly_skills(events)
    for expression in (
        aggregates.habits(aggregates.hourly_activity(events, items, clocks), moments),
        aggregates.video_completion(aggregates.hourly_videos(events), moments),
        aggregates.prerequisite_completion(skills, needs, moments),
        aggregates.content_responses(events, moments.select("at_hour").distinct()),
    ):
        assert "SELECT" in ibis.to_sql(expression, dialect="pyspark")
