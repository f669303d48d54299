"""A feature service for each registered model."""

from views import (
    content_difficulty,
    content_hourly,
    student_hourly,
    student_mastery,
    student_realtime,
)

from learnloop.features.store import feast_services

content_recommender, mastery_predictor, difficulty_estimator, intervention_trigger = (
    feast_services(
        [student_hourly, student_realtime, student_mastery, content_hourly, content_difficulty]
    )
)
