"""What features are about: students and content items."""

from learnloop.features.store import feast_entities

student, content = feast_entities()
