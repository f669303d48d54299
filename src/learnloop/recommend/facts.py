"""The few plain facts about a student and an item that take-up is judged by."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from learnloop.recommend.catalogue import TYPES, Catalogue
from learnloop.recommend.course_models import CourseModels
from learnloop.recommend.gain import expected_success
from learnloop.recommend.learners import Bools, Floats, Ints, Learners
from learnloop.recommend.popularity import RECENT_DAYS, Popularity
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.standing import Standing

EDGES = np.array([-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0])
"""Skills between the item and where the student stands: borders of the steps."""
SMALL_SHARE = 0.01
Columns = dict[str, Floats | Bools]
LONGEST_IDLE_DAYS = 28.0
AWAY_DAYS = 14.0
"""Who has done nothing for so long has most likely left, and is unlike who comes new."""
BLOCKS: dict[str, tuple[str, ...]] = {
    "neighbours": ("als", "als_in_skill", "ease", "follows"),
    "popular": (
        "course_share",
        "recent_share",
        "class_share",
        "share_in_skill",
        "class_share_if_new",
    ),
    "place": (
        *(f"from_recent_{step}" for step in range(len(EDGES) + 1)),
        *(f"from_furthest_{step}" for step in range(len(EDGES) + 1)),
        "skill_begun",
        "skill_covered",
        "items_before",
        "new_in_course",
    ),
    "type": ("preferred_type", "type_share", *(f"is_{kind}" for kind in TYPES)),
    "begun": ("begun",),
    "due": ("due",),
    "pace": ("recent_starts", "idle_days", "away", "new_student"),
    "knowing": ("mastery", "success"),
}
"""The facts by the reason that they are told as."""
NAMES = tuple(name for names in BLOCKS.values() for name in names)


@dataclass(frozen=True)
class Context:
    """What the facts are measured against, all of it from training students."""

    catalogue: Catalogue
    item_factors: Floats
    """(I, factors)"""
    popularity: Popularity
    course_models: CourseModels

    @cached_property
    def gram(self) -> Floats:
        """(factors, factors) YᵀY of the item vectors."""
        return np.asarray(self.item_factors.T @ self.item_factors)

    def standing(self, learners: Learners, settings: RecommenderSettings) -> Standing:
        """Where the students stand among these items."""
        return Standing.of(
            learners,
            self.catalogue,
            self.course_models,
            self.item_factors,
            self.gram,
            settings,
        )

    @cached_property
    def skill_factors(self) -> Floats:
        """(S, factors) mean vector of the skill's items."""
        means = np.zeros((len(self.catalogue.skill_ids), self.item_factors.shape[1]))
        np.add.at(means, self.catalogue.primary, self.item_factors)
        return means / np.maximum(self.catalogue.skill_size, 1)[:, None]

    @cached_property
    def log_shares(self) -> tuple[Floats, Floats, Floats]:
        """(I,) log share of the course, lately, and by how much above the skill's mean."""
        logs = np.log(self.popularity.course + SMALL_SHARE)
        primary = self.catalogue.primary
        mean = np.bincount(primary, logs) / np.maximum(np.bincount(primary), 1)
        return logs, np.log(self.popularity.recent + SMALL_SHARE), logs - mean[primary]


def facts(
    learners: Learners,
    standing: Standing,
    context: Context,
    row: Ints,
    item: Ints,
    before: Ints | None = None,
) -> Floats:
    """(P, len(NAMES)) the facts about each pair of student `row` and `item`.

    `before` is `items_before` of each pair, where `row` and `item` are not all candidates.
    """
    catalogue = context.catalogue
    columns = {
        **_closeness(standing.vectors, context, row, item),
        **_pulls(standing, context, row, item),
        **_places(learners, standing, catalogue, row, item),
        "items_before": np.log1p(
            items_before(row, item, catalogue) if before is None else before
        ),
        **_shares(learners, context, row, item),
        **_types(learners, catalogue, row, item),
        **_states(learners, catalogue, row, item),
    }
    columns["class_share_if_new"] = columns["class_share"] * columns["new_in_course"]
    table = np.empty((len(row), len(NAMES)))
    for place, name in enumerate(NAMES):
        table[:, place] = columns[name]
    return table


def _closeness(students: Floats, context: Context, row: Ints, item: Ints) -> dict[str, Floats]:
    """ALS score, and by how much it is above the mean of the item's skill."""
    own = products(students, context.item_factors, row, item)
    mean = products(students, context.skill_factors, row, context.catalogue.primary[item])
    return {"als": own, "als_in_skill": own - mean}


