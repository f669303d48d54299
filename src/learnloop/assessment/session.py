"""One student's test: all that must be kept between two questions, as JSON."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnloop.assessment.settings import Accommodations


class EndReason(StrEnum):
    """Why a test is over."""

    PRECISE = "precise"
    """The standard error fell below the one asked for."""
    PLACED = "placed"
    """One level is as probable as asked for."""
    LENGTH = "length"
    """The largest number of questions was answered."""
    TIME = "time"
    """The student's time is up."""
    BANK = "bank"
    """No question is left that may be asked."""
    STOPPED = "stopped"
    """Somebody ended it."""


class Clock(BaseModel):
    """Working time; it stands still in a granted break."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spent_s: float = Field(default=0.0, ge=0)
    """Working time up to `since`, seconds."""
    since: AwareDatetime
    """From here on time counts: as work, or as a break where `paused`."""
    paused: bool = False
    break_spent_s: float = Field(default=0.0, ge=0)

    def spent(self, now: AwareDatetime, break_limit_s: float) -> tuple[float, float]:
        """Seconds of work and of breaks until `now`; a break beyond its limit is work.

        Args:
            now: not before `since`; an earlier time counts as `since`.
            break_limit_s: of all breaks together; may be infinite.
        """
        elapsed = max((now - self.since).total_seconds(), 0.0)
        if not self.paused:
            return self.spent_s + elapsed, self.break_spent_s
        rest = min(elapsed, max(break_limit_s - self.break_spent_s, 0.0))
        return self.spent_s + elapsed - rest, self.break_spent_s + rest

    def turned(self, now: AwareDatetime, break_limit_s: float, *, paused: bool) -> "Clock":
        """The clock from `now` on, standing still or running."""
        spent, rested = self.spent(now, break_limit_s)
        return Clock(spent_s=spent, since=now, paused=paused, break_spent_s=rested)


class Session(BaseModel):
    """The state of one test. `model_dump_json` saves it, `model_validate_json` restores it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank_version: str
    """Of the bank that it was begun with; another bank refuses it."""
    prior_mean: float
    prior_sd: float = Field(gt=0)
    accommodations: Accommodations
    barred: tuple[str, ...] = ()
    """Questions that must not be asked: already known, above the student's age, …"""
    answered: tuple[str, ...] = ()
    """In order."""
    correct: tuple[bool, ...] = ()
    """One per answered question."""
    pending: str | None = None
    """The question that is before the student."""
    clock: Clock
    ended: EndReason | None = None


class Result(BaseModel):
    """What a test has found so far; final once `ended` is set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ability: float
    """Posterior mean, in standard deviations of the population."""
    standard_error: float
    """By the definition of the settings; infinite before the first answer where the prior
    does not count."""
    low: float
    """The ability is in [low, high] with probability .95."""
    high: float
    questions: int
    level: int | None
    """The most probable level, 0 the lowest; ``None`` without cuts."""
    level_probabilities: tuple[float, ...]
    masteries: dict[str, float]
    """Expected mastery by skill of the bank, in [0, 1]: where a new student starts."""
    asked_by_skill: dict[str, int]
    """Questions answered, of each skill that has some."""
    ended: EndReason | None
