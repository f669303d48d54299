"""What the release must know of each of the four models, in one table."""

from dataclasses import dataclass

from learnloop.evaluation import Statistic, auc, mean


@dataclass(frozen=True)
class Room:
    """A model's pipeline, seen from the release."""

    name: str
    """Of the pipeline, and the beginning of its datasets' names."""
    registered: str
    model_class: str
    libraries: tuple[str, ...]
    """Distributions that it needs to answer, beside learnloop, numpy and pandas."""
    statistic: Statistic
    """The headline, as the quality gate compares it: higher is better."""
    outcome: str | None
    """Column of the score table that says what came true."""
    score: str
    baselines: tuple[str, ...]
    """Columns with the scores of the stated baselines."""
    stated: tuple[str, ...]
    """The same baselines, by their names in the metrics."""
    scores: str
    """The score table: a dataset, one row per scored example."""
    keys: tuple[str, ...]
    """Columns of the score table that say which example a row is."""


ROOMS = (
    Room(
        name="difficulty",
        registered="difficulty_estimator",
        model_class="learnloop.difficulty.DifficultyEstimator",
        libraries=("scipy",),
        statistic=auc,
        outcome="correct",
        score="probability",
        baselines=("baseline_probability",),
        stated=("share_correct",),
        scores="difficulty_scores",
        keys=("student_id", "content_id"),
    ),
    Room(
        name="mastery",
        registered="mastery_predictor",
        model_class="learnloop.mastery.MasteryPredictor",
        libraries=("torch", "pytorch-lightning", "pyarrow"),
        statistic=auc,
        outcome="correct",
        score="probability",
        baselines=("baseline_irt", "baseline_skill_rate"),
        stated=("irt", "skill_rate"),
        scores="mastery_scores",
        keys=("student_id", "content_id", "position"),
    ),
    Room(
        name="recommender",
        registered="content_recommender",
        model_class="learnloop.recommend.ContentRecommender",
        libraries=("scipy", "implicit"),
        statistic=mean,
        outcome=None,
        score="ndcg",
        baselines=("baseline_popularity", "baseline_curriculum_order"),
        stated=("popularity", "curriculum_order"),
        scores="recommender_scores",
        keys=("student_id",),
    ),
    Room(
        name="intervention",
        registered="intervention_trigger",
        model_class="learnloop.intervene.InterventionTrigger",
        libraries=("scipy", "scikit-learn"),
        statistic=auc,
        outcome="label",
        score="risk",
        baselines=("baseline_risk",),
        stated=("last_week_activity",),
        scores="intervention_scores",
        keys=("student_id", "as_of"),
    ),
)

BY_NAME = {room.name: room for room in ROOMS}
