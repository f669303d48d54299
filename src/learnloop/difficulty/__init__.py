"""How hard items are: item response theory with standard errors, and its evaluation."""

from learnloop.difficulty.crossed import CrossedResponseModel
from learnloop.difficulty.estimator import DifficultyEstimator
from learnloop.difficulty.evaluate import evaluate_difficulty, share_correct
from learnloop.difficulty.settings import (
    CrossedSettings,
    DifficultySettings,
    EstimatorSettings,
    EvaluationSettings,
)

__all__ = [
    "CrossedResponseModel",
    "CrossedSettings",
    "DifficultyEstimator",
    "DifficultySettings",
    "EstimatorSettings",
    "EvaluationSettings",
    "evaluate_difficulty",
    "share_correct",
]
