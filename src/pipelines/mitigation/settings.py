"""`params:mitigation`."""

from pydantic import BaseModel, ConfigDict

from learnloop.intervene import MitigationSettings


class MitigationParameters(BaseModel):
    """Which attribute is mitigated, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribute: str
    """A column of the protected attributes."""
    rules: MitigationSettings
