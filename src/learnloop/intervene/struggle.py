"""What counts as struggling: the one definition that labels, alerts and reports share."""

from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Floats = NDArray[np.float64]


class StruggleSettings(BaseModel):
    """When a student counts as struggling."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon_weeks: int = Field(ge=1, le=8)
    """How far ahead the trigger looks."""
    active_weeks: int = Field(ge=1, le=8)
    """A student is a candidate after a learning event in this many last weeks."""
    least_answers: int = Field(ge=1)
    """Fewer answers than this within the horizon say nothing about failing."""
    failing_share: float = Field(gt=0, lt=1)
    """A smaller share of right answers is failing."""


def label_struggle(activity: pd.DataFrame, settings: StruggleSettings) -> pd.DataFrame:
    """Who struggles within the horizon, of those who are still active.

    A student *struggles* at a snapshot when, in the `horizon_weeks` after it, the
    student

    - goes silent: has no learning event at all, or
    - fails: answers at least `least_answers` questions and less than
      `failing_share` of them right.

    Only who did something in the last `active_weeks` is asked about: to see that
    somebody has gone after they went needs no model, and counting those makes any
    model look good. A snapshot whose horizon goes beyond the log or beyond the student's
    term is censored and left out: to have finished is not to have gone.

    Args:
        activity: `WeeklyActivity`.
        settings: the definition's numbers.

    Returns:
        `InterventionLabels`, sorted by student and time.
    """
    student, _ = pd.factorize(activity["student_id"])
    week = activity["week"].to_numpy() - 1
    shape = (student.max(initial=-1) + 1, week.max(initial=-1) + 1)

    def over_weeks(column: str) -> Floats:
        grid = np.full(shape, np.nan)
        seen = activity["observed"].to_numpy()
        grid[student[seen], week[seen]] = activity[column].to_numpy(dtype=np.float64)[seen]
        return grid

    def ahead(column: str) -> Floats:
        return cast(
            Floats, _next_weeks(over_weeks(column), settings.horizon_weeks)[student, week]
        )

    events, answers, correct = ahead("learning_events"), ahead("answers"), ahead("correct")
    failing = (answers >= settings.least_answers) & (correct < settings.failing_share * answers)
    recent = _last_weeks(over_weeks("learning_events"), settings.active_weeks)[student, week]
    kept = (recent > 0) & ~np.isnan(events)
    labels = activity.loc[kept, ["student_id", "as_of"]].copy()
    labels["label"] = ((events == 0) | failing)[kept]
    return labels.sort_values(["student_id", "as_of"], ignore_index=True)


def _next_weeks(grid: Floats, weeks: int) -> Floats:
    """Sum of the `weeks` columns after each column; NaN where one of them is unknown."""
    padded = np.pad(grid, ((0, 0), (0, weeks)), constant_values=np.nan)
    width = grid.shape[1]
    return cast(Floats, sum(padded[:, k : k + width] for k in range(1, weeks + 1)))


def _last_weeks(grid: Floats, weeks: int) -> Floats:
    """Sum of the `weeks` columns that end with each column; what is unknown counts 0."""
    padded = np.pad(np.nan_to_num(grid), ((0, 0), (weeks - 1, 0)))
    width = grid.shape[1]
    return cast(Floats, sum(padded[:, k : k + width] for k in range(weeks)))
