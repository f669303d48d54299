"""What a school may choose about a test, and what a student may need in it."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class AccessNeed(StrEnum):
    """What a student works with; an item says which of them it is unsuited for."""

    SCREEN_READER = "screen_reader"
    KEYBOARD_ONLY = "keyboard_only"
    NO_SOUND = "no_sound"
    NO_COLOUR = "no_colour"


class Accommodations(BaseModel):
    """What a student is granted; the default is nobody's exception.

    It changes which items are asked and how long the clock runs, never how answers count.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_multiplier: float = Field(default=1.0, ge=1, le=10)
    """Of the test's time limit; 1.5 is half as much time again."""

    untimed: bool = False
    """No time limit at all."""

    breaks: bool = False
    """Whether the student may stop the clock."""

    break_minutes: float | None = Field(default=None, gt=0)
    """How long the clock may stand still in all; what goes beyond counts as working time.
    ``None``: as long as the student needs."""

    needs: frozenset[AccessNeed] = frozenset()
    """Items unsuited for any of these are never asked."""

    languages: frozenset[str] = frozenset()
    """Only items in one of these (BCP 47 tags as the bank writes them) are asked; empty:
    any language. Items without a language suit all."""


class AssessmentSettings(BaseModel):
    """How a test runs and ends; `assessment.test` in the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    standard_error: float = Field(default=0.3, gt=0)
    """The test ends below this, in standard deviations of the population's ability."""

    error: Literal["posterior", "information"] = "posterior"
    """What standard error means. ``posterior``: standard deviation of the ability after
    the answers, the prior belief counted. ``information``: 1 / sqrt(sum of the asked
    items' information at the estimated ability), as if nothing had been known before."""

    min_items: int = Field(default=1, ge=1)
    max_items: int = Field(default=40, ge=1)

    time_limit_minutes: float | None = Field(default=None, gt=0)
    """Of the whole test, before accommodations; ``None``: no limit."""

    cuts: tuple[float, ...] = ()
    """Abilities that part the levels of a placement, ascending; empty: no levels."""

    level_confidence: float | None = Field(default=None, gt=0.5, lt=1)
    """The test also ends once a level is at least so probable; ``None``: never for that."""

    content: dict[str, float] = {}
    """Share of the questions by skill, summing to 1; empty: wherever most is learned of
    the student. Skills without a share are then not asked."""

    max_exposure: float = Field(default=1.0, gt=0, le=1)
    """The largest share of students who may meet the same item; 1: no control."""

    least_prior_sd: float = Field(default=0.4, gt=0, le=1)
    """Belief from masteries is never taken as surer than this: a test shall test."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_items > self.max_items:
            raise ValueError(f"min_items {self.min_items} is above max_items {self.max_items}")
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError(f"cuts {self.cuts} do not ascend")
        if self.level_confidence is not None and not self.cuts:
            raise ValueError("level_confidence needs cuts")
        if self.content and abs(sum(self.content.values()) - 1) > 1e-6:
            raise ValueError(f"the shares of content sum to {sum(self.content.values()):g}")
        if any(share <= 0 for share in self.content.values()):
            raise ValueError("a share of content is not above 0: leave that skill out")
        return self
