"""Families of learners: ways in which students may learn, forget and answer.

A policy that teaches well only those who learn as it assumes does not teach. Each family
differs from the campus's own in one respect that the literature disputes:

- Corbett and Anderson (1995), "Knowledge tracing", UMUAI 4: a skill is known or not, and
  leaps from one to the other; guess at most .3, slip at most .1.
- Cepeda et al. (2006), Psychological Bulletin 132, and Settles and Meeder (2016), ACL:
  half-lives between minutes and months.
- Koedinger et al. (2015), "Learning is not a spectator sport", ACM Learning at Scale: doing
  teaches some six times as much as watching; the opposite is the worked-example effect
  (Sweller and Cooper 1985, Cognition and Instruction 2).
- Wilson et al. (2019), "The eighty five percent rule", Nature Communications 10: learning is
  fastest at an intermediate rate of success.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from learnloop.simulation import rates


class LearnerFamily(BaseModel):
    """How students learn, forget and answer; the defaults are the campus's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    study: float = Field(default=1.0, ge=0)
    """Factor on what videos, texts and interactive items teach."""
    practice: float = Field(default=1.0, ge=0)
    """Factor on what answering a question teaches."""
    rate_spread: float = Field(default=1.0, ge=0)
    """Factor on how far apart, on a log scale, students' learning rates are."""
    half_life: float = Field(default=1.0, gt=0)
    """Factor on the half-life of what was learnt."""
    unready_gain: float = Field(default=rates.UNREADY_GAIN, ge=0, le=1)
    """Share of the gain that is left when no prerequisite is known; 1: the graph is idle."""
    weakest_link: bool = False
    """Whether the least known prerequisite decides instead of their mean."""
    guess: float | None = Field(default=None, ge=0, lt=0.5)
    """Chance of a right answer without knowing anything; `None`: the campus's."""
    slip: float = Field(default=0.0, ge=0, lt=0.5)
    """Chance of a wrong answer in spite of knowing everything."""
    transfer: float = Field(default=0.0, ge=0, le=1)
    """Share of a piece of work that counts for each direct prerequisite as well."""
    fatigue_per_hour: float = Field(default=0.0, ge=0)
    """Rate at which the gain falls, exponentially, with the hours studied on the day."""
    challenge_width: float | None = Field(default=None, gt=0)
    """Width of the bell around 7 successes in 10 outside which questions teach less."""
    leaps: bool = False
    """Whether a skill is known or not, with nothing between, and never forgotten."""


CAMPUS: Final = LearnerFamily()

FAMILIES: Final = {
    "campus": CAMPUS,
    "leaps": LearnerFamily(leaps=True, guess=0.2, slip=0.1),
    "forgetful": LearnerFamily(half_life=0.15),
    "guessing": LearnerFamily(guess=0.25, slip=0.1),
    "strict": LearnerFamily(weakest_link=True, unready_gain=0.0),
    "independent": LearnerFamily(unready_gain=1.0),
    "readers": LearnerFamily(study=2.0, practice=0.25),
    "uneven": LearnerFamily(
        rate_spread=2.0, fatigue_per_hour=0.7, challenge_width=0.25, transfer=0.25
    ),
}
"""The families that policies are tried on, by name; frozen before a policy was written."""
