"""The feature views, made from the one registry of definitions."""

from pathlib import Path

from entities import content, student

from learnloop.features.store import feast_views, make_room

# An offline store reads paths from where the process runs, so this one is absolute.
offline, _ = make_room(Path(__file__).parent)
student_hourly, student_realtime, student_mastery, content_hourly, content_difficulty = (
    feast_views([student, content], offline)
)
