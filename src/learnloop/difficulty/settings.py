"""What a person may choose about the difficulty model."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EstimatorSettings(BaseModel):
    """How item parameters are fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["1pl", "2pl"] = "2pl"
    """``1pl``: all items share one discrimination; ``2pl``: each has its own."""

    shrink: bool = True
    """Whether items are pulled to the mean of their like, as strongly as the data say
    that items are alike (empirical Bayes). ``False`` is plain maximum likelihood, in
    which an item that everybody or nobody solves ends at a bound."""

    nodes: int = Field(default=41, ge=11, le=201)
    """Points of ability at which the likelihood is taken."""

    max_iterations: int = Field(default=300, ge=1)

    tolerance: float = Field(default=1e-3, gt=0)
    """The fit ends when no parameter moves by more than this, in logits."""


class EvaluationSettings(BaseModel):
    """How the model is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    draws: int = Field(default=300, ge=20)
    """Bootstrap samples of an interval."""

    seed: int = 0
    """Of the bootstrap."""


class DifficultySettings(BaseModel):
    """Everything under ``difficulty`` in the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    estimator: EstimatorSettings = EstimatorSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
