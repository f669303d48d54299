"""How fast a school of 100,000 students × 10,000 items is served, on one core."""

import os
import time

import numpy as np
from scipy import sparse

from benchmarks.result import Result, measured
from learnloop.content.schema import ContentType
from learnloop.evaluation import Estimate
from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.course_models import CourseModels
from learnloop.recommend.factors import nearest_items
from learnloop.recommend.facts import NAMES, Context
from learnloop.recommend.fitted import Fitted
from learnloop.recommend.learners import Learners
from learnloop.recommend.popularity import Popularity
from learnloop.recommend.reasons import Typical
from learnloop.recommend.serving import answer
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.takeup import TakeUp

STUDENTS, COURSES, SKILLS, ITEMS = 100_000, 50, 40, 5
"""Students; courses; skills of a course; items of a skill."""
HISTORY, TAKEN, FACTORS, CLASSES = 30, 5, 32, 200
ASKED, WARM, CHECKED, REPEATS = 2_000, 100, 200, 3


def measure() -> Result:
    """Times single lists with their reasons, and candidates for everybody."""
    rng = np.random.default_rng(0)
    fitted = school(rng)
    settings = RecommenderSettings(shortlist=200)
    taken = [student(rng, fitted, TAKEN) for _ in range(ASKED + WARM)]
    everything = [student(rng, fitted, COURSES) for _ in range(300)]
    with measured() as cost:
        one = _times(fitted, settings, taken)
        wide = _times(fitted, settings, everything)
        vectors = rng.normal(0, 0.3, (STUDENTS, FACTORS)).astype(np.float32)
        done = _done(rng)
        items = fitted.context.item_factors.astype(np.float32)
        started = time.process_time()
        nearest_items(vectors, items, done, 100)
        rate = STUDENTS / (time.process_time() - started)
    count = len(fitted.context.catalogue.content_ids)
    return Result(
        scores={},
        baselines={},
        cost=cost,
        rows=STUDENTS,
        notes=[
            f"{STUDENTS:,} students × {count:,} items, drawn by chance: {COURSES} courses,"
            f" {COURSES * SKILLS:,} skills in chains of prerequisites, {FACTORS} factors,"
            f" histories of {HISTORY} items. One thread; the median of {REPEATS} repeats, the"
            " least and the most.",
            "wall: with all that waits for the machine's other work; its load is told.",
            "one_list: rules, shortlist, facts, take-up, gain, quality, variety of types,"
            " reasons with the event that caused each place; from arrays in memory.",
            "reasons: places of the lists of so many students that name an event, and the"
            " share of them that score lower, or fall out, when all is scored anew without it.",
            "batch: the 100 nearest of all items that are not done, from kept vectors.",
        ],
        details={
            f"one_list_ms_in_{TAKEN}_courses": one,
            f"one_list_ms_in_{COURSES}_courses": wide,
            "batch_students_per_second": rate,
            "load_of_1_5_15_minutes": [round(load, 1) for load in os.getloadavg()],
            "reasons": _faithful(fitted, settings, taken[:CHECKED]),
        },
    )


def _times(
    fitted: Fitted, settings: RecommenderSettings, learners: list[Learners]
) -> dict[str, dict[str, float]]:
    """Milliseconds: of several repeats the median, the least and the most."""
    found: dict[str, list[float]] = {}
    for _ in range(REPEATS):
        cpu, wall = [], []
        for learner in learners:
            started = time.thread_time(), time.perf_counter()
            answer(fitted, settings, learner)
            cpu.append((time.thread_time() - started[0]) * 1e3)
            wall.append((time.perf_counter() - started[1]) * 1e3)
        for name, taken in (("cpu", cpu), ("wall", wall)):
            for share in (50, 99):
                worth = float(np.percentile(taken[WARM:], share))
                found.setdefault(f"{name}_p{share}", []).append(worth)
    return {
        name: Estimate(float(np.median(worth)), min(worth), max(worth)).as_dict()
        for name, worth in found.items()
    }


def _faithful(
    fitted: Fitted, settings: RecommenderSettings, learners: list[Learners]
) -> dict[str, float]:
    places = told = fell = 0
    ids = fitted.context.catalogue.content_ids
    for learner in learners:
        listed = answer(fitted, settings, learner)
        places += len(listed)
        for place in listed:
            if place.reasons[0].kind != "event":
                continue
            entry = np.flatnonzero(ids[learner.item] == place.reasons[0].content_id)
            after = answer(fitted, settings, learner.without(entry))
            score = {one.content_id: one.score for one in after}
            told += 1
            fell += score.get(place.content_id, 0.0) < place.score
    return {
        "students": len(learners),
        "places": places,
        "name_an_event": told,
        "fell_without_it": fell / max(told, 1),
    }


