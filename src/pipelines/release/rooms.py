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
    code: tuple[str, ...]
    """Packages that the model follows from, its own and those it builds upon."""
    parameters: tuple[str, ...]
    """Top-level parameters that it follows from, keys of `SETTINGS`."""
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


SETTINGS = {
    "difficulty": "learnloop.difficulty.DifficultySettings",
    "mastery": "learnloop.mastery.MasterySettings",
    "recommender": "learnloop.recommend.RecommenderSettings",
    "intervention": "pipelines.intervention.nodes.InterventionParameters",
}
"""Import path of the model that validates each parameter and fills in its defaults."""

_SOURCE = ("learnloop.events", "learnloop.content", "learnloop.splits")
_DIFFICULTY = (*_SOURCE, "learnloop.difficulty", "pipelines.difficulty")
_MASTERY = (*_DIFFICULTY, "learnloop.mastery", "pipelines.mastery")
_FEATURES = (*_MASTERY, "learnloop.features", "pipelines.features")

ROOMS = (
    Room(
        name="difficulty",
        registered="difficulty_estimator",
        model_class="learnloop.difficulty.DifficultyEstimator",
        code=_DIFFICULTY,
        parameters=("difficulty",),
        statistic=auc,
        outcome="correct",
        score="probability",
        baselines=("baseline_probability",),
        stated=("share_correct",),
        scores="difficulty_scores",
    ),
    Room(
        name="mastery",
        registered="mastery_predictor",
        model_class="learnloop.mastery.MasteryPredictor",
        code=_MASTERY,
        parameters=("difficulty", "mastery"),
        statistic=auc,
        outcome="correct",
        score="probability",
        baselines=("baseline_irt", "baseline_skill_rate"),
        stated=("irt", "skill_rate"),
        scores="mastery_scores",
    ),
    Room(
        name="recommender",
        registered="content_recommender",
        model_class="learnloop.recommend.ContentRecommender",
        code=(*_FEATURES, "learnloop.recommend", "pipelines.recommender"),
        parameters=("difficulty", "mastery", "recommender"),
        statistic=mean,
        outcome=None,
        score="ndcg",
        baselines=("baseline_popularity",),
        stated=("popularity",),
        scores="recommender_scores",
    ),
    Room(
        name="intervention",
        registered="intervention_trigger",
        model_class="learnloop.intervene.InterventionTrigger",
        code=(*_FEATURES, "learnloop.intervene", "pipelines.intervention"),
        parameters=("difficulty", "mastery", "intervention"),
        statistic=auc,
        outcome="label",
        score="risk",
        baselines=("baseline_risk",),
        stated=("last_week_activity",),
        scores="intervention_scores",
    ),
)

BY_NAME = {room.name: room for room in ROOMS}
