"""What a school sees of its mistakes, and what the ingest pipeline makes of the rest."""

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from learnloop.datasets.example_school import write_example
from learnloop.datasets.school import read_school
from learnloop.datasets.settings import IngestSettings
from learnloop.errors import DataError, RejectionLimitError
from learnloop.events.schema import Attempts, Events
from pipelines.event_parts import EventPartsDataset
from pipelines.ingest import nodes

# Ibis 12 asks DuckDB 2 by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS = 4398
"""Rows of events.csv in the example."""


@pytest.fixture(scope="module", autouse=True)
def _great_expectations() -> None:
    """Its import warns of other packages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: F401


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("example")
    return {path.name: path.read_text() for path in write_example(folder, students=60, weeks=4)}


class School:
    """A copy of the example that can be spoilt and then taken in."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder
        for name, text in files.items():
            (folder / name).write_text(text)

    def line(self, name: str, number: int, edit: Callable[[str], str]) -> None:
        lines = (self.folder / name).read_text().splitlines()
        lines[number - 1] = edit(lines[number - 1])
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def take_in(self, limit: float = 0.01) -> dict[str, Any]:
        settings = IngestSettings(
            now=NOW, rejected_share_limit=limit, data_docs=self.folder / "docs"
        )
        raw = read_school(self.folder)
        parts = EventPartsDataset(filepath=str(self.folder / "raw"))
        parts.save(raw.events)
        skills, _, content = nodes.validate_content(
            raw.skills, raw.prerequisites, raw.content_items, settings
        )
        _, students, eligibility = nodes.validate_roster(
            raw.classes, raw.students, raw.eligibility, skills, settings
        )
        protected = nodes.validate_protected(
            raw.protected_attributes, raw.students, eligibility, settings
        )
        quarantine, duplicate = nodes.validate_events(
            parts.load(), raw.students, content, skills, settings
        )
        events = nodes.accept_events(parts.load(), quarantine, duplicate, eligibility, settings)
        splits = nodes.split_students(students)
        return {
            "events": events,
            "students": students,
            "protected": protected,
            "quarantine": quarantine,
            "attempts": nodes.list_attempts(events, splits),
            "snapshots": nodes.list_snapshots(events, students, splits),
            "summary": nodes.summarise_ingest(
                parts.load(), events, quarantine, duplicate, settings
            ),
        }


@pytest.fixture
def school(tmp_path: Path, example: dict[str, str]) -> School:
    return School(tmp_path, example)


def refused(taken: dict[str, Any]) -> list[tuple[Any, ...]]:
    columns = ["file", "row", "column", "expectation", "value", "reason"]
    return list(taken["quarantine"][columns].itertuples(index=False, name=None))


def test_the_example_is_taken_in_whole_but_for_those_who_did_not_consent(
    school: School,
) -> None:
    taken = school.take_in()
    Events.validate(taken["events"])
    Attempts.validate(taken["attempts"])
    counts = taken["summary"]["events"]
    raw = pd.read_csv(school.folder / "events.csv")
    roster = pd.read_csv(school.folder / "students.csv")
    # The example's two students without consent are those of rows 5 and 7.
    denied = raw["student_id"].isin(roster["student_id"].iloc[[5, 7]])
    assert counts == {
        "read": EVENTS,
        "accepted": EVENTS - int(denied.sum()),
        "duplicate": 0,
        "rejected": 0,
        "without_consent": int(denied.sum()),
    }
    assert len(taken["students"]) == len(taken["protected"]) == 58
    docs = school.folder / "docs"
    assert (docs / "index.html").is_file()
    overview = (docs / "overview.html").read_text()
    links = re.findall('href="([^"]+)"', overview)
    assert len(links) == 8  # seven tables and one batch of events
    assert all((docs / link).is_file() for link in links)
    assert "failed</span>" not in overview


def test_one_of_every_mistake_is_quarantined_and_the_run_goes_on(school: School) -> None:
    school.line("events.csv", 3, lambda row: row.replace("true", "7"))
    school.line("events.csv", 4, lambda row: row.replace("2026-01-12", "2031-01-12"))
    school.line("events.csv", 5, lambda row: row.replace("0c170ab8a81af99b,", "nobody,"))
    school.line("events.csv", 6, lambda row: row.replace(",tablet,", ",abacus,"))
    school.line("events.csv", 7, lambda row: row.replace("algebra-", "alchemy-", 1))
    school.line("events.csv", 8, lambda row: row.replace("2026-01-12T", "at ", 1))
    taken = school.take_in()
    in_set = "expect_column_values_to_be_in_set"
    between = "expect_column_values_to_be_between"
    null = "expect_column_values_to_be_null"
    found = refused(taken)
    assert found[0] == ("events.csv", 3, "correct", in_set, "7", "is not 0 or 1")
    assert found[1][:4] == ("events.csv", 4, "occurred_at", between)
    assert found[1][4:] == ("2031-01-12T08:08:57+00:00", "lies in the future")
    assert found[2] == ("events.csv", 5, "student_id", in_set, "nobody", "is not in students")
    assert found[3][2:5] == ("device", in_set, "abacus")
    assert found[4][2:4] == ("content_id", in_set)
    assert found[5][:4] == ("events.csv", 8, "occurred_at", null)
    assert found[5][4].startswith("at 08")
    assert taken["summary"]["events"]["rejected"] == 6
    assert taken["summary"]["reasons"]["correct is not 0 or 1"] == 1


