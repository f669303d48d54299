"""What a school may choose about learning paths."""

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

from learnloop.content.schema import ContentType


class PathSettings(BaseModel):
    """How paths are planned; those out of a learning gap by `params:diagnosis.gaps.paths`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mastered: float = Field(default=0.8, gt=0, lt=1)
    """From this mastery on a skill is known: it is not planned, nor what it needs."""

    paces: dict[ContentType, PositiveFloat] = {
        ContentType.VIDEO: 0.012,
        ContentType.TEXT: 0.012,
        ContentType.INTERACTIVE: 0.036,
        ContentType.ASSESSMENT: 0.036,
    }
    """How fast what is missing of mastery shrinks, per minute of each type of item. Doing
    counts three times watching or reading (Koedinger et al. 2015 find six)."""

    pace_without_items: float = Field(default=0.024, gt=0)
    """The same for a skill that has no item: a mixture of both."""
