"""`params:oulad`."""

from pydantic import BaseModel, ConfigDict, Field

from learnloop.governance.drift_enrolments import Comparison
from learnloop.intervene import TriggerSettings


class OuladDrift(BaseModel):
    """Which presentations are compared, and in what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comparisons: tuple[Comparison, ...] = Field(min_length=1)
    columns: list[str]
    """Of `oulad_examples`, and `predicted_risk`."""


class OuladParameters(BaseModel):
    """Where the files are, when and on whom the trigger is judged, and how it is fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    """The folder that holds `oulad/`; empty when it was not named."""
    days: tuple[int, ...] = Field(min_length=1)
    """Days of the course on which the trigger looks."""
    test_presentation: str
    """Its students test the models that learn from earlier presentations."""
    trigger: TriggerSettings
    drift: OuladDrift
