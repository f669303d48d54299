"""Who the students are: latent traits, habits, protected attributes and eligibility."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloop.simulation import rates
from learnloop.simulation.attributes import GROUPS, UNDER_13
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import (
    Floats,
    Keys,
    choose,
    hex_text,
    normals,
    student_keys,
    uniforms,
)
from learnloop.simulation.items import STUDY_TYPES, TASTES, Ints
from learnloop.simulation.settings import CampusSettings, Cohort

Flags = NDArray[np.bool_]

ZONES = {
    "America/New_York": 0.40,
    "America/Chicago": 0.25,
    "America/Denver": 0.10,
    "America/Los_Angeles": 0.15,
    "Europe/London": 0.10,
}
TENANTS = {"northfield": 0.6, "southbridge": 0.4}
COURSE_SHARES = (0.42, 0.30, 0.28)
"""Share of students by main course."""
HOMEROOM = 60
"""Students who sit together; those of them in one course are a class."""
STUDY_HOURS = (9.5, 15.5, 19.0)
"""Centres of the morning, afternoon and evening habits, in local hours."""
HABIT_SHARES = (0.25, 0.35, 0.40)
DEVICE_APPEAL = (0.6, -0.9, 0.0)
"""Utilities of desktop, tablet and phone: about 51, 16 and 32 % of sessions."""
CEILING_UNDER_13 = 12
CEILING_OTHERS = 18


@dataclass(frozen=True)
class Traits:
    """What drives a student's learning and leisure; one row per student."""

    ability: Floats
    """Logits, standard deviation 1."""
    prior: Floats
    """Shape (n, skills): logits on each skill before any study, ability included."""
    learning_rate: Floats
    """Logits gained from a whole item on an untouched skill."""
    forgetting_rate: Floats
    """Per day: ln 2 / half-life of what was learnt in one go."""
    engagement: Floats
    """Study days a week when all is well."""
    session_length: Floats
    """Mean activities a session."""
    pace: Floats
    """Tempo of work: seconds taken are divided by it."""
    hour: Floats
    """Usual local hour of study."""
    liking: Floats
    """Shape (n, 3): utility of video, text and interactive items."""
    taste: Floats
    """Shape (n, tastes)."""
    device: Floats
    """Shape (n, 3): utility of desktop, tablet, phone."""
    sociable: Floats
    """Factor on forum posts and peer work, median 1."""


@dataclass(frozen=True)
class People:
    """Students numbered from 0; every array has one row per student."""

    cohort: Cohort
    keys: Keys
    student_ids: NDArray[np.object_]
    traits: Traits
    tenant: Ints
    zone: Ints
    homeroom: Ints
    courses: Ints
    """Shape (n, 2): main course, and the second or -1."""
    groups: dict[str, NDArray[np.object_]]
    """Protected attributes."""
    ceiling: Ints
    """Content ceiling, in years of age."""
    parental_consent: Flags
    learning_consent: Flags
    disadvantaged: Flags
    """Members of the group in which a bias is planted; nobody where none is."""

    def __len__(self) -> int:
        return self.keys.size


def draw_people(
    settings: CampusSettings, curriculum: Curriculum, cohort: Cohort, first: int, count: int
) -> People:
    """Draws students `first`…`first + count - 1` of a cohort, each from its own key."""
    keys = student_keys(settings.seed, cohort.value, first, count)
    unit = uniforms(keys, "roster", 0, 9)
    groups = _groups(uniforms(keys, "groups", 0, len(GROUPS)))
    under_13 = groups["age_band"] == UNDER_13
    disadvantaged = _disadvantaged(settings, groups)
    courses = _courses(unit[:, 0], unit[:, 1], unit[:, 2])
    homeroom = np.arange(first, first + count) // HOMEROOM
    return People(
        cohort=cohort,
        keys=keys,
        student_ids=np.array([f"s-{text}" for text in hex_text(keys)], dtype=object),
        traits=_traits(settings, curriculum, cohort, keys, courses, disadvantaged),
        tenant=_tenants(settings, cohort, homeroom),
        zone=choose(unit[:, 3], np.array(list(ZONES.values()))),
        homeroom=homeroom,
        courses=courses,
        groups=groups,
        ceiling=np.where(under_13, CEILING_UNDER_13, CEILING_OTHERS),
        parental_consent=~under_13 | (unit[:, 4] > rates.NO_PARENTAL_CONSENT),
        learning_consent=unit[:, 5] > rates.NO_LEARNING_CONSENT,
        disadvantaged=disadvantaged,
    )


