"""What a school may choose about the search for gaps and the report on its skill model."""

from pydantic import BaseModel, ConfigDict, Field

from learnloop.paths.settings import PathSettings


class GapSettings(BaseModel):
    """`params:diagnosis.gaps`; conf/base/parameters_diagnosis.yml says why each is as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    explains: float = Field(gt=0, lt=1)
    """A prerequisite explains the errors if, were it known, at least this share of the wrong
    answers to be expected would be right."""
    work: float = Field(gt=0)
    """Effect of work, in multiples of what is learned of it, for `explained`: beliefs are
    drawn to the mean, and effects with them."""
    slope: float = Field(gt=0)
    shift: float
    """Of the log odds of a confidence, as the model gives it, to calibrate it (Platt 1999)."""
    name_from: float = Field(gt=0, lt=1)
    """A gap is named from this confidence on."""
    deny_below: float = Field(gt=0, lt=1)
    """Below this confidence in any gap the skill itself is said not to be learnt yet."""
    spread: float = Field(ge=0)
    """How much students differ in what practice brings them, as a share of its mean."""
    paths: PathSettings
    """How the remedial path is planned; a skill is known from `paths.mastered` on."""


class SkillModelSettings(BaseModel):
    """`params:diagnosis.skill_model`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    false_discovery_rate: float = Field(default=0.05, gt=0, lt=1)
    """Expected share of false alarms among the flags of one kind (Benjamini and Hochberg)."""
    fewest_students: int = Field(default=30, ge=4)
    """Who answered, for anything to be said of a skill, an item or a prerequisite."""
    fewest_questions: int = Field(default=3, ge=1)
    """Of a skill; with fewer, mastery rests on the quirks of one question."""
    flat_gain: float = Field(default=0.05, gt=0, lt=1)
    """A curve is flat if the share correct surely rises by less than this from the first
    answer to the fifth, or by less than half of what is left to learn if that is less."""
    known_from: float = Field(default=0.9, gt=0.5, lt=1)
    """A skill is known from the start, and not flat, if the share correct is at least this at
    the first answer and at the fifth."""
    margin: float = Field(default=0.05, gt=0, lt=1)
    """A prerequisite is contradicted if having all of it right rather than all of it wrong
    surely raises the share correct on the skill by less than this, beyond what a skill that
    has nothing to do with it does."""
    most_students: int = Field(default=1_000, ge=100)
    """Of a skill whose curve is fitted: more only narrow intervals that are narrow already."""
