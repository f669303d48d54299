"""The format of a school's own data: its files and their columns, as docs/school-format.md."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "list", "time", "number", "integer", "answer", "yes_no"]


@dataclass(frozen=True)
class Cells:
    """What the cells of one column are.

    Args:
        kind: how a cell is read; `list` is separated by semicolons, `answer` is true,
            false, 1 or 0, and any other number is kept for the validation to refuse.
        required: whether the column must be there (its cells may still be empty).
    """

    kind: Kind
    required: bool = True


FILES: dict[str, dict[str, Cells]] = {
    "skills": {
        "skill_id": Cells("text"),
        "course_id": Cells("text"),
        "name": Cells("text"),
        "position": Cells("integer", required=False),
    },
    "prerequisites": {
        "skill_id": Cells("text"),
        "requires_skill_id": Cells("text"),
    },
    "content": {
        "content_id": Cells("text"),
        "course_id": Cells("text"),
        "type": Cells("text"),
        "title": Cells("text"),
        "skill_ids": Cells("list"),
        "duration_s": Cells("number"),
        "author_difficulty": Cells("integer", required=False),
        "min_age": Cells("integer", required=False),
    },
    "classes": {
        "class_id": Cells("text"),
        "course_id": Cells("text"),
        "instructor_id": Cells("text"),
        "tenant_id": Cells("text"),
    },
    "students": {
        "student_id": Cells("text"),
        "tenant_id": Cells("text"),
        "class_ids": Cells("list"),
        "timezone": Cells("text"),
        "enrolled_at": Cells("time"),
        "cohort": Cells("text", required=False),
        "under_13": Cells("yes_no"),
        "parental_consent": Cells("yes_no"),
        "learning_consent": Cells("yes_no"),
        "content_ceiling": Cells("integer"),
    },
    "protected_attributes": {
        "student_id": Cells("text"),
        "gender": Cells("text"),
        "ethnicity": Cells("text"),
        "income_band": Cells("text"),
        "disability": Cells("text"),
        "age_band": Cells("text"),
    },
    "events": {
        "event_id": Cells("text"),
        "occurred_at": Cells("time"),
        "received_at": Cells("time", required=False),
        "tenant_id": Cells("text", required=False),
        "student_id": Cells("text"),
        "session_id": Cells("text"),
        "verb": Cells("text"),
        "content_id": Cells("text"),
        "skill_ids": Cells("list", required=False),
        "correct": Cells("answer"),
        "score": Cells("number", required=False),
        "duration_s": Cells("number"),
        "progress": Cells("number", required=False),
        "hints_used": Cells("integer", required=False),
        "device": Cells("text"),
    },
}

OPTIONAL_FILES = frozenset({"protected_attributes"})
ELIGIBILITY = ("under_13", "parental_consent", "learning_consent", "content_ceiling")
EXPECTED = {
    "time": "a time with its zone, such as 2026-01-31T09:30:00Z",
    "number": "a number",
    "integer": "a whole number",
    "answer": "true, false, 1 or 0",
    "yes_no": "true or false",
    "list": "ids separated by semicolons",
    "text": "text",
}
"""What a cell of each kind must be, for messages."""