def school(rng: np.random.Generator) -> Fitted:
    """A fitted recommender of a school that is not there."""
    skills, items = COURSES * SKILLS, COURSES * SKILLS * ITEMS
    primary = np.repeat(np.arange(skills), ITEMS)
    requires = np.zeros((skills, skills), dtype=np.bool_)
    later = np.flatnonzero(np.arange(skills) % SKILLS > 0)
    requires[later, later - 1] = True
    teaches = np.zeros((items, skills))
    teaches[np.arange(items), primary] = 1.0
    catalogue = Catalogue(
        content_ids=np.array([f"item-{i:05d}" for i in range(items)]),
        skill_ids=np.array([f"skill-{i:04d}" for i in range(skills)]),
        skill_names=np.array([f"Skill {i}" for i in range(skills)]),
        course_ids=np.array([f"course-{i:02d}" for i in range(COURSES)]),
        course=np.repeat(np.arange(COURSES), SKILLS * ITEMS),
        kind=rng.integers(0, len(ContentType), items),
        primary=primary,
        teaches=teaches,
        requires=requires,
        position=np.arange(skills) % SKILLS,
        minutes=rng.uniform(1, 20, items),
        min_age=rng.choice([0, 0, 0, 16], items),
        difficulty=rng.normal(0, 1, items),
        discrimination=rng.lognormal(0, 0.3, items),
        skill_difficulty=np.zeros(skills),
    )
    share = rng.beta(1, 5, items)
    popularity = Popularity(
        overall=share,
        course=share,
        recent=share / 3,
        class_ids=np.array([f"class-{i:03d}" for i in range(CLASSES)]),
        by_class=np.tile(share, (CLASSES + 1, 1)),
    )
    factors = rng.normal(0, 0.3, (items, FACTORS))
    return Fitted(
        context=Context(catalogue, factors, popularity, _course_models(rng)),
        take_up=TakeUp(np.zeros(len(NAMES)), rng.normal(0, 0.3, len(NAMES)), -2.0),
        typical=Typical(missing=-0.7, challenge=-0.5, taught=-2.0, time=-0.5),
        prior=np.full(skills, 0.5),
    )


def _course_models(rng: np.random.Generator) -> CourseModels:
    """EASE full within each course; of transitions one in ten has been seen."""
    size = (COURSES * SKILLS * ITEMS, SKILLS * ITEMS)
    ease = rng.normal(0, 0.05, size).astype(np.float32)
    follows = rng.beta(1, 20, size) * (rng.random(size) < 0.1)
    return CourseModels(ease, follows.astype(np.float32))


def student(rng: np.random.Generator, fitted: Fitted, courses: int) -> Learners:
    """One student, enrolled in so many courses."""
    catalogue = fitted.context.catalogue
    enrolled = np.zeros((1, COURSES), dtype=np.bool_)
    enrolled[0, rng.choice(COURSES, courses, replace=False)] = True
    own = np.flatnonzero(enrolled[0, catalogue.course])
    item = np.sort(rng.choice(own, HISTORY, replace=False))
    first = rng.uniform(1, 90, HISTORY)
    return Learners(
        mastery=rng.beta(2, 2, (1, len(catalogue.skill_ids))),
        ceiling=np.array([18]),
        enrolled=enrolled,
        classes=rng.integers(0, CLASSES, (1, 2)),
        preference=rng.integers(0, len(ContentType), 1),
        row=np.zeros(HISTORY, dtype=np.int64),
        item=item,
        events=rng.integers(1, 6, HISTORY).astype(np.float64),
        first_days=first,
        last_days=first * rng.uniform(0, 1, HISTORY),
        finished=rng.random(HISTORY) < 0.8,
        due=rng.random(HISTORY) < 0.1,
        chance=rng.random(1),
        style=rng.dirichlet(np.ones(3), 1),
    )


def _done(rng: np.random.Generator) -> sparse.csr_matrix:
    items = COURSES * SKILLS * ITEMS
    columns = rng.integers(0, items, STUDENTS * HISTORY)
    starts = np.arange(0, STUDENTS * HISTORY + 1, HISTORY)
    cells = (np.ones(len(columns), dtype=np.float32), columns.astype(np.int32), starts)
    return sparse.csr_matrix(cells, shape=(STUDENTS, items))
