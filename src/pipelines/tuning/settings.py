"""`params:tuning`: how long to search, where, and what counts as better."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from learnloop.tuning.space import Dimension


class TuningParameters(BaseModel):
    """One search in each model's own space."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trials: int = Field(ge=1)
    """That end, those of earlier runs of the study included."""
    workers: int = Field(ge=1)
    """Processes; what is found does not depend on their number."""
    folds: int = Field(ge=2)
    """Groups of training students, each judged by a fit to the others."""
    p_value: float = Field(gt=0, lt=0.5)
    """A trial is given up when it is worse than the best one with this doubt left."""
    least_gain: float = Field(ge=0)
    """In the unit of the headline; a smaller gain is not worth a new version."""
    draws: int = Field(ge=50)
    """Bootstrap samples of an interval."""
    seed: int
    """Of what is tried."""
    studies: Path
    """Folder of the studies, one SQLite file a model."""
    write_to: Path
    """Folder of configuration that a clear gain is written into."""
    space: dict[str, dict[str, Dimension]]
    """By model, and by path within the model's parameters."""
