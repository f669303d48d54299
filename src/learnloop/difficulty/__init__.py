"""How hard items are: item response theory with standard errors, and its evaluation."""

from learnloop.difficulty.estimator import DifficultyEstimator
from learnloop.difficulty.evaluate import evaluate_difficulty, share_correct
from learnloop.difficulty.settings import (
    DifficultySettings,
    EstimatorSettings,
    EvaluationSettings,
)

__all__ = [
    "DifficultyEstimator",
    "DifficultySettings",
    "EstimatorSettings",
    "EvaluationSettings",
    "evaluate_difficulty",
    "share_correct",
]
