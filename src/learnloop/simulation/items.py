"""Draws the content items that teach and test each skill."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloop.content.schema import ContentType
from learnloop.simulation.draws import Floats, normals, student_keys, uniforms

Ints = NDArray[np.int64]

STUDY_TYPES = (ContentType.VIDEO, ContentType.TEXT, ContentType.INTERACTIVE)
TYPES = (*STUDY_TYPES, ContentType.ASSESSMENT)
ASSESSMENT = TYPES.index(ContentType.ASSESSMENT)
ITEMS_PER_TYPE = (2, 2, 2, 5)
"""Items of each of `TYPES` for every skill."""
SLOTS = max(ITEMS_PER_TYPE)
TASTES = 3
"""Dimensions of a taste: what students like about items beyond their type."""
DURATION_S = (360.0, 300.0, 420.0, 70.0)
"""Median seconds by type. Videos follow the advice of Guo et al. (2014): six minutes."""
DURATION_SPREAD = (0.45, 0.35, 0.35, 0.3)
"""Standard deviation of the log of the seconds, by type."""
DIFFICULTY_TREND = 0.5
"""Logits by which a course gets harder from its first skill to its last."""
DIFFICULTY_SPREAD = 0.85
DISCRIMINATION = 1.15
DISCRIMINATION_SPREAD = 0.3
"""Median, and standard deviation of the log, as adaptive-testing studies draw banks."""
TWO_SKILLS_SHARE = 0.3
"""Share of study items that touch a prerequisite too."""
RATED_SHARE = 0.08
RATED_AGE = 13
"""Share of items, beyond the first of each type, that are meant for 13 and over."""


@dataclass(frozen=True)
class Items:
    """One entry per item, by skill, then type, then slot."""

    primary: Ints
    """The skill it teaches or tests first."""
    secondary: Ints
    """A prerequisite that it touches too, -1 where there is none."""
    kind: Ints
    """Place in `TYPES`."""
    slot: Ints
    """0-based number among the items of the same skill and type."""
    difficulty: Floats
    """Logits; means nothing for items that are not assessments."""
    discrimination: Floats
    """Per logit, positive."""
    appeal: Floats
    """Utility that every student sees in an item; makes popularity."""
    style: Floats
    """Shape (items, tastes): what students differ in liking."""
    duration_s: Floats
    min_age: Ints
    author_difficulty: Ints
    """1 to 5."""

    def menu(self) -> Ints:
        """Shape (skills, types, slots): items to choose from, -1 where there are fewer."""
        table = np.full((int(self.primary.max()) + 1, len(TYPES), SLOTS), -1, dtype=np.int64)
        table[self.primary, self.kind, self.slot] = np.arange(self.primary.size)
        return table


def draw_items(seed: int, place: Floats, prerequisite: Ints) -> Items:
    """The items of all skills.

    Args:
        seed: of the campus.
        place: of each skill in its course, from 0 (first) to 1 (last).
        prerequisite: one prerequisite of each skill, -1 where there is none.
    """
    kinds = np.repeat(np.arange(len(TYPES)), ITEMS_PER_TYPE)
    slots = np.concatenate([np.arange(count) for count in ITEMS_PER_TYPE])
    primary = np.repeat(np.arange(place.size), kinds.size)
    kind, slot = np.tile(kinds, place.size), np.tile(slots, place.size)
    keys = student_keys(seed, "items", 0, primary.size)
    normal = normals(keys, "item", 0, 5 + TASTES)
    unit = uniforms(keys, "item", 1, 2)
    difficulty = DIFFICULTY_TREND * (place[primary] - 0.5) + DIFFICULTY_SPREAD * normal[:, 0]
    two_skills = (unit[:, 0] < TWO_SKILLS_SHARE) & (kind != ASSESSMENT)
    seconds = np.array(DURATION_S)[kind] * np.exp(
        np.array(DURATION_SPREAD)[kind] * normal[:, 3]
    )
    return Items(
        primary=primary,
        secondary=np.where(two_skills, prerequisite[primary], -1),
        kind=kind,
        slot=slot,
        difficulty=difficulty,
        discrimination=DISCRIMINATION * np.exp(DISCRIMINATION_SPREAD * normal[:, 1]),
        appeal=0.8 * normal[:, 2],
        style=normal[:, 5:],
        duration_s=np.round(seconds / 5) * 5,
        # Ratings never empty a shelf: the first item of each type is open to all.
        min_age=np.where((unit[:, 1] < RATED_SHARE) & (slot > 0), RATED_AGE, 0),
        author_difficulty=_author_guess(difficulty, normal[:, 4]),
    )


def _author_guess(difficulty: Floats, normal: Floats) -> Ints:
    """What an author believes, 1 to 5: right on average, wrong by one level often."""
    return np.clip(np.rint(3 + 1.1 * difficulty + 0.8 * normal), 1, 5).astype(np.int64)
