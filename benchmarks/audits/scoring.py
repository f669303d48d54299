"""From a log to what the four models say of the students in it, by the project's functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from benchmarks.audits.project import KEYS, join_as_of
from learnloop.datasets.learning_records import (
    answers_of,
    attempts_of,
    snapshots_of,
    splits_of,
    studies_of,
)
from learnloop.difficulty import DifficultyEstimator, DifficultySettings
from learnloop.features.batch import student_hourly
from learnloop.features.replay import student_realtime
from learnloop.intervene import InterventionTrigger, count_weeks
from learnloop.mastery import MasteryPredictor, MasterySettings
from learnloop.mastery.moments import masteries_at
from learnloop.privacy.consent import consented_rows
from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.simulation import Campus
from pipelines.difficulty.nodes import fit_difficulty
from pipelines.intervention import nodes as intervention
from pipelines.intervention.nodes import InterventionParameters
from pipelines.mastery.nodes import fit_mastery, write_student_mastery
from pipelines.recommender import nodes as recommender

Scores = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Rolls:
    """Who is on a campus and may be learned from; a planted bias changes nothing of it."""

    campus: Campus
    students: pd.DataFrame
    splits: pd.DataFrame
    protected: pd.DataFrame

    @classmethod
    def of(cls, campus: Campus) -> "Rolls":
        """The consented students of a campus."""
        roster = campus.roster
        students = consented_rows(roster.students, roster.eligibility)
        return cls(
            campus,
            students,
            splits_of(students),
            consented_rows(roster.protected, roster.eligibility),
        )

    def of_cohort(self, cohort: str) -> pd.DataFrame:
        """The students of one cohort."""
        return self.students[self.students["cohort"] == cohort].reset_index(drop=True)

    def log(self, events: pa.Table) -> pa.Table:
        """The events of consented students."""
        allowed = pa.array(self.students["student_id"])
        return events.filter(pa.compute.is_in(events["student_id"], value_set=allowed))


@dataclass(frozen=True)
class Models:
    """The four models, fitted, and what they need to score other students."""

    difficulty: DifficultyEstimator
    mastery: MasteryPredictor
    recommender: ContentRecommender
    trigger: InterventionTrigger
    parameters: InterventionParameters
    recommender_settings: RecommenderSettings
    calendar: pd.DataFrame
    """Features of one training student: they say which week the recommender asks about."""


def _hourly_and_realtime(
    rolls: Rolls, events: ibis.Table, snapshots: pd.DataFrame
) -> list[pd.DataFrame]:
    course = rolls.campus.curriculum
    return [
        student_hourly(events, rolls.students, course.items, course.prerequisites, snapshots),
        student_realtime(events, snapshots),
    ]


def fit_answers(
    campus: Campus, attempts: pd.DataFrame, settings: Mapping[str, Any]
) -> tuple[DifficultyEstimator, pd.DataFrame, MasteryPredictor]:
    """The difficulty estimator, its items, and the mastery predictor, of some attempts."""
    course = campus.curriculum
    difficulty, items = fit_difficulty(
        attempts, course.items, DifficultySettings.model_validate(settings["difficulty"])
    )
    mastery = fit_mastery(
        attempts,
        course.items,
        course.skills,
        items,
        difficulty,
        MasterySettings.model_validate(settings["mastery"]),
    )
    return difficulty, items, mastery


def fit(rolls: Rolls, events: pa.Table, settings: Mapping[str, Any]) -> Models:
    """Fits the four models on the learning cohort's log, as the pipelines do."""
    parameters = InterventionParameters.model_validate(settings["intervention"])
    log, course = ibis.memtable(events), rolls.campus.curriculum
    attempts = attempts_of(log, rolls.splits)
    learners = rolls.of_cohort("learn")
    snapshots = snapshots_of(log, learners, rolls.splits)
    difficulty, items, mastery = fit_answers(rolls.campus, attempts, settings)
    beliefs = write_student_mastery(
        mastery, attempts, studies_of(log), snapshots, course.items, difficulty
    )
    tables = [
        *_hourly_and_realtime(rolls, log, snapshots),
        beliefs[["student_id", "event_timestamp", "student_mastery_scores"]],
    ]
    features = join_as_of(snapshots, tables)
    activity = count_weeks(log, snapshots)
    labels = intervention.label_snapshots(activity, parameters)
    trigger = intervention.fit_trigger(features, activity, labels, parameters)
    wanted = RecommenderSettings.model_validate(settings["recommender"])
    roster = rolls.campus.roster
    examples = recommender.assemble_examples(
        log, features, learners, roster.classes, roster.eligibility, wanted
    )
    content = recommender.build_catalogue_and_fit(
        examples, course.items, course.skills, course.prerequisites, items, wanted
    )
    taught = features[features["split"] == "train"]
    calendar = taught[taught["student_id"] == taught["student_id"].iloc[0]]
    return Models(difficulty, mastery, content, trigger, parameters, wanted, calendar)


@dataclass(frozen=True)
class Term:
    """What the term of a cohort looks like whoever of it is scored."""

    snapshots: pd.DataFrame
    observed: pd.Series
    """Whether the log reaches to each snapshot, by `KEYS`."""

    @classmethod
    def of(cls, rolls: Rolls, events: pa.Table, cohort: str) -> "Term":
        """Read from the log of the whole cohort."""
        log = ibis.memtable(events)
        snapshots = snapshots_of(log, rolls.of_cohort(cohort), rolls.splits)
        activity = count_weeks(log, snapshots)
        return cls(snapshots, activity.set_index(KEYS)["observed"])


def score(rolls: Rolls, models: Models, term: Term, events: pa.Table) -> Scores:
    """What each model says of the students in `events`, by registered name.

    Args:
        rolls: of the campus.
        models: fitted on others.
        term: of the cohort that the students belong to.
        events: all of these students' events.
    """
    log = ibis.memtable(events)
    here = pd.Index(events["student_id"].unique().to_pandas())
    whole = term.snapshots[term.snapshots["student_id"].isin(here)].reset_index(drop=True)
    attempts = answers_of(log, rolls.splits)
    columns = ["student_id", "split", "content_id", "skill_id", "correct"]
    mastery = attempts[columns].join(models.mastery.predict(attempts)["probability"])
    difficulty = attempts[columns].join(models.difficulty.predict(attempts)["probability"])
    # Later weeks have no outcome yet: no model is judged by them.
    last = int(whole["week"].max()) - models.parameters.struggle.horizon_weeks
    snapshots = whole[whole["week"] <= last].reset_index(drop=True)
    beliefs = snapshots[KEYS].rename(columns={"as_of": "event_timestamp"})
    masteries = list(
        masteries_at(models.mastery, attempts, snapshots, studies_of(log)).astype(float)
    )
    tables = [
        *_hourly_and_realtime(rolls, log, snapshots),
        beliefs.assign(student_mastery_scores=masteries),
    ]
    features = join_as_of(snapshots, tables)
    counted = count_weeks(log, whole).drop(columns="observed")
    activity = counted.merge(term.observed.reset_index(), on=KEYS)
    labels = intervention.label_snapshots(activity, models.parameters)
    roster = rolls.campus.roster
    examples = recommender.assemble_examples(
        log,
        pd.concat([models.calendar, features], ignore_index=True),
        rolls.students,
        roster.classes,
        roster.eligibility,
        models.recommender_settings,
    )
    return {
        "mastery_predictor": mastery,
        "difficulty_estimator": difficulty,
        "content_recommender": recommender.recommend_content(models.recommender, examples),
        "intervention_trigger": intervention.score_students(
            models.trigger, features, activity, labels
        ),
    }
