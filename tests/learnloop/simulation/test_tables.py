"""The tables keep their schemas, and what they say agrees."""

import uuid
from datetime import date

import ibis

from learnloop.events.schema import Events
from learnloop.identity.schema import Classes, Students
from learnloop.privacy.schema import Eligibility, ProtectedAttributes
from learnloop.simulation import Cohort
from learnloop.simulation.event_table import SCHEMA
from learnloop.simulation.schema import TruthItems, TruthMastery, TruthStudents
from learnloop.simulation.truth import TRUTH_MASTERY

from .campuses import plain, small


def test_events_keep_the_canonical_schema():
    block = small(weeks=2).simulate(Cohort.LEARN, 0, 20)
    assert block.events.cast(SCHEMA).num_rows > 100
    Events.validate(ibis.memtable(block.events.cast(SCHEMA)))


def test_the_roster_keeps_its_schemas():
    roster = small(audit_students=30, reference_students=20).roster
    Students.validate(roster.students)
    Classes.validate(roster.classes)
    Eligibility.validate(roster.eligibility)
    ProtectedAttributes.validate(roster.protected)
    assert roster.students["cohort"].value_counts().to_dict() == {
        "learn": 40,
        "audit": 30,
        "reference": 20,
    }


def test_the_truth_keeps_its_schemas(term):
    TruthMastery.validate(term.block.mastery.cast(TRUTH_MASTERY).to_pandas())
    TruthStudents.validate(term.block.students.to_pandas())
    TruthItems.validate(term.campus.curriculum.truth_items())


def test_true_mastery_is_told_every_week_from_the_first_day(term):
    mastery = term.block.mastery.to_pandas()
    one = mastery[mastery["student_id"] == term.truth.index[3]]
    days = sorted(set((one["as_of"] - term.truth["enrolled_at"].iloc[3]).dt.days))
    assert days == list(range(0, 85, 7))
    assert one.groupby("as_of").size().eq(len(term.campus.curriculum.skills)).all()


def test_true_mastery_grows_where_students_study(term):
    course = term.campus.curriculum.skills.set_index("skill_id")["course_id"]
    mastery = term.block.mastery.to_pandas()
    taken = term.truth["class_ids"].map(lambda ids: {name.split("-")[2] for name in ids})
    own = [
        course[skill] in taken[student]
        for student, skill in zip(mastery["student_id"], mastery["skill_id"], strict=True)
    ]
    weekly = (
        mastery[own]
        .groupby(
            (mastery["as_of"] - mastery["student_id"].map(term.truth["enrolled_at"])).dt.days
            // 7
        )["mastery"]
        .mean()
    )
    assert weekly[12] > weekly[0] + 0.05


def test_only_learners_have_their_mastery_told():
    campus = small(audit_students=5, reference_students=5, weeks=2)
    rows = {block.cohort: block.mastery.num_rows for block in campus.blocks()}
    assert rows[Cohort.LEARN] > 0
    assert rows[Cohort.AUDIT] == rows[Cohort.REFERENCE] == 0


def test_event_ids_are_unique_version_4_uuids(term):
    ids = term.events["event_id"]
    assert ids.is_unique
    assert {(uuid.UUID(text).version, uuid.UUID(text).variant) for text in ids[:500]} == {
        (4, uuid.RFC_4122)
    }


def test_an_event_is_received_after_it_occurred_and_soon(term):
    delay = (term.events["received_at"] - term.events["occurred_at"]).dt.total_seconds()
    assert delay.min() >= 0
    assert delay.median() < 5
    assert 0.01 < (delay > 60).mean() < 0.03
    assert delay.max() <= 6 * 3600


def test_the_verb_goes_with_the_type_of_the_item(term):
    kind = term.campus.curriculum.items.set_index("content_id")["type"]
    worked = term.events.dropna(subset="content_id")
    pairs = set(zip(worked["verb"], worked["content_id"].map(kind), strict=True))
    assert pairs == {
        ("watched", "video"),
        ("read", "text"),
        ("interacted", "interactive"),
        ("answered", "assessment"),
    }


def test_answers_and_only_answers_have_a_result(term):
    answered = term.events["verb"] == "answered"
    assert term.events["correct"].notna().equals(answered)
    assert term.events["hints_used"].notna().equals(answered)
    right = term.events.loc[answered, "correct"].astype(bool)
    assert (term.events.loc[answered, "score"] == right).all()
    assert (
        term.events["progress"]
        .notna()
        .equals(term.events["verb"].isin(["watched", "read", "interacted"]))
    )


def test_an_event_names_the_skills_of_its_item(term):
    skills = term.campus.curriculum.items.set_index("content_id")["skill_ids"]
    some = term.events.dropna(subset="content_id").iloc[::500]
    for content_id, skill_ids in zip(some["content_id"], some["skill_ids"], strict=True):
        assert list(skill_ids) == skills[content_id]


def test_nobody_under_13_sees_what_is_rated_above_their_ceiling(term):
    ceiling = term.campus.roster.eligibility.set_index("student_id")["content_ceiling"]
    rating = term.campus.curriculum.items.set_index("content_id")["min_age"]
    worked = term.events.dropna(subset="content_id")
    assert (worked["content_id"].map(rating) <= worked["student_id"].map(ceiling)).all()
    assert (worked["content_id"].map(rating) > 0).any()


def test_students_sit_in_classes_of_their_own_school():
    roster = small(students=300).roster
    seats = roster.students.explode("class_ids").merge(
        roster.classes, left_on="class_ids", right_on="class_id", suffixes=("", "_class")
    )
    assert (seats["tenant_id"] == seats["tenant_id_class"]).all()
    assert len(seats) == roster.students["class_ids"].map(len).sum()
    assert 1.15 < len(seats) / len(roster.students) < 1.35
    courses = roster.classes.groupby("instructor_id")["course_id"].agg(set)
    assert courses.map(len).max() == 1


def test_a_term_starts_at_midnight_where_the_student_lives(term):
    for zone, starts in term.truth.groupby("timezone")["enrolled_at"]:
        assert set(starts.dt.tz_convert(str(zone)).astype(str).str[:19]) == {
            "2025-09-01 00:00:00"
        }


def test_the_reference_term_began_half_a_year_earlier():
    students = small(reference_students=40).roster.students
    days = {
        cohort: {
            start.tz_convert(zone).date()
            for start, zone in zip(rows["enrolled_at"], rows["timezone"], strict=True)
        }
        for cohort, rows in students.groupby("cohort")
    }
    assert days == {"learn": {date(2025, 9, 1)}, "reference": {date(2025, 3, 3)}}


def test_plain_events_have_the_sixteen_columns():
    assert list(plain(small(weeks=2).simulate(Cohort.LEARN, 0, 3))) == list(Events.columns)
