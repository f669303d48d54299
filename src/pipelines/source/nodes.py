"""Reads the configured source into the raw tables, the log as a stream of chunks."""

import logging
from collections.abc import Iterable
from typing import Any

from learnloop.simulation import Campus, CampusSettings
from learnloop.simulation.schema import EMPTY_TRUTH_ITEMS
from learnloop.simulation.streams import split_blocks
from pipelines.source.settings import SchoolSource, SourceSettings

RAW_TABLES = (
    "raw_events",
    "raw_skills",
    "raw_prerequisites",
    "raw_content_items",
    "raw_classes",
    "raw_students",
    "raw_eligibility",
    "raw_protected",
    "truth_mastery",
    "truth_items",
    "truth_students",
)
"""What `read_source` returns; the events come first, as truth is gathered on the way."""

logger = logging.getLogger(__name__)


def read_source(source: SourceSettings, campus: CampusSettings) -> dict[str, Any]:
    """The raw tables of the campus or of a school.

    Args:
        source: which of the two.
        campus: settings of the campus; not used for a school.

    Returns:
        By the names of `RAW_TABLES`. `raw_events`, `truth_mastery` and `truth_students`
        are iterables of chunks that can be read once, so that a log need not fit into
        memory. A school's truth is not known: its truth tables have no rows.

    Raises:
        DataError: a school's files cannot be read; names file, column and row.
    """
    chosen = source.root
    return _read_school(chosen) if isinstance(chosen, SchoolSource) else _read_campus(campus)


def _read_campus(settings: CampusSettings) -> dict[str, Any]:
    campus = Campus(settings)
    streams = split_blocks(campus.blocks(_tell))
    return _named(
        streams.events,
        campus.curriculum.skills,
        campus.curriculum.prerequisites,
        campus.curriculum.items,
        campus.roster.classes,
        campus.roster.students,
        campus.roster.eligibility,
        campus.roster.protected,
        streams.mastery,
        campus.curriculum.truth_items(),
        streams.students,
    )


def _read_school(settings: SchoolSource) -> dict[str, Any]:
    from learnloop.datasets.school import read_school  # only where a school is read

    school = read_school(settings.dir)
    nothing: Iterable[Any] = ()
    return _named(
        school.events,
        school.skills,
        school.prerequisites,
        school.content_items,
        school.classes,
        school.students,
        school.eligibility,
        school.protected_attributes,
        nothing,
        EMPTY_TRUTH_ITEMS.copy(),
        nothing,
    )


def _named(*tables: Any) -> dict[str, Any]:
    return dict(zip(RAW_TABLES, tables, strict=True))


def _tell(done: int, total: int) -> None:
    logger.info("simulated %s of %s students", f"{done:,}", f"{total:,}")