def _pulls(standing: Standing, context: Context, row: Ints, item: Ints) -> dict[str, Floats]:
    """What EASE and transitions say, spread out near 0, where most items are."""
    told = standing.pulls(context.catalogue, context.course_models, row, item)
    return {
        name: np.sign(pull) * np.log1p(20 * np.abs(pull))
        for name, pull in zip(("ease", "follows"), told, strict=True)
    }


def products(students: Floats, vectors: Floats, row: Ints, column: Ints) -> Floats:
    """(P,) inner products of pairs: one by one where the pairs are few."""
    if len(students) == 1:
        return np.asarray(vectors[column] @ students[0])
    if len(row) * 4 < len(students) * len(vectors):
        return np.asarray(np.einsum("pf,pf->p", students[row], vectors[column]))
    return np.asarray((students @ vectors.T)[row, column])


def _shares(learners: Learners, context: Context, row: Ints, item: Ints) -> dict[str, Floats]:
    """Logarithms of the shares of others who have begun the item."""
    in_course, lately, in_skill = context.log_shares
    in_class = context.popularity.for_students(learners, row, item)
    return {
        "course_share": in_course[item],
        "recent_share": lately[item],
        "class_share": np.log(in_class + SMALL_SHARE),
        "share_in_skill": in_skill[item],
    }


def _places(
    learners: Learners, standing: Standing, catalogue: Catalogue, row: Ints, item: Ints
) -> Columns:
    """Where the item stands in the course, seen from the student."""
    recent, furthest = standing.recent, standing.furthest
    place = catalogue.position[catalogue.primary[item]]
    course = catalogue.course[item]
    steps: Columns = {}
    for name, origin in (("recent", recent), ("furthest", furthest)):
        bucket = np.digitize(place - origin[row, course], EDGES)
        inside = bucket[:, None] == np.arange(len(EDGES) + 1)
        steps |= {f"from_{name}_{step}": column for step, column in enumerate(inside.T)}
    skills = len(catalogue.skill_ids)
    touched = np.bincount(
        learners.row * skills + catalogue.primary[learners.item],
        minlength=len(learners) * skills,
    )
    skill = catalogue.primary[item]
    share = touched[row * skills + skill] / np.maximum(catalogue.skill_size[skill], 1)
    return {
        **steps,
        "skill_begun": share > 0,
        "skill_covered": share,
        "new_in_course": furthest[row, course] < 0,
    }


def items_before(row: Ints, item: Ints, catalogue: Catalogue) -> Ints:
    """How many of the student's candidates stand before each in its course.

    `row` ascends and `item`, which is in curriculum order, ascends within it.
    """
    cell = row * len(catalogue.course_ids) + catalogue.course[item]
    return np.asarray(np.arange(len(cell)) - np.searchsorted(cell, cell))


def _types(learners: Learners, catalogue: Catalogue, row: Ints, item: Ints) -> Columns:
    """The item's type, and whether the student uses such."""
    kinds = np.zeros((len(learners), len(TYPES)))
    np.add.at(kinds, (learners.row, catalogue.kind[learners.item]), 1.0)
    share = (kinds + 1) / (kinds + 1).sum(axis=1, keepdims=True)
    kind = catalogue.kind[item]
    one = {f"is_{name}": kind == k for k, name in enumerate(TYPES)}
    return {
        "preferred_type": learners.preference[row] == kind,
        "type_share": share[row, kind],
        **one,
    }


def _states(
    learners: Learners, catalogue: Catalogue, row: Ints, item: Ints
) -> dict[str, Floats]:
    """What has happened between student and item, how active the student is, what is known."""
    items = len(catalogue.content_ids)
    begun = learners.spread(~learners.finished, items)[row, item]
    due = learners.spread(learners.due, items)[row, item]
    starts = np.bincount(
        learners.row, learners.first_days <= RECENT_DAYS, minlength=len(learners)
    )
    new = np.bincount(learners.row, minlength=len(learners)) == 0
    idle = np.where(new, 0.0, LONGEST_IDLE_DAYS)
    np.minimum.at(idle, learners.row, learners.last_days)
    mastery = learners.mastery[row, catalogue.primary[item]]
    success = expected_success(
        mastery,
        catalogue.skill_difficulty[catalogue.primary[item]],
        catalogue.difficulty[item],
        catalogue.discrimination[item],
    )
    return {
        "begun": begun.astype(np.float64),
        "due": due.astype(np.float64),
        "recent_starts": np.log1p(starts)[row],
        "idle_days": idle[row],
        "away": (idle >= AWAY_DAYS)[row].astype(np.float64),
        "new_student": new[row].astype(np.float64),
        "mastery": mastery,
        "success": success,
    }
