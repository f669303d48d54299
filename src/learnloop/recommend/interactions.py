"""Reads students' histories from the log up to their decision moments."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import DataError
from learnloop.events.schema import Verb
from learnloop.recommend.schema import SPLITS
from learnloop.recommend.settings import LogSettings

USES_CONTENT = (Verb.WATCHED, Verb.READ, Verb.INTERACTED, Verb.ANSWERED)
LISTS = (
    "history_content",
    "history_events",
    "history_first_days",
    "history_last_days",
    "history_finished",
    "history_due",
    "taken",
)
SECONDS_A_DAY = 86_400


def decision_moments(
    features: pd.DataFrame, students: pd.DataFrame, settings: LogSettings
) -> pd.DataFrame:
    """Which student is asked about when: student_id, as_of, split, week and features.

    All are asked `horizon_days` before the last week of training students, so that
    what they took up then is known; training and validation students, from whom the
    recommender learns and on whom it is calibrated, also at earlier moments.

    Raises:
        DataError: the term is too short to learn what students take up.
    """
    enrolled = features["student_id"].map(students.set_index("student_id")["enrolled_at"])
    weeks = ((features["as_of"] - enrolled).dt.days // 7).astype("int64")
    asked = features.assign(week=weeks)[features["split"].isin(SPLITS)]
    step = settings.horizon_days // 7
    training = asked["split"] == "train"
    decision = int(asked.loc[training, "week"].max()) - step if training.any() else -1
    earlier = [
        week
        for i in range(1, settings.training_snapshots + 1)
        if (week := decision - i * step) >= 1
    ]
    if not earlier:
        raise DataError(
            "the training students' term is too short to learn what they take up:"
            f" it needs at least {2 * step + 1} weekly snapshots.",
            file="recommender_features",
            column="as_of",
            remedy="Give a longer log, or lower `recommender.log.horizon_days`.",
        )
    before = asked["split"].isin(["train", "validation"]) & asked["week"].isin(earlier)
    kept = (asked["week"] == decision) | before
    return asked[kept].sort_values(["student_id", "as_of"]).reset_index(drop=True)


def histories(events: Any, moments: pd.DataFrame, settings: LogSettings) -> pd.DataFrame:
    """What each student had done before the moment, and took up after it.

    Args:
        events: the validated log, an Ibis table.
        moments: student_id, as_of, week.
        settings: horizon, and what finished and due mean.

    Returns:
        One row per student × week with any event around it: student_id, week and
        the list columns of `LearnerSnapshots`.
    """
    pairs = _pairs(events, moments, settings).to_pyarrow()
    keys: pd.DataFrame = pairs.select(["student_id", "week"]).to_pandas()
    # The pairs are sorted, so each student × week is one run of rows.
    new = (keys != keys.shift()).any(axis=1).to_numpy()
    group = np.cumsum(new) - 1
    past = pairs["events"].to_numpy() > 0
    lists = {
        f"history_{name}": _listed(pairs[name], past, group)
        for name in ("events", "first_days", "last_days", "finished", "due")
    }
    content = pairs["content_id"]
    return keys[new].assign(
        history_content=_listed(content, past, group),
        **lists,
        taken=_listed(content, pairs["taken"].to_numpy(zero_copy_only=False), group),
    )


def _listed(values: Any, kept: NDArray[np.bool_], group: NDArray[np.int64]) -> list[Any]:
    """The kept values of each group as an array."""
    ends = np.cumsum(np.bincount(group[kept], minlength=int(group.max(initial=-1)) + 1))
    parts = np.split(values.to_numpy(zero_copy_only=False)[kept], ends)
    return parts[:-1]


def _pairs(events: Any, moments: pd.DataFrame, settings: LogSettings) -> Any:
    """One row per student × week × item touched before the moment or in the horizon."""
    import ibis

    asked = ibis.memtable(moments[["student_id", "week", "as_of"]])
    verbs = [verb.value for verb in USES_CONTENT]
    content = events.filter(events.verb.isin(verbs), events.content_id.length() > 0)
    beside = content.join(asked, "student_id")
    second = beside.occurred_at.epoch_seconds()
    used = beside.select(
        "student_id",
        "week",
        "content_id",
        "progress",
        seconds_to=second - beside.as_of.epoch_seconds(),
        early=beside.occurred_at < beside.as_of,
        answered=beside.verb == Verb.ANSWERED.value,
        # Odd when right: the largest of a group tells how the last answer went. Of two
        # answers within a second the right one counts.
        answer=second * 2 + beside.correct.cast("int64").fill_null(0),
    ).filter(lambda row: row.seconds_to < settings.horizon_days * SECONDS_A_DAY)
    pair = used.group_by(["student_id", "week", "content_id"]).agg(
        events=used.early.sum().cast("float64"),
        first_days=-used.seconds_to.min() / SECONDS_A_DAY,
        last_days=-used.seconds_to.max(where=used.early) / SECONDS_A_DAY,
        progress=used.progress.max(where=used.early).fill_null(0.0),
        answered=(used.early & used.answered).any(),
        solved=used.answer.max(where=used.early & used.answered).fill_null(0) % 2 == 1,
        taken=(~used.early).any(),
    )
    return pair.mutate(
        finished=pair.answered | (pair.progress >= settings.finished_progress),
        due=pair.answered & (~pair.solved | (pair.last_days >= settings.review_days)),
    ).order_by(["student_id", "week", "content_id"])
