"""What students turn to: when they study, which skill, which kind of item, which item."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloop.simulation import rates
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Floats, choose, gumbels
from learnloop.simulation.items import ASSESSMENT, STUDY_TYPES, Ints
from learnloop.simulation.people import People
from learnloop.simulation.settings import CampusSettings

DRAWS = 16
"""Uniform numbers that one choice uses."""
AHEAD_CHANCE = 0.03
QUOTA = 6
"""Activities on a skill after which a student moves on, with two questions among them."""
PEER_WORK = 2
"""The social act that takes longest; see `social_act`."""
_PHONE = 2


@dataclass(frozen=True)
class Plan:
    """One row per student who is at work now."""

    skill: Ints
    kind: Ints
    """Place in `items.TYPES`."""
    item: Ints
    frontier: NDArray[np.bool_]
    """Whether the work is on the skill at which the student stands."""

    def where(self, mask: NDArray[np.bool_]) -> "Plan":
        """Only some of the students."""
        return Plan(self.skill[mask], self.kind[mask], self.item[mask], self.frontier[mask])


class Path:
    """Where each student stands in the courses, and what comes next."""

    def __init__(
        self, settings: CampusSettings, curriculum: Curriculum, people: People
    ) -> None:
        self._curriculum = curriculum
        self._people = people
        self._traits = people.traits
        self._days = settings.weeks * 7
        lengths = [len(members) for members in curriculum.course_skills]
        self._length = np.array(lengths)
        self._skills = np.full((len(lengths), max(lengths)), -1)
        for row, members in enumerate(curriculum.course_skills):
            self._skills[row, : len(members)] = members
        count = len(people)
        self._place = np.zeros((count, len(lengths)), dtype=np.int64)
        self._done = np.zeros((count, len(curriculum.skills)), dtype=np.int16)
        self._studied = np.zeros((count, len(curriculum.skills)), dtype=np.int16)
        self._seen = np.zeros((count, len(curriculum.primary)), dtype=bool)
        ceilings, self._rating = np.unique(people.ceiling, return_inverse=True)
        self._locked = curriculum.min_age[None, :] > ceilings[:, None]

    def scheduled(self, day: int) -> Ints:
        """Skill (place in the course) that each course's class treats on a day."""
        due = (day / self._days * self._length).astype(np.int64)
        return np.asarray(np.minimum(due, self._length - 1))

    def behind(self, day: int) -> Floats:
        """Skills that each student is behind the class of the main course, 0 or more."""
        main = self._people.courses[:, 0]
        place = self._place[np.arange(main.size), main]
        late = np.maximum(self.scheduled(day)[main] - place, 0)
        return np.asarray(late, dtype=np.float64)

    def catch_up(self, day: int, unit: Floats) -> None:
        """Students far behind jump to where the class is, and leave gaps."""
        due = self.scheduled(day)[None, :]
        jumps = (self._place < due - 2) & (unit[:, None] < 0.3)
        self._place = np.where(jumps, due - 1, self._place)

    def next(self, student: Ints, course: Ints, device: Ints, unit: Floats) -> Plan:
        """What some different students turn to.

        Args:
            student: shape (n,).
            course: shape (n,), the course of the session.
            device: shape (n,).
            unit: shape (n, DRAWS).
        """
        place = self._place[student, course]
        review = (unit[:, 0] < rates.REVIEW_SHARE) & (place > 0)
        ahead = (unit[:, 0] > 1 - AHEAD_CHANCE) & (place < self._length[course] - 1)
        # Reviews go mostly to what was treated last.
        back = place - 1 - np.floor(np.square(unit[:, 1]) * place).astype(np.int64)
        at = np.where(review, back, place + ahead)
        skill = self._skills[course, at]
        kind = self._kind(student, skill, device, review, unit[:, 2], unit[:, 3:6])
        item = self._item(student, skill, kind, unit[:, 6:11])
        return Plan(skill=skill, kind=kind, item=item, frontier=at == place)

    def _kind(
        self,
        student: Ints,
        skill: Ints,
        device: Ints,
        review: NDArray[np.bool_],
        unit: Floats,
        luck: Floats,
    ) -> Ints:
        studied = self._studied[student, skill]
        asks = np.where(review, 0.6, np.where(studied == 0, 0.12, 0.55))
        liking = self._traits.liking[student].copy()
        liking[:, 2] -= 0.8 * (device == _PHONE)
        study = np.argmax(liking + gumbels(luck), axis=1)
        return np.where(unit < asks, ASSESSMENT, study)

    def _item(self, student: Ints, skill: Ints, kind: Ints, luck: Floats) -> Ints:
        menu = self._curriculum.menu[skill, kind]
        taste = np.einsum(
            "ij,ikj->ik", self._traits.taste[student], self._curriculum.style[menu]
        )
        utility = self._curriculum.appeal[menu] + taste + gumbels(luck)
        utility -= 2.5 * self._seen[student[:, None], menu]
        closed = (menu < 0) | self._locked[self._rating[student][:, None], menu]
        utility[closed] = -np.inf
        return np.asarray(menu[np.arange(student.size), np.argmax(utility, axis=1)])

    def done(self, student: Ints, course: Ints, plan: Plan, day: int) -> None:
        """Notes finished work; who has done enough on a skill moves on with the class."""
        self._seen[student, plan.item] = True
        self._done[student, plan.skill] += 1
        self._studied[student, plan.skill] += plan.kind < len(STUDY_TYPES)
        done = self._done[student, plan.skill]
        asked = done - self._studied[student, plan.skill]
        limit = np.minimum(self.scheduled(day)[course] + 1, self._length[course] - 1)
        place = self._place[student, course]
        moves = plan.frontier & (done >= QUOTA) & (asked >= 2) & (place < limit)
        self._place[student, course] = place + moves


def devices(people: People, student: Ints, luck: Floats) -> Ints:
    """Device of a session: 0 desktop, 1 tablet, 2 phone; `luck` of shape (n, 3)."""
    return np.asarray(np.argmax(people.traits.device[student] + gumbels(luck), axis=1))


def session_course(people: People, student: Ints, unit: Floats) -> Ints:
    """Course of a session: two times in three the main one, where there is a second."""
    second = people.courses[student, 1]
    return np.asarray(
        np.where((second >= 0) & (unit > 0.6), second, people.courses[student, 0])
    )


def session_length(people: People, student: Ints, unit: Floats) -> Ints:
    """Activities in a session, 1 to `MAX_ACTIVITIES`: shifted geometric around the mean."""
    spread = people.traits.session_length[student] * (0.35 + 0.65 * -np.log(unit))
    return np.asarray(np.clip(np.rint(spread), 1, rates.MAX_ACTIVITIES), dtype=np.int64)


def social_act(people: People, student: Ints, unit: Floats) -> Ints:
    """-1 for none, 0 a forum post, 1 a reply, 2 work with a peer."""
    talk = np.minimum(rates.FORUM_SHARE * people.traits.sociable[student], 0.25)
    peer = np.minimum(rates.COLLABORATION_SHARE * people.traits.sociable[student], 0.2)
    shares = np.stack([1 - talk - peer, 0.4 * talk, 0.6 * talk, peer], axis=1)
    return choose(unit, shares) - 1
