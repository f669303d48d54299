"""The tables about students, and when a day begins where each of them lives."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from learnloop.simulation.attributes import UNDER_13
from learnloop.simulation.items import Ints
from learnloop.simulation.people import TENANTS, ZONES, People
from learnloop.simulation.settings import CampusSettings, Cohort

_NOON_US = 12 * 3600 * 1_000_000
_CLASSES_OF_AN_INSTRUCTOR = 3


@dataclass(frozen=True)
class Roster:
    """Who is on the campus, in the schemas of identity and privacy."""

    classes: pd.DataFrame
    students: pd.DataFrame
    eligibility: pd.DataFrame
    protected: pd.DataFrame


def midnights(settings: CampusSettings, cohort: Cohort) -> Ints:
    """UTC microseconds of local midnight, shape (zones, days of the term).

    The offset is noon's: clocks change at night, when no student is at work.
    """
    table = np.empty((len(ZONES), settings.weeks * 7), dtype=np.int64)
    for row, zone in enumerate(ZONES):
        for day in range(table.shape[1]):
            date = settings.start_of(cohort) + timedelta(days=day)
            noon = datetime.combine(date, time(12), tzinfo=ZoneInfo(zone))
            table[row, day] = int(noon.timestamp()) * 1_000_000 - _NOON_US
    return table


def enrolled_at(settings: CampusSettings, people: People) -> Ints:
    """UTC microseconds at which each student's term starts: midnight of the first day."""
    return np.asarray(midnights(settings, people.cohort)[people.zone, 0])


def draw_roster(
    settings: CampusSettings, courses: tuple[str, ...], people: list[People]
) -> Roster:
    """The four tables of some blocks of students.

    Args:
        settings: of the campus.
        courses: names, in the order in which `People.courses` counts them.
        people: blocks of students; a homeroom may reach over two of them.
    """
    students = pd.concat(
        [_students(settings, courses, block) for block in people], ignore_index=True
    )
    return Roster(
        classes=_classes(students),
        students=students,
        eligibility=pd.concat([_eligibility(block) for block in people], ignore_index=True),
        protected=pd.concat(
            [
                pd.DataFrame({"student_id": block.student_ids, **block.groups})
                for block in people
            ],
            ignore_index=True,
        ),
    )


def _students(
    settings: CampusSettings, courses: tuple[str, ...], people: People
) -> pd.DataFrame:
    tenant = np.array(list(TENANTS), dtype=object)[people.tenant]
    start = enrolled_at(settings, people).view("datetime64[us]")
    return pd.DataFrame(
        {
            "student_id": people.student_ids,
            "tenant_id": tenant,
            "class_ids": [
                [
                    f"{people.cohort.value}-{school}-{courses[course]}-{room + 1:03d}"
                    for course in taken
                    if course >= 0
                ]
                for school, taken, room in zip(
                    tenant, people.courses, people.homeroom, strict=True
                )
            ],
            "timezone": np.array(list(ZONES), dtype=object)[people.zone],
            "enrolled_at": pd.DatetimeIndex(start, tz="UTC"),
            "cohort": people.cohort.value,
        }
    )


def _eligibility(people: People) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": people.student_ids,
            "under_13": people.groups["age_band"] == UNDER_13,
            "parental_consent": people.parental_consent,
            "learning_consent": people.learning_consent,
            "content_ceiling": people.ceiling,
        }
    )


def _classes(students: pd.DataFrame) -> pd.DataFrame:
    """One row per class that somebody sits in; an instructor teaches three of a course."""
    seats = students[["class_ids", "tenant_id"]].explode("class_ids")
    classes = seats.drop_duplicates("class_ids").sort_values("class_ids")
    course = classes["class_ids"].str.split("-").str[2]
    place = classes.groupby([classes["tenant_id"], course]).cumcount()
    number = (place // _CLASSES_OF_AN_INSTRUCTOR + 1).map("{:02d}".format)
    return pd.DataFrame(
        {
            "class_id": classes["class_ids"],
            "course_id": course,
            "instructor_id": "i-" + classes["tenant_id"] + "-" + course + "-" + number,
            "tenant_id": classes["tenant_id"],
        }
    ).reset_index(drop=True)