def access_of(settings: CampusSettings, disadvantaged: Flags) -> Floats:
    """Factor on access, in (0, 1]: 1 outside the group of a planted access bias."""
    if settings.bias is None or settings.bias.kind != "access":
        return np.ones(disadvantaged.size)
    loss = rates.ACCESS_LOSS * settings.bias.strength
    return np.where(disadvantaged, 1 - loss, 1.0)


def _groups(unit: Floats) -> dict[str, NDArray[np.object_]]:
    return {
        attribute: np.array(list(shares), dtype=object)[
            choose(unit[:, place], np.array(list(shares.values())))
        ]
        for place, (attribute, shares) in enumerate(GROUPS.items())
    }


def _disadvantaged(settings: CampusSettings, groups: dict[str, NDArray[np.object_]]) -> Flags:
    if settings.bias is None:
        return np.zeros(groups["gender"].size, dtype=bool)
    return np.asarray(groups[settings.bias.attribute] == settings.bias.group)


def _courses(main: Floats, more: Floats, which: Floats) -> Ints:
    """Main course, and for some a second one, any of the others."""
    first = choose(main, np.array(COURSE_SHARES))
    other = (first + 1 + (which > 0.5)) % len(COURSE_SHARES)
    return np.stack([first, np.where(more < rates.SECOND_COURSE, other, -1)], axis=1)


def _tenants(settings: CampusSettings, cohort: Cohort, homeroom: Ints) -> Ints:
    """A homeroom belongs to one school, so the key is the homeroom's, not the student's."""
    keys = student_keys(settings.seed, f"rooms-{cohort.value}", 0, int(homeroom[-1]) + 1)
    tenant = choose(uniforms(keys, "tenant", 0, 1)[:, 0], np.array(list(TENANTS.values())))
    return np.asarray(tenant[homeroom])


def _traits(
    settings: CampusSettings,
    curriculum: Curriculum,
    cohort: Cohort,
    keys: Keys,
    courses: Ints,
    disadvantaged: Flags,
) -> Traits:
    normal = normals(keys, "traits", 0, 8)
    access = access_of(settings, disadvantaged)
    slower = settings.drift_of(cohort, "slower")
    load = np.where(courses[:, 1] >= 0, 1.5, 1.0)
    phones = 2.5 * settings.drift_of(cohort, "devices") + 2.0 * (1 - access)
    half_life = rates.HALF_LIFE_DAYS * np.exp(0.35 * normal[:, 2])
    return Traits(
        ability=normal[:, 0],
        prior=_prior(keys, curriculum, normal[:, 0]),
        learning_rate=rates.STUDY_GAIN
        * np.exp(0.35 * normal[:, 1])
        * (1 - rates.SLOWER_LEARNING * slower),
        forgetting_rate=np.log(2) / half_life,
        engagement=rates.SESSIONS_PER_WEEK
        * np.exp(0.38 * normal[:, 3])
        * load
        * (1 - rates.SLOWER_STUDY * slower)
        * access,
        session_length=rates.ACTIVITIES_PER_SESSION * np.exp(0.22 * normal[:, 4]),
        pace=np.exp(0.3 * normal[:, 5]) / (1 + 0.5 * slower),
        hour=_habit(uniforms(keys, "habit", 0, 1)[:, 0], normal[:, 6]),
        liking=1.1 * normals(keys, "liking", 0, len(STUDY_TYPES)) + np.array([0.35, 0.0, 0.0]),
        taste=0.7 * normals(keys, "taste", 0, TASTES),
        device=normals(keys, "device", 0, len(DEVICE_APPEAL))
        + np.array(DEVICE_APPEAL)
        + np.outer(phones, [0.0, 0.0, 1.0]),
        sociable=np.exp(0.7 * normal[:, 7]),
    )


def _prior(keys: Keys, curriculum: Curriculum, ability: Floats) -> Floats:
    """Logits before study: ability, a bent for each course, and luck with each skill."""
    skills = len(curriculum.skills)
    bent = 0.45 * normals(keys, "bent", 0, len(curriculum.courses))
    luck = 0.55 * normals(keys, "prior", 0, skills)
    course = np.empty(skills, dtype=np.int64)
    for place, members in enumerate(curriculum.course_skills):
        course[members] = place
    return np.asarray(rates.START_LEVEL + ability[:, None] + bent[:, course] + luck)


def _habit(unit: Floats, normal: Floats) -> Floats:
    centre = np.array(STUDY_HOURS)[choose(unit, np.array(HABIT_SHARES))]
    return np.asarray(np.clip(centre + 0.9 * normal, 6.5, 20.5))
