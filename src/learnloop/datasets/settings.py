"""The settings of the ingest pipeline."""

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class IngestSettings(BaseModel):
    """What the ingest pipeline is told; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    now: AwareDatetime
    """The time of the run: an event that lies later is refused."""
    rejected_share_limit: float = Field(ge=0, le=1)
    """Share of refused event rows above which the run stops."""
    data_docs: Path
    """Folder of the Data Docs."""
