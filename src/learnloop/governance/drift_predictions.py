"""What the models predict for both terms' students at the week that drift compares.

Predicted mastery is a feature of the other models and so at hand. The lists of the
recommender are not asked for: it ranks by what this term's classes took up, which an earlier
term's classes have no part in, so its lists differ where nothing has drifted.
"""

import pandas as pd
import pandera.pandas as pa

from learnloop.governance.drift_columns import compared_students, earlier_answers
from learnloop.intervene import join_examples
from learnloop.model import Model
from learnloop.times import UtcMicroseconds


class DriftPredictions(pa.DataFrameModel):
    """One row per compared student."""

    student_id: str = pa.Field(unique=True)
    event_timestamp: UtcMicroseconds
    """End of the compared week."""
    predicted_correct: float = pa.Field(ge=0, le=1, nullable=True)
    """Mean chance of a correct answer over the student's answers so far; null without any."""
    predicted_risk: float = pa.Field(ge=0, le=1, nullable=True)
    """Risk of struggling; null where nothing is known of the student's weeks."""

    class Config:
        strict = True


def predicted_correct(
    model: Model, students: pd.DataFrame, attempts: pd.DataFrame
) -> pd.DataFrame:
    """Each student's mean ``probability`` of the difficulty model before ``as_of``.

    Args:
        model: predicts each answer from the student's earlier ones.
        students: ``student_id``, ``as_of``.
        attempts: one row per answer.

    Returns:
        ``student_id``, ``predicted_correct`` of the students with an answer.
    """
    kept = earlier_answers(students, attempts).reset_index(drop=True)
    if kept.empty:
        return pd.DataFrame({"student_id": pd.Series(dtype=object), "predicted_correct": []})
    chance = kept.assign(predicted_correct=model.predict(kept)["probability"])
    return chance.groupby("student_id")["predicted_correct"].mean().reset_index()


def predicted_risk(
    model: Model, students: pd.DataFrame, features: pd.DataFrame, activity: pd.DataFrame
) -> pd.DataFrame:
    """Each student's ``risk`` at ``as_of``.

    Args:
        model: the intervention trigger.
        students: ``student_id``, ``as_of``.
        features: one row per snapshot, the week before included: a change is a signal.
        activity: `learnloop.intervene.schema.WeeklyActivity`.

    Returns:
        ``student_id``, ``predicted_risk`` of the students with activity.
    """
    keys = ["student_id", "as_of"]
    examples = join_examples(features, activity).merge(students[keys], on=keys)
    if examples.empty:
        return pd.DataFrame({"student_id": pd.Series(dtype=object), "predicted_risk": []})
    risk = model.predict(examples)["risk"]
    return examples[["student_id"]].assign(predicted_risk=risk)


def predict_terms(
    difficulty_model: Model,
    intervention_model: Model,
    attempts: pd.DataFrame,
    features: pd.DataFrame,
    activity: pd.DataFrame,
    week: int,
) -> pd.DataFrame:
    """`DriftPredictions` at the end of `week`, sorted by student.

    Args:
        difficulty_model: gives ``probability``.
        intervention_model: gives ``risk``.
        attempts: one row per answer.
        features: the trigger's, one row per snapshot with ``as_of``, ``week``, ``split``.
        activity: `learnloop.intervene.schema.WeeklyActivity`.
        week: week of the term, 1 is the first.
    """
    students = compared_students(features, week)
    known = students["student_id"]
    near = features["week"].between(week - 1, week) & features["student_id"].isin(known)
    so_far = (activity["week"] <= week) & activity["student_id"].isin(known)
    correct = predicted_correct(difficulty_model, students, attempts)
    risk = predicted_risk(intervention_model, students, features[near], activity[so_far])
    rows = students[["student_id", "as_of"]].rename(columns={"as_of": "event_timestamp"})
    found = rows.merge(correct, on="student_id", how="left").merge(
        risk, on="student_id", how="left"
    )
    return found.astype({"predicted_correct": "float64", "predicted_risk": "float64"})
