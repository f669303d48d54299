"""What entering data must satisfy: one list of rules per table, free of any engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from learnloop.content.schema import ContentType
from learnloop.events.schema import Device, Verb

Kind = Literal["not_null", "null", "in_set", "between", "unique", "unique_pair", "not_before"]


@dataclass(frozen=True)
class Rule:
    """One expectation of one column; nulls pass all but `not_null`.

    Args:
        kind: `not_before` compares with `other`, `unique_pair` is unique together with it.
        column: the column that is checked.
        reason: what a cell that fails is, after its value: "is not 0 or 1".
        values: the allowed ones, for `in_set`.
        low: least allowed value, for `between`.
        high: greatest allowed value, for `between`.
        other: the second column of a comparison.
        only: column and boolean: rows for which the rule is meant; ``None`` means all.
        shows: column whose value and name are reported where `column` was computed.
    """

    kind: Kind
    column: str
    reason: str
    values: tuple[str | int | bool, ...] = ()
    low: float | None = None
    high: float | datetime | None = None
    other: str | None = None
    only: tuple[str, bool] | None = None
    shows: str | None = None


def _required(*columns: str) -> tuple[Rule, ...]:
    return tuple(Rule("not_null", column, "is empty") for column in columns)


def _known(column: str, of: str) -> Rule:
    """`column`_known is computed beside `column`: no page of the docs lists the ids."""
    return Rule("in_set", f"{column}_known", f"is not in {of}", values=(True,), shows=column)


def _one_of(column: str, values: tuple[str, ...]) -> Rule:
    return Rule("in_set", column, f"is none of {', '.join(values)}", values=values)


def _unique(column: str) -> Rule:
    return Rule("unique", column, "appears more than once")


def event_rules(now: datetime) -> tuple[Rule, ...]:
    """The rules of a batch of raw events, in the order in which they are reported.

    Args:
        now: nothing can have happened later; with time zone.
    """
    return (
        Rule("null", "_bad_column", "cannot be read", shows="_bad_value"),
        _known("student_id", "students"),
        _known("content_id", "content"),
        _known("skill_ids", "skills"),
        *_required("event_id", "occurred_at", "received_at", "tenant_id", "student_id"),
        *_required("session_id", "verb", "device", "source"),
        _one_of("verb", tuple(Verb)),
        _one_of("device", tuple(Device)),
        Rule("in_set", "correct", "is not 0 or 1", values=(0, 1)),
        Rule("not_null", "correct", "is empty for an answer", only=("answered", True)),
        Rule("null", "correct", "is set, but only an answer can be", only=("answered", False)),
        Rule("not_null", "content_id", "is empty for an answer", only=("answered", True)),
        Rule("between", "score", "is outside 0 to 1", low=0, high=1),
        Rule("between", "progress", "is outside 0 to 1", low=0, high=1),
        # One year: what is longer, or infinite, is no time spent.
        Rule("between", "duration_s", "is no number of seconds", low=0, high=31_622_400),
        Rule("between", "hints_used", "is no number of hints", low=0, high=32_767),
        Rule("between", "occurred_at", "lies in the future", high=now),
        Rule("not_before", "received_at", "is before occurred_at", other="occurred_at"),
    )


TABLE_RULES: dict[str, tuple[Rule, ...]] = {
    "skills": (
        *_required("skill_id", "course_id", "name", "position"),
        _unique("skill_id"),
        Rule("between", "position", "is negative", low=0),
    ),
    "prerequisites": (
        *_required("skill_id", "requires_skill_id"),
        _known("skill_id", "skills"),
        _known("requires_skill_id", "skills"),
        Rule(
            "unique_pair",
            "skill_id",
            "has the same prerequisite more than once",
            other="requires_skill_id",
        ),
    ),
    "content": (
        *_required("content_id", "course_id", "type", "title", "skill_ids"),
        *_required("duration_s", "author_difficulty", "min_age"),
        _unique("content_id"),
        _known("course_id", "the courses of skills"),
        _known("skill_ids", "skills, or names none"),
        _one_of("type", tuple(ContentType)),
        Rule("between", "duration_s", "is not from 1 to 86400 s", low=1, high=86_400),
        Rule("in_set", "author_difficulty", "is not 1 to 5", values=(1, 2, 3, 4, 5)),
        Rule("in_set", "min_age", "is not 0 to 18", values=tuple(range(19))),
    ),
    "classes": (
        *_required("class_id", "course_id", "instructor_id", "tenant_id"),
        _unique("class_id"),
        _known("course_id", "the courses of skills"),
    ),
    "students": (
        *_required("student_id", "tenant_id", "timezone", "enrolled_at", "cohort"),
        _unique("student_id"),
        _known("class_ids", "classes, or names none"),
        _known("timezone", "the IANA list of time zones"),
        _one_of("cohort", ("learn", "audit", "reference", "test")),
    ),
    "eligibility": (
        *_required("student_id"),
        _unique("student_id"),
        _known("student_id", "students"),
        Rule("in_set", "content_ceiling", "is not 0 to 18", values=tuple(range(19))),
    ),
    "protected_attributes": (
        *_required("student_id", "gender", "ethnicity", "income_band", "disability"),
        *_required("age_band"),
        _unique("student_id"),
        _known("student_id", "students"),
    ),
}
"""The rules of each roster and content table, by the name of a school's file."""
