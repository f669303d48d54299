"""`params:release`: what the gates allow, and where the reports are."""

from pydantic import BaseModel, ConfigDict, Field

from learnloop.governance.gates import GateSettings


class ReleaseParameters(BaseModel):
    """Limits of every model's gates, and the reports that the summary points to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gates: dict[str, GateSettings]
    """By pipeline."""
    draws: int = Field(ge=50)
    """Bootstrap samples of a paired comparison."""
    timed_students: int = Field(ge=30)
    """Students whose answers are timed for the latency gate."""
    reports: dict[str, str]
    """Path by name, relative to the project."""
