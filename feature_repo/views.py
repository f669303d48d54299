"""The feature views, made from the one registry of definitions."""

from pathlib import Path

from entities import content, student

from learnloop.features.store import feast_views, make_room, sources_of

REPO = Path(__file__).parent
make_room(REPO)
# An offline store reads paths from where the process runs, so they are made absolute.
student_hourly, student_realtime, student_mastery, content_hourly, content_difficulty = (
    feast_views([student, content], sources_of(REPO))
)
