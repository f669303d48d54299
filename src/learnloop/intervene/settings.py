"""How a flag of students at risk is fitted."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MitigationSettings(BaseModel):
    """What is evened out between the groups, and what it may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    constraint: Literal["equalized_odds", "true_positive_rate", "false_positive_rate"]
    """Rates of the flag that shall be alike."""
    difference_bound: float = Field(gt=0, lt=1)
    """A group whose rate is no further from that of all students is left alone."""
    auc_loss: float = Field(ge=0, lt=0.5)
    """Most that it may cost in AUC, out of fold."""
    minimum_students: int = Field(ge=2)
    """Least number of students with each label that a group must have."""


class TriggerSettings(BaseModel):
    """How the trigger is fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alert_budget: float = Field(gt=0, lt=1)
    """Share of the student-weeks asked about that may be flagged."""
    strengths: tuple[float, ...] = Field(min_length=1)
    """Inverse penalties to choose from, out of fold."""
    folds: int = Field(default=5, ge=2)
    """Groups of students, each judged by a fit to the others."""
    mitigation: MitigationSettings | None = None
    """Of a fit that is given the groups of its students; ``None`` without them."""
