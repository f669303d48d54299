"""The one place that says what each of the fifteen features is.

Schemas, Feast views, services and the table in ``docs/features.md`` are all made
from here; the formulas themselves are one function each, in `aggregates` and
`recurrences`, and use the constants below.
"""

from dataclasses import dataclass
from enum import StrEnum

HOUR_S = 3600
DAY_H = 24

TASK_WINDOW_H = 7 * DAY_H
HABIT_WINDOW_H = 28 * DAY_H
"""Four weeks: every weekday four times, so that a habit outweighs an odd week."""
TREND_HALF_H = 14 * DAY_H
"""Each of the two stretches that `assessment_performance_trend` compares."""
TREND_MIN_ANSWERS = 3
"""With fewer answers in a stretch, one answer moves the share by more than a third."""

TASK_CAP_S = 3600
"""A task is counted as an hour at most: longer ones are tabs left open."""
COMPLETE_PROGRESS = 0.9
"""Progress that counts as finished: credits and reference lists go unwatched."""
POST_POINTS, REPLY_POINTS = 1.0, 0.5
"""A reply counts half: it costs less than to open a topic."""
PREREQUISITE_CORRECT = 2
"""Correct answers since enrolment that complete a prerequisite: one may be a guess."""

SESSION_GAP_S = 30 * 60
"""Silence that ends a session even if the source goes on with its session id."""
RECENT_WINDOW_H = 7 * DAY_H
FAST_HALF_LIFE_H = 7 * DAY_H
SLOW_HALF_LIFE_H = 28 * DAY_H
TREND_WARM_UP_H = 7 * DAY_H
"""A trend needs one full week, or it would mistake Monday for growth."""
INCREASING_RATIO, DECLINING_RATIO = 1.25, 0.8
"""A quarter more, or a fifth less (its reciprocal), than the student's own habit."""

DAY_PARTS = ("night", "morning", "afternoon", "evening")
"""Quarters of the local day: 0–6, 6–12, 12–18 and 18–24 o'clock."""
DEVICES = ("desktop", "tablet", "phone")
CONTENT_TYPES = ("video", "text", "interactive", "assessment")
TRENDS = ("increasing", "stable", "declining")


class Dtype(StrEnum):
    """The types that a feature's column can have."""

    INT = "int64"
    FLOAT = "float64"
    STRING = "string"
    FLOATS = "list<float64>"


class Kind(StrEnum):
    """How a feature comes about."""

    AGGREGATE = "aggregate"
    RECURRENCE = "recurrence"
    MODEL = "model"


class NullRule(StrEnum):
    """What a student or item without any history has."""

    NULL = "null"
    ZERO = "0"


@dataclass(frozen=True)
class Column:
    """A column of a feature view.

    Attributes:
        name: as in every table and in the store.
        dtype: its type.
        low: least value, or ``None`` when there is no bound.
        high: greatest value, or ``None`` when there is no bound.
        categories: the values of a category, in the order that breaks ties.
        when_none: value where there is no history.
    """

    name: str
    dtype: Dtype
    low: float | None = None
    high: float | None = None
    categories: tuple[str, ...] = ()
    when_none: NullRule = NullRule.NULL

    @property
    def span(self) -> str:
        """The range in words."""
        if self.categories:
            return ", ".join(self.categories)
        if self.low is None and self.high is None:
            return "any"
        return f"{self.low:g} – {'∞' if self.high is None else f'{self.high:g}'}"


@dataclass(frozen=True)
class Feature:
    """One feature: its columns and what they mean."""

    name: str
    view: str
    kind: Kind
    window: str
    formula: str
    unit: str
    null_rule: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class View:
    """A feature view: rows of one entity at one time.

    Attributes:
        name: as in the store and of its Parquet file.
        entity: the key column.
        freshness: how old a value is at most while serving.
        lifetime_d: days after which a row no longer counts; 0 means never.
        real_time: written by events as they come, so that batches must not overwrite.
    """

    name: str
    entity: str
    freshness: str
    lifetime_d: int
    real_time: bool


STUDENT, CONTENT = "student_id", "content_id"

VIEWS = (
    # A row a week while training: a day more than a week keeps the join small.
    View("student_hourly", STUDENT, "an hour", 8, real_time=False),
    View("student_realtime", STUDENT, "a second", 8, real_time=True),
    View("student_mastery", STUDENT, "a second", 8, real_time=True),
    View("content_hourly", CONTENT, "an hour", 0, real_time=False),
    View("content_difficulty", CONTENT, "a training run", 0, real_time=False),
)

