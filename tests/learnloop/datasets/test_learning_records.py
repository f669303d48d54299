import ibis
import pandas as pd
import pytest

from learnloop.datasets.learning_records import answers_of, snapshots_of, studies_of
from learnloop.events.schema import Attempts, Studies
from learnloop.intervene import StruggleSettings, count_weeks, label_struggle

JANUARY = pd.Timestamp("2026-01-05", tz="UTC")
MARCH = pd.Timestamp("2026-03-02", tz="UTC")
DAY = pd.Timedelta(days=1)


def log(**days: list[pd.Timestamp]) -> ibis.Table:
    """One reading at noon on each day of each student."""
    rows = [
        (student, day + DAY / 2, "read", pd.NA)
        for student, active in days.items()
        for day in active
    ]
    table = pd.DataFrame(rows, columns=["student_id", "occurred_at", "verb", "correct"])
    table["occurred_at"] = table["occurred_at"].astype("datetime64[us, UTC]")
    return ibis.memtable(table.astype({"correct": "boolean"}))


def daily(start: pd.Timestamp, weeks: int) -> list[pd.Timestamp]:
    return [start + day * DAY for day in range(7 * weeks)]


def roster(**enrolled_at: pd.Timestamp) -> pd.DataFrame:
    table = pd.DataFrame(enrolled_at.items(), columns=["student_id", "enrolled_at"])
    return table.assign(
        cohort="learn", enrolled_at=table["enrolled_at"].astype("datetime64[us, UTC]")
    )


def weeks_of(events: ibis.Table, students: pd.DataFrame) -> pd.DataFrame:
    return snapshots_of(events, students, students[["student_id"]].assign(split="train"))


@pytest.fixture
def two_terms() -> tuple[ibis.Table, pd.DataFrame]:
    """Six weeks of work each, begun on 5 January and on 2 March."""
    events = log(early=daily(JANUARY, 6), late=daily(MARCH, 6))
    return events, roster(early=JANUARY, late=MARCH)


def test_a_term_ends_with_those_who_began_it_together(
    two_terms: tuple[ibis.Table, pd.DataFrame],
) -> None:
    snapshots = weeks_of(*two_terms)
    assert snapshots.groupby("student_id")["week"].max().to_dict() == {"early": 6, "late": 6}
    early = snapshots.query("student_id == 'early'")
    assert early["as_of"].iloc[-1] == pd.Timestamp("2026-02-16", tz="UTC")


def test_who_finishes_a_course_is_not_labelled_as_struggling(
    two_terms: tuple[ibis.Table, pd.DataFrame],
) -> None:
    events, students = two_terms
    settings = StruggleSettings(
        horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4
    )
    labels = label_struggle(count_weeks(events, weeks_of(events, students)), settings)
    # weeks 1 to 4 of six have two more weeks ahead of them; the rest is censored
    assert labels.groupby("student_id").size().to_dict() == {"early": 4, "late": 4}
    assert not labels["label"].any()


def test_who_falls_silent_keeps_the_weeks_of_the_term() -> None:
    events = log(stays=daily(JANUARY, 6), goes=daily(JANUARY, 2))
    snapshots = weeks_of(events, roster(stays=JANUARY, goes=JANUARY))
    assert snapshots.groupby("student_id")["week"].max().to_dict() == {"goes": 6, "stays": 6}


def test_who_began_alone_has_weeks_up_to_the_own_last_event() -> None:
    events = log(alone=daily(JANUARY, 2), other=daily(MARCH, 6))
    snapshots = weeks_of(events, roster(alone=JANUARY, other=MARCH))
    assert snapshots.groupby("student_id")["week"].max().to_dict() == {"alone": 2, "other": 6}


def test_an_answer_knows_how_often_its_skill_was_studied_before() -> None:
    rows = [
        ("a", 0, "watched", "v1", ["s"], None),
        ("a", 1, "answered", "q1", ["s"], True),
        ("a", 2, "read", "t1", ["other"], None),
        ("a", 3, "interacted", "i1", ["s", "other"], None),
        ("a", 4, "posted", None, [], None),
        ("a", 5, "answered", "q2", ["s"], False),
        ("b", 6, "answered", "q1", ["s"], False),
    ]
    columns = ["student_id", "hour", "verb", "content_id", "skill_ids", "correct"]
    table = pd.DataFrame(rows, columns=columns).astype({"correct": "boolean"})
    times = JANUARY + pd.to_timedelta(table.pop("hour"), unit="h")
    table["occurred_at"] = times.astype("datetime64[us, UTC]")
    table["event_id"] = [f"e{number}" for number in range(len(table))]
    events = ibis.memtable(table)
    splits = pd.DataFrame({"student_id": ["a", "b"], "split": "train"})
    answers = answers_of(events, splits)
    assert answers[["student_id", "content_id", "studied"]].to_numpy().tolist() == [
        ["a", "q1", 1],
        ["a", "q2", 2],
        ["b", "q1", 0],
    ]
    studies = studies_of(events)
    assert studies[["student_id", "skill_id"]].to_numpy().tolist() == [
        ["a", "s"],
        ["a", "other"],
        ["a", "s"],
    ]
    Attempts.validate(answers)
    Studies.validate(studies)
