"""Nodes of the ingest pipeline; Great Expectations also writes its Data Docs from here."""

import logging
from typing import Any

import ibis
import pandas as pd

from learnloop.datasets.learning_records import attempts_of, snapshots_of, splits_of, studies_of
from learnloop.datasets.quarantine import examples, quarantine_of, require_few_refused
from learnloop.datasets.raw_events import Known, accepted, batches, duplicates, places
from learnloop.datasets.rosters import valid_content, valid_protected, valid_roster
from learnloop.datasets.rules import event_rules
from learnloop.datasets.settings import IngestSettings
from learnloop.datasets.validation import validate
from learnloop.errors import DataError
from learnloop.governance.versions import hash_events, hash_tables
from learnloop.privacy.consent import consented, consented_rows

Table = pd.DataFrame

logger = logging.getLogger(__name__)


def validate_content(
    skills: Table, prerequisites: Table, content_items: Table, settings: IngestSettings
) -> tuple[Table, Table, Table]:
    """Validated skills, prerequisites and content items."""
    return valid_content(skills, prerequisites, content_items, settings.data_docs)


def validate_roster(
    classes: Table,
    students: Table,
    eligibility: Table,
    skills: Table,
    settings: IngestSettings,
) -> tuple[Table, Table, Table]:
    """Validated classes, consented students alone, and the whole of eligibility."""
    courses = set(skills["course_id"])
    valid = valid_roster(classes, students, eligibility, courses, settings.data_docs)
    allowed = consented_rows(valid[1], valid[2])
    if allowed.empty:
        raise DataError(
            f"none of {len(students)} students may be learned from.",
            file="students",
            column="learning_consent",
            remedy="Ask for consent, and for a parent's where a student is under 13.",
        )
    return valid[0], allowed, valid[2]


def validate_protected(
    protected: Table, students: Table, eligibility: Table, settings: IngestSettings
) -> Table:
    """Validated protected attributes of consented students; in a node of their own, so
    that nothing which learns is made from them.
    """
    valid = valid_protected(protected, students, settings.data_docs)
    return consented_rows(valid, eligibility)


def split_students(students: Table) -> Table:
    """What each student's data is used for."""
    return splits_of(students)


def validate_events(
    raw: ibis.Table,
    raw_students: Table,
    content_items: Table,
    skills: Table,
    settings: IngestSettings,
) -> tuple[Table, Table]:
    """Which rows of the log are refused, and which repeat another one."""
    known = Known(
        frozenset(raw_students["student_id"].dropna()),
        frozenset(content_items["content_id"]),
        frozenset(skills["skill_id"]),
    )
    rules = event_rules(settings.now)
    findings = validate("events", rules, batches(raw, known), settings.data_docs)
    quarantine = quarantine_of(findings, places(raw, findings))
    return quarantine, duplicates(raw, quarantine)


def accept_events(
    raw: ibis.Table,
    quarantine: Table,
    duplicate: Table,
    eligibility: Table,
    settings: IngestSettings,
) -> ibis.Table:
    """The log that everything downstream reads: valid, unique, consented, in order."""
    require_few_refused(quarantine, int(raw.count().execute()), settings.rejected_share_limit)
    left_out = pd.concat([quarantine[["file", "row"]], duplicate], ignore_index=True)
    events = consented(accepted(raw, left_out), eligibility)
    if not int(events.count().execute()):
        raise DataError("no event is left of a student who consented.", file="events")
    return events.order_by(["occurred_at", "event_id"])


def list_attempts(events: ibis.Table, student_splits: Table) -> Table:
    """One row per answered question."""
    return attempts_of(events, student_splits)


def list_studies(events: ibis.Table) -> Table:
    """One row per time that a student studied."""
    return studies_of(events)


def list_snapshots(events: ibis.Table, students: Table, student_splits: Table) -> Table:
    """One row per student and week."""
    return snapshots_of(events, students, student_splits)


def summarise_ingest(
    raw: ibis.Table,
    events: ibis.Table,
    quarantine: Table,
    duplicate: Table,
    settings: IngestSettings,
) -> dict[str, Any]:
    """How many events came, how many stayed, and why the others did not."""
    read, kept = int(raw.count().execute()), int(events.count().execute())
    for line in examples(quarantine):
        logger.warning("refused: %s", line)
    if len(duplicate):
        logger.warning("left out: %s rows repeat an event_id", len(duplicate))
    reasons = (quarantine["column"] + " " + quarantine["reason"]).value_counts()
    return {
        "events": {
            "read": read,
            "accepted": kept,
            "duplicate": len(duplicate),
            "rejected": len(quarantine),
            "without_consent": read - kept - len(duplicate) - len(quarantine),
        },
        "reasons": {str(reason): int(rows) for reason, rows in sorted(reasons.items())},
        "data_docs": str(settings.data_docs / "overview.html"),
    }


def hash_data(
    events: ibis.Table,
    content_items: Table,
    skills: Table,
    prerequisites: Table,
    students: Table,
    student_splits: Table,
    classes: Table,
    eligibility: Table,
) -> dict[str, Any]:
    """A hash of each table that models are made from, and the extent of the log."""
    tables = {
        "content_items": content_items,
        "skills": skills,
        "prerequisites": prerequisites,
        "students": students,
        "student_splits": student_splits,
        "classes": classes,
        "eligibility": eligibility,
    }
    extent = events.aggregate(
        rows=events.count(), first=events.occurred_at.min(), last=events.occurred_at.max()
    ).to_pandas()
    return {
        "tables": {
            "events": hash_events(events),
            **{name: hash_tables([table]) for name, table in tables.items()},
        },
        "events": int(extent["rows"].iloc[0]),
        "first_event": extent["first"].iloc[0].isoformat(),
        "last_event": extent["last"].iloc[0].isoformat(),
        "students": {
            split: int(count)
            for split, count in student_splits["split"].value_counts().sort_index().items()
        },
    }
