"""The choices that a person makes about the mastery model."""

from pydantic import BaseModel, ConfigDict, Field


class MasterySettings(BaseModel):
    """Hyper-parameters of the mastery predictor and of its evaluation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden_units: int = Field(default=32, ge=1, le=1024)
    """Width of the network's one hidden layer."""
    epochs: int = Field(default=20, ge=1)
    """Most passes over the training answers."""
    patience: int = Field(default=4, ge=1)
    """Passes without a better validation loss after which training stops."""
    batch_size: int = Field(default=1024, ge=1)
    """Answers per gradient step."""
    learning_rate: float = Field(default=0.01, gt=0)
    """Of AdamW, in the first pass."""
    learning_rate_decay: float = Field(default=0.8, gt=0, le=1)
    """Factor on the learning rate after each pass."""
    weight_decay: float = Field(default=0.0001, ge=0)
    """Of AdamW."""
    skill_weight_decay: float = Field(default=0.01, ge=0)
    """The same of what the network learns of each skill alone."""
    traits: int = Field(default=20, ge=1, le=64)
    """Dimensions of what items ask of a student and of what is believed of a student."""
    trait_iterations: int = Field(default=15, ge=1)
    """Of the fit of the items' traits."""
    item_precision: float = Field(default=5.0, gt=0)
    """How closely an item's traits are drawn to those of its skill."""
    skill_precision: float = Field(default=10.0, gt=0)
    """How closely a skill's traits are drawn to one general trait."""
    difficulty_levels: int = Field(default=5, ge=1)
    """Into how many levels a skill's items are grouped to average over them; exact for
    a skill with no more items than that."""
    difficulty_folds: int = Field(default=5, ge=2)
    """Groups of students for item difficulties and traits that did not see the student."""
    difficulty_tolerance: float = Field(default=0.01, gt=0)
    """Logits at which the fits of these groups end; coarser than the model itself."""
    folds: int = Field(default=3, ge=2)
    """Groups of students for masteries by a model that did not see the student."""
    seed: int = 0
    """Of the network's first weights and of the order of the answers."""
    bootstrap_draws: int = Field(default=300, ge=1)
    """Samples of students behind each 95 % interval."""