def test_what_was_refused_is_shown_without_naming_a_student(
    school: School, caplog: pytest.LogCaptureFixture
) -> None:
    school.line("events.csv", 3, lambda row: row.replace("true", "7"))
    school.line("events.csv", 5, lambda row: row.replace("0c170ab8a81af99b,", "nobody,"))
    with caplog.at_level("WARNING", logger="pipelines"):
        school.take_in()
    assert caplog.messages == [
        "refused: events.csv, column 'correct', row 3: '7' is not 0 or 1 (1 rows)",
        "refused: events.csv, column 'student_id', row 5: the id is not in students (1 rows)",
    ]


def test_a_second_row_of_an_event_is_a_duplicate_and_no_mistake(school: School) -> None:
    first = (school.folder / "events.csv").read_text().splitlines()[1]
    school.line("events.csv", 9, lambda row: f"{first.split(',')[0]},{row.split(',', 1)[1]}")
    taken = school.take_in()
    assert taken["summary"]["events"]["duplicate"] == 1
    assert taken["summary"]["events"]["rejected"] == 0
    kept = taken["events"].filter(taken["events"]["event_id"] == first.split(",")[0]).execute()
    assert kept["verb"].tolist() == ["opened_session"]


def test_too_many_mistakes_stop_the_run_and_are_named(school: School) -> None:
    for number in (3, 4, 5):
        school.line("events.csv", number, lambda row: row.replace("true", "7"))
    with pytest.raises(RejectionLimitError) as error:
        school.take_in(limit=0.0005)
    assert str(error.value) == (
        "events.csv, column 'correct', row 3, 4, 5: '7' is not 0 or 1 "
        "(expect_column_values_to_be_in_set; 3 rows). Of 4398 events 3 were refused, 0.1%; "
        "at most 0.1% may be. Mend the rows, or raise ingest.rejected_share_limit."
    )


def test_an_id_that_appears_twice_in_a_roster_stops_the_run(school: School) -> None:
    school.line(
        "skills.csv", 3, lambda row: row.replace("algebra-fractions", "algebra-integers")
    )
    with pytest.raises(DataError) as error:
        school.take_in()
    assert str(error.value) == (
        "skills.csv, column 'skill_id', row 2, 3: 'algebra-integers' appears more than once."
    )


def test_an_unknown_id_in_a_content_file_stops_the_run(school: School) -> None:
    school.line("content.csv", 2, lambda row: row.replace("algebra-integers,420", "magic,420"))
    with pytest.raises(DataError) as error:
        school.take_in()
    assert str(error.value) == (
        "content.csv, column 'skill_ids', row 2: 'magic' is not in skills, or names none."
    )


def test_prerequisites_in_a_circle_stop_the_run(school: School) -> None:
    school.line("prerequisites.csv", 3, lambda _: "algebra-integers,algebra-fractions")
    with pytest.raises(DataError) as error:
        school.take_in()
    assert str(error.value) == (
        "prerequisites.csv, column 'requires_skill_id', row 2, 3: the prerequisites form a "
        "cycle: algebra-fractions → algebra-integers → algebra-fractions. "
        "Remove one of these rows."
    )


def test_a_school_without_any_consent_is_told_so(school: School) -> None:
    path = school.folder / "students.csv"
    table = pd.read_csv(path, dtype=str)
    table.assign(learning_consent="").to_csv(path, index=False)
    with pytest.raises(DataError) as error:
        school.take_in()
    assert str(error.value).startswith(
        "students, column 'learning_consent': none of 60 students may be learned from."
    )


def keep_events(school: School, rows: Callable[[pd.DataFrame], pd.Series]) -> None:
    path = school.folder / "events.csv"
    table = pd.read_csv(path, dtype=str)
    table[rows(table)].to_csv(path, index=False)


def test_a_school_of_one_student_is_told_that_it_is_too_small(school: School) -> None:
    first = pd.read_csv(school.folder / "students.csv")["student_id"].iloc[0]
    keep_events(school, lambda events: events["student_id"] == first)
    with pytest.raises(DataError) as error:
        school.take_in()
    # A hash puts this student among those who train.
    assert str(error.value) == (
        "events, column 'correct': 1 train, 0 validation, 0 test students have answered, but "
        "models need right and wrong answers by each of these groups; 'validation' has not "
        "both. Give more students: of those who may be learned from, 70 % train the models, "
        "15 % validate and 15 % test them."
    )


def test_a_school_whose_answers_are_all_wrong_is_told_so(school: School) -> None:
    keep_events(school, lambda events: events["correct"] != "true")
    with pytest.raises(DataError, match="'train' has not both"):
        school.take_in()


def test_a_log_without_a_whole_week_is_too_short(school: School) -> None:
    keep_events(school, lambda events: events["occurred_at"] < "2026-01-17")
    with pytest.raises(DataError) as error:
        school.take_in()
    assert str(error.value) == (
        "events, column 'occurred_at': the log ends before any student has been there for a "
        "week. Give a longer log, or check `enrolled_at` of the students."
    )


def test_attempts_are_in_order_within_each_student(school: School) -> None:
    attempts = school.take_in()["attempts"]
    for _, mine in attempts.groupby("student_id"):
        assert mine["position"].tolist() == list(range(len(mine)))
        assert mine["occurred_at"].is_monotonic_increasing


def test_snapshots_are_the_ends_of_whole_weeks(school: School) -> None:
    taken = school.take_in()
    snapshots = taken["snapshots"]
    start = pd.Timestamp("2026-01-12T00:00:00Z")
    assert sorted(snapshots["week"].unique()) == [1, 2, 3, 4]
    assert (snapshots["as_of"] == start + snapshots["week"] * pd.Timedelta(days=7)).all()
    assert len(snapshots) == 4 * len(taken["students"])