SERVICES: dict[str, tuple[str, ...]] = {
    "content_recommender": ("student_hourly", "student_realtime", "student_mastery"),
    "mastery_predictor": ("content_difficulty",),
    "difficulty_estimator": ("content_hourly",),
    "intervention_trigger": ("student_hourly", "student_realtime", "student_mastery"),
}
"""Feature service of each registered model: the views that it reads."""

_SHARE = (0.0, 1.0)

FEATURES = (
    Feature(
        "student_mastery_scores",
        "student_mastery",
        Kind.MODEL,
        "all answers before",
        "probability to answer the skill's items correctly now, on average, by "
        "`mastery_predictor`; out of fold for students who train another model; one "
        "number per skill, skills sorted by id (`skills_version` names the list)",
        "probability",
        "null before the first model run",
        (
            Column("student_mastery_scores", Dtype.FLOATS, *_SHARE),
            Column("skills_version", Dtype.STRING),
            Column("model_version", Dtype.STRING),
        ),
    ),
    Feature(
        "avg_time_on_task",
        "student_hourly",
        Kind.AGGREGATE,
        "7 days",
        "mean `duration_s` of watched, read, interacted and answered events that have "
        f"one, each counted as {TASK_CAP_S} s at most",
        "seconds per task",
        "null without a timed task",
        (Column("avg_time_on_task", Dtype.FLOAT, 0.0, float(TASK_CAP_S)),),
    ),
    Feature(
        "quiz_attempt_count",
        "student_realtime",
        Kind.RECURRENCE,
        "168 clock hours, the current one included",
        "number of answered events; a second try counts again",
        "answers",
        "0 without answers",
        (Column("quiz_attempt_count", Dtype.INT, 0.0, None, (), NullRule.ZERO),),
    ),
    Feature(
        "video_completion_rate",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        f"videos watched to {COMPLETE_PROGRESS:.0%} or more ÷ videos watched; a video "
        "watched again counts once, with the furthest progress in the window",
        "share of videos",
        "null without a watched video",
        (Column("video_completion_rate", Dtype.FLOAT, *_SHARE),),
    ),
    Feature(
        "forum_participation_score",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        f"{POST_POINTS:g} × posted + {REPLY_POINTS:g} × replied",
        "points",
        "0 without posts and replies",
        (Column("forum_participation_score", Dtype.FLOAT, 0.0, None, (), NullRule.ZERO),),
    ),
    Feature(
        "peer_collaboration_count",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        "number of collaborated events; posts and replies are forum work, not this",
        "events",
        "0 without any",
        (Column("peer_collaboration_count", Dtype.INT, 0.0, None, (), NullRule.ZERO),),
    ),
    Feature(
        "learning_style_vector",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        "what the student chooses and finishes, and no more: each text, video and "
        f"interactive item brought to {COMPLETE_PROGRESS:.0%} or more gives one point; "
        "text to visual, interactive to kinesthetic, video half to visual and half to "
        "auditory; points ÷ all points, so the three add up to 1",
        "share of points",
        "all three null without a finished item",
        tuple(
            Column(f"learning_style_{sense}", Dtype.FLOAT, *_SHARE)
            for sense in ("visual", "auditory", "kinesthetic")
        ),
    ),
    Feature(
        "engagement_trend",
        "student_realtime",
        Kind.RECURRENCE,
        f"half-lives of {FAST_HALF_LIFE_H // DAY_H} and {SLOW_HALF_LIFE_H // DAY_H} days",
        "ratio of two exponentially weighted mean rates of events (all verbs but "
        "opened_session), fast ÷ slow, each divided by the weight of the time since the "
        f"first event: increasing from {INCREASING_RATIO:g}, declining up to "
        f"{DECLINING_RATIO:g}, else stable",
        "category",
        f"null until {TREND_WARM_UP_H // DAY_H} days after the first event",
        (Column("engagement_trend", Dtype.STRING, categories=TRENDS),),
    ),
    Feature(
        "prerequisite_completion_status",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days of work, all answers before",
        "of the direct prerequisites of the skills worked on in the window (any event "
        f"that names them), the share with {PREREQUISITE_CORRECT} or more correct answers "
        "to items whose primary skill it is",
        "share of prerequisites",
        "null if nothing was worked on, or nothing of it has prerequisites",
        (Column("prerequisite_completion_status", Dtype.FLOAT, *_SHARE),),
    ),
    Feature(
        "content_difficulty_preference",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        "mean `author_difficulty` of the items of all events on content, an item used "
        "twice counting twice",
        "author's scale, 1 easy – 5 hard",
        "null without content",
        (Column("content_difficulty_preference", Dtype.FLOAT, 1.0, 5.0),),
    ),
    Feature(
        "session_frequency",
        "student_realtime",
        Kind.RECURRENCE,
        "24 and 168 clock hours, the current one included",
        "number of sessions begun; a session begins with an event whose `session_id` is "
        f"not that of the event before, or after {SESSION_GAP_S // 60} minutes of silence "
        "(from the event before to `occurred_at` − `duration_s`)",
        "sessions",
        "0 without sessions",
        (
            Column("session_frequency_daily", Dtype.INT, 0.0, None, (), NullRule.ZERO),
            Column("session_frequency_weekly", Dtype.INT, 0.0, None, (), NullRule.ZERO),
        ),
    ),
    Feature(
        "time_of_day_preference",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        "quarter of the day (0–6, 6–12, 12–18, 18–24 o'clock in the student's own time "
        "zone, daylight saving as on the day of the event) with the most events",
        "category",
        "null without events",
        (Column("time_of_day_preference", Dtype.STRING, categories=DAY_PARTS),),
    ),
    Feature(
        "device_type",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        "device of the most events",
        "category",
        "null without events",
        (Column("device_type", Dtype.STRING, categories=DEVICES),),
    ),
    Feature(
        "content_type_preference",
        "student_hourly",
        Kind.AGGREGATE,
        "28 days",
        "content type on which the most time was spent (watched: video, read: text, "
        f"interacted: interactive, answered: assessment; {TASK_CAP_S} s at most an event)",
        "category",
        "null without time on content",
        (Column("content_type_preference", Dtype.STRING, categories=CONTENT_TYPES),),
    ),
    Feature(
        "assessment_performance_trend",
        "student_hourly",
        Kind.AGGREGATE,
        "14 days and the 14 before",
        "share of correct answers in the last 14 days − share in the 14 days before",
        "difference of shares",
        f"null with fewer than {TREND_MIN_ANSWERS} answers in either stretch",
        (Column("assessment_performance_trend", Dtype.FLOAT, -1.0, 1.0),),
    ),
)
"""The fifteen features of a student."""

