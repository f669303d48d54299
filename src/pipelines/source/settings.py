"""Which source feeds a run: told apart by `kind`, so that a typo fails when it is loaded."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel


class CampusSource(BaseModel):
    """The simulated campus, whose own settings are the parameters `campus`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["campus"]


class SchoolSource(BaseModel):
    """A folder of a school's own CSV or Parquet files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["school"]
    dir: Path
    """The folder."""


class SourceSettings(
    RootModel[Annotated[CampusSource | SchoolSource, Field(discriminator="kind")]]
):
    """One of the sources."""

    model_config = ConfigDict(frozen=True)
