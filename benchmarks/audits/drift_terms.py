"""One row per student of a term at the compared week, as the drift pipeline makes them.

The models learn on a learning cohort once; earlier and current terms are only scored. In a
run of the project they learn on the current term, drifted or not: `Taught.of` takes the
campus whose learners teach, so that both ways can be measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from benchmarks.audits.members import everybody, play
from benchmarks.audits.project import KEYS, join_as_of
from benchmarks.audits.scoring import Rolls, fit_answers
from learnloop.datasets.learning_records import (
    answers_of,
    attempts_of,
    snapshots_of,
    studies_of,
)
from learnloop.difficulty import DifficultyEstimator
from learnloop.features.batch import student_hourly
from learnloop.features.replay import student_realtime
from learnloop.governance.drift_columns import student_columns
from learnloop.governance.drift_predictions import predict_terms
from learnloop.intervene import InterventionTrigger, count_weeks
from learnloop.mastery import MasteryPredictor
from learnloop.mastery.moments import masteries_at
from learnloop.simulation import Campus, Cohort
from pipelines.intervention import nodes as intervention
from pipelines.intervention.nodes import InterventionParameters


def _features(
    rolls: Rolls,
    events: ibis.Table,
    snapshots: pd.DataFrame,
    asked: pd.DataFrame,
    mastery: MasteryPredictor,
    attempts: pd.DataFrame,
) -> list[pd.DataFrame]:
    """The feature tables: mastery at `snapshots`, the others at those of them in `asked`."""
    course = rolls.campus.curriculum
    masteries = masteries_at(mastery, attempts, snapshots, studies_of(events)).astype(float)
    beliefs = snapshots[KEYS].rename(columns={"as_of": "event_timestamp"})
    return [
        student_hourly(events, rolls.students, course.items, course.prerequisites, asked),
        student_realtime(events, asked),
        beliefs.assign(student_mastery_scores=list(masteries)),
    ]


@dataclass(frozen=True)
class Taught:
    """The models whose input and predictions are compared."""

    difficulty: DifficultyEstimator
    mastery: MasteryPredictor
    trigger: InterventionTrigger

    @classmethod
    def of(cls, rolls: Rolls, campus: Campus, settings: Mapping[str, Any]) -> "Taught":
        """Fitted on the learning cohort of `campus`.

        Mastery as a feature comes from the final model, for those whom it learned from too:
        only the trigger's fit sees them, and both terms are asked of the same trigger.
        """
        learners = rolls.log(play(campus, everybody(campus, Cohort.LEARN)))
        log = ibis.memtable(learners)
        attempts = attempts_of(log, rolls.splits)
        snapshots = snapshots_of(log, rolls.of_cohort("learn"), rolls.splits)
        parameters = InterventionParameters.model_validate(settings["intervention"])
        difficulty, _, mastery = fit_answers(campus, attempts, settings)
        tables = _features(rolls, log, snapshots, snapshots, mastery, attempts)
        activity = count_weeks(log, snapshots)
        trigger = intervention.fit_trigger(
            join_as_of(snapshots, tables),
            activity,
            intervention.label_snapshots(activity, parameters),
            parameters,
        )
        return cls(difficulty, mastery, trigger)

    def columns(self, rolls: Rolls, campus: Campus, cohort: Cohort, week: int) -> pd.DataFrame:
        """`DriftColumns` of a cohort of `campus` at the end of `week`.

        The term is played two days longer, so that the week is whole in every time zone.
        """
        people = everybody(campus, cohort)
        log = ibis.memtable(rolls.log(play(campus, people, 7 * week + 2)))
        attempts = answers_of(log, rolls.splits)
        whole = snapshots_of(log, rolls.of_cohort(cohort.value), rolls.splits)
        # The week before is needed for how mastery has changed since, and for nothing else.
        near = whole[whole["week"].between(week - 1, week)].reset_index(drop=True)
        asked = near[near["week"] == week].reset_index(drop=True)
        tables = _features(rolls, log, near, asked, self.mastery, attempts)
        features, activity = join_as_of(near, tables), count_weeks(log, whole)
        predicted = predict_terms(
            self.difficulty, self.trigger, attempts, features, activity, week
        )
        return student_columns(near, [*tables, predicted], attempts, week)