CONTENT_FEATURES = (
    Feature(
        "content_responses",
        "content_hourly",
        Kind.AGGREGATE,
        "28 days",
        "answers to the item by training students, the share of them that are correct, "
        "the median of their `duration_s`",
        "answers, share, seconds",
        "no row without answers; duration null where no answer has one",
        (
            Column("attempts", Dtype.INT, 1.0, None, (), NullRule.ZERO),
            Column("share_correct", Dtype.FLOAT, *_SHARE),
            Column("median_duration_s", Dtype.FLOAT, 0.0, None),
        ),
    ),
    Feature(
        "item_parameters",
        "content_difficulty",
        Kind.MODEL,
        "all answers of the training students",
        "2PL parameters by `difficulty_estimator` and how sure it is",
        "logits; discrimination per logit",
        "an item without answers has its prior",
        (
            Column("difficulty", Dtype.FLOAT),
            Column("discrimination", Dtype.FLOAT, 0.0, None),
            Column("difficulty_se", Dtype.FLOAT, 0.0, None),
        ),
    ),
)
"""Features of a content item that models use beside the fifteen."""


def view_named(name: str) -> View:
    """The view of that name.

    Raises:
        KeyError: there is none.
    """
    return {view.name: view for view in VIEWS}[name]


def columns_of_view(name: str) -> tuple[Column, ...]:
    """The feature columns of a view, in the order of the definitions."""
    return tuple(
        column
        for feature in (*FEATURES, *CONTENT_FEATURES)
        if feature.view == name
        for column in feature.columns
    )


def columns_of(service: str) -> tuple[Column, ...]:
    """The feature columns of a feature service, view by view.

    Raises:
        KeyError: there is no such service.
    """
    return tuple(column for view in SERVICES[service] for column in columns_of_view(view))
