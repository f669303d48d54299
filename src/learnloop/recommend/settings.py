"""The numbers that a school may turn, checked when they are loaded."""

from pydantic import BaseModel, ConfigDict, Field

from learnloop.content.schema import ContentType


class LogSettings(BaseModel):
    """How a student's history is read from the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon_days: int = Field(14, ge=7, multiple_of=7)
    """Take-up means: within this many days of the decision."""
    training_snapshots: int = Field(3, ge=1)
    """Earlier decisions, `horizon_days` apart, that take-up is learned from."""
    finished_progress: float = Field(0.9, gt=0, le=1)
    """Share of a video, text or exercise after which it counts as finished."""
    review_days: float = Field(21, gt=0)
    """A solved question may be asked again after so many days, a failed one at once."""


class GainSettings(BaseModel):
    """What an item is expected to teach; see `learnloop.recommend.gain`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target_success: float = Field(0.7, gt=0, lt=1)
    success_width: float = Field(0.2, gt=0)
    """Distance from the target, in probability, at which the fit falls to .61."""
    patience_minutes: float = Field(15, gt=0)
    """An item of this length counts half of one that takes no time."""
    paces: dict[ContentType, float] = {
        ContentType.VIDEO: 0.012,
        ContentType.TEXT: 0.012,
        ContentType.INTERACTIVE: 0.036,
        ContentType.ASSESSMENT: 0.036,
    }
    """Share of what is missing that a first minute closes at the right difficulty."""


class RecommenderSettings(BaseModel):
    """All of the recommender's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log: LogSettings = LogSettings()
    gain: GainSettings = GainSettings()
    factors: int = Field(32, ge=1)
    """Length of a student's and of an item's vector in the ALS factorisation."""
    regularization: float = Field(1.0, gt=0)
    confidence: float = Field(1.0, ge=0)
    """How much more a done item counts than one not done, per doubling of events."""
    iterations: int = Field(15, ge=1)
    ease_penalty: float = Field(300.0, gt=0)
    """On EASE's squared weights; larger where there are more students."""
    prerequisite_threshold: float = Field(0.5, gt=0, lt=1)
    """Mastery from which a prerequisite is met."""
    gain_weight: float = Field(0.5, ge=0)
    """Exponent of the gain in the score: 0 ranks by take-up alone, 1 by expectation."""
    type_repeat_factor: float = Field(0.9, gt=0, le=1)
    """Each earlier item of the same type in a list multiplies the score by this."""
    shortlist: int = Field(500, ge=20)
    """A student with more items open has only so many scored."""
    style_bound: float = Field(0.02, ge=0, le=0.05)
    """The learning style raises a score by this share at most: it breaks near ties."""
    exploration: float = Field(0.1, ge=0, le=0.5)
    """Share of the lists whose last place goes to an item that no training student has begun,
    of those to whom one is open that is not listed anyway; every other place is certain."""
    list_length: int = Field(10, ge=1)
    seed: int = 0
