"""Simulates some students of a cohort as they are in the whole of it.

A student's random numbers belong to the student alone, and students do not touch one
another, so a bias planted in one group changes nothing for anybody else.
"""

from dataclasses import fields, is_dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.audits.project import plain
from learnloop.simulation import Campus, Cohort
from learnloop.simulation.event_table import to_events
from learnloop.simulation.people import People, draw_people
from learnloop.simulation.roster import midnights
from learnloop.simulation.rows import join_rows
from learnloop.simulation.term import Term

Table = TypeVar("Table")


def everybody(campus: Campus, cohort: Cohort) -> People:
    """All students of a cohort."""
    size = campus.settings.size_of(cohort)
    return draw_people(campus.settings, campus.curriculum_of(cohort), cohort, 0, size)


def choose(table: Table, chosen: NDArray[np.bool_]) -> Table:
    """The chosen rows of a dataclass whose arrays have one row per student."""

    def cut(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return value[chosen]
        if isinstance(value, dict):
            return {name: cut(part) for name, part in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value,
                **{field.name: cut(getattr(value, field.name)) for field in fields(value)},
            )
        return value

    found: Table = cut(table)
    return found


def play(campus: Campus, people: People, days: int | None = None) -> pa.Table:
    """The events of a term, or of its first `days`, as `Campus.simulate` makes them."""
    curriculum = campus.curriculum_of(people.cohort)
    term = Term(campus.settings, curriculum, people)
    rows = [row for day in islice(term.days(), days) for row in day]
    midnight = midnights(campus.settings, people.cohort)
    return plain(to_events(curriculum, people, midnight, join_rows(rows)))
