"""What a person may set about the campus; a typo or an impossible value fails at load."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from learnloop.simulation.attributes import GROUPS

REFERENCE_LEAD = timedelta(weeks=26)
"""How much earlier than the current term the reference term began."""


class Cohort(StrEnum):
    """The three groups of students that the campus simulates."""

    LEARN = "learn"
    AUDIT = "audit"
    REFERENCE = "reference"


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bias(_Settings):
    """A known unfairness, planted in one group in every term."""

    attribute: Literal["gender", "ethnicity", "income_band", "disability", "age_band"]
    group: str
    """A value of the attribute."""
    kind: Literal["access", "labels"]
    """`access`: fewer sessions, more of them on phones, less watched to the end;
    `labels`: recorded answers are flipped at random, what is known is not touched."""
    strength: float = Field(ge=0, le=1)
    """0 changes nothing; 1 halves access, or flips three answers in ten."""

    @model_validator(mode="after")
    def _group_exists(self) -> Self:
        groups = tuple(GROUPS[self.attribute])
        if self.group not in groups:
            raise ValueError(
                f"bias.group is '{self.group}', but {self.attribute} is one of {groups}"
            )
        return self


class Drift(_Settings):
    """A known change of the current term against the reference term."""

    kind: Literal["none", "devices", "harder", "slower"] = "none"
    """`devices`: students move to phones; `harder`: assessment items become harder;
    `slower`: students learn less, work less often and take longer."""
    strength: float = Field(default=0.0, ge=0, le=1)


class CampusSettings(_Settings):
    """The campus: how many, how long, from when, and what is planted."""

    students: int = Field(default=1_000, ge=1)
    """Students of the current term that models learn from and are tested on."""
    audit_students: int = Field(default=10_000, ge=0)
    """Students of the current term that are only ever scored."""
    reference_students: int = Field(default=1_000, ge=0)
    """Students of the term 26 weeks earlier."""
    weeks: int = Field(default=12, ge=2, le=40)
    term_start: date = date(2025, 9, 1)
    """First day of the current term."""
    seed: int = Field(default=7, ge=0)
    guess: float = Field(default=0.0, ge=0, lt=1)
    """Chance of a right answer without knowing anything."""
    block_students: int = Field(default=2_000, ge=1)
    """Students simulated at once: memory only, results do not depend on it."""
    bias: Bias | None = None
    drift: Drift = Drift()

    def size_of(self, cohort: Cohort) -> int:
        """Number of students in `cohort`."""
        return {
            Cohort.LEARN: self.students,
            Cohort.AUDIT: self.audit_students,
            Cohort.REFERENCE: self.reference_students,
        }[cohort]

    def start_of(self, cohort: Cohort) -> date:
        """First day of the term of `cohort`."""
        return self.term_start - (REFERENCE_LEAD if cohort is Cohort.REFERENCE else timedelta())

    def drift_of(self, cohort: Cohort, kind: str) -> float:
        """Strength in [0, 1] of drift `kind` in `cohort`'s term; 0 where it is not planted."""
        planted = cohort is not Cohort.REFERENCE and self.drift.kind == kind
        return self.drift.strength if planted else 0.0
