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


class CrossedSettings(BaseModel):
    """How the model with student, skill and item effects is fitted; variances in logits².

    The defaults were chosen on validation answers of ASSISTments 2009; which factors are
    used is chosen anew at every fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    student_variance: float = Field(default=1.0, gt=0)

    skill_variance: float = Field(default=0.8, gt=0)

    item_variance: float = Field(default=0.7, gt=0)
    """Of items around their skill."""

    pair_variance: float = Field(default=0.4, gt=0)
    """Of a student's ability in one skill around the student's ability in all."""

    rank: int = Field(default=32, ge=0)
    """How many factors students and items may share."""

    factor_variances: tuple[float, ...] = (0.0, 0.02, 0.07)
    """Of an item's loading on a factor: those that are tried, 0 being no factors. The one
    under which answers held out for validation are likeliest is kept."""

    validation_share: float = Field(default=0.1, gt=0, lt=1)
    """Of the answers, held out while choosing; the model is then fitted on all."""

    sweeps: int = Field(default=6, ge=1)
    """Rounds over all effects; later ones change an AUC by less than .002."""

    seed: int = 0
    """Of what is held out, and of where the factors start."""


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
