"""The answer key of gap finding, held against an experiment on the campus itself."""

import numpy as np
import pandas as pd
import pytest

from learnloop.simulation.campus import Campus
from learnloop.simulation.gaps import true_gaps
from learnloop.simulation.people import draw_people
from learnloop.simulation.settings import CampusSettings, Cohort
from learnloop.simulation.term import Term

STUDENTS, WEEKS = 150, 8
SETTINGS = CampusSettings(
    students=STUDENTS, audit_students=0, reference_students=0, weeks=WEEKS, seed=3
)
NEEDED = "algebra.like-terms"
"""Required by skills that most students of the course reach in time."""


@pytest.fixture(scope="module")
def campus() -> Campus:
    return Campus(SETTINGS)


@pytest.fixture(scope="module")
def told(campus: Campus) -> pd.DataFrame:
    """What the key says of every skill that directly requires NEEDED."""
    block = campus.simulate(Cohort.LEARN, 0, STUDENTS)
    events = block.events.to_pandas()
    answers = events[events["verb"] == "answered"]
    answers = answers.assign(skill_id=answers["skill_ids"].str[0])
    truth = block.mastery.to_pandas().astype({"student_id": str, "skill_id": str})
    skill_of = dict(
        zip(
            campus.curriculum.items["content_id"],
            campus.curriculum.items["skill_ids"].str[0],
            strict=True,
        )
    )
    items = campus.curriculum.truth_items()
    cases = answers[["student_id", "skill_id"]].drop_duplicates()
    cases = cases.assign(
        as_of=cases["student_id"].map(truth.groupby("student_id")["as_of"].max())
    )
    return true_gaps(
        cases,
        answers,
        campus.curriculum.prerequisites,
        truth,
        items.assign(skill_id=items["content_id"].map(skill_of)),
    )


def mastery_with(campus: Campus, known: int | None) -> np.ndarray:
    """True mastery at the end, shape (students, skills), were a skill known from the start."""
    people = draw_people(SETTINGS, campus.curriculum, Cohort.LEARN, 0, STUDENTS)
    if known is not None:
        people.traits.prior[:, known] = 6.0
    term = Term(SETTINGS, campus.curriculum, people)
    for _ in term.days():
        pass
    return term.knowledge.mastery(np.arange(STUDENTS), WEEKS * 7, 0.0)


def test_the_key_agrees_with_an_experiment(campus: Campus, told: pd.DataFrame) -> None:
    skills = pd.Index(campus.curriculum.skills["skill_id"])
    people = draw_people(SETTINGS, campus.curriculum, Cohort.LEARN, 0, STUDENTS)
    rows = told[told["requires_skill_id"] == NEEDED]
    student = pd.Index(people.student_ids).get_indexer(pd.Index(rows["student_id"]))
    skill = skills.get_indexer(pd.Index(rows["skill_id"]))
    without = mastery_with(campus, None)[student, skill]
    with_it = mastery_with(campus, int(skills.get_loc(NEEDED)))[student, skill]
    explained = (with_it - without) / (1 - without)
    assert len(rows) > 60
    assert rows["mastery"].to_numpy() == pytest.approx(without, abs=1e-3)
    assert np.corrcoef(explained, rows["explained"])[0, 1] > 0.7
    agree = (explained >= 0.2) == (rows["explained"] >= 0.2)
    assert agree.mean() > 0.8


def test_shares_are_shares_and_only_direct_prerequisites_are_asked_about(
    campus: Campus, told: pd.DataFrame
) -> None:
    assert told["explained"].between(-1e-9, 1).all()
    edges = set(campus.curriculum.prerequisites.itertuples(index=False, name=None))
    assert (
        set(told[["skill_id", "requires_skill_id"]].itertuples(index=False, name=None)) <= edges
    )


def test_without_a_truth_there_is_no_key() -> None:
    cases = pd.DataFrame(
        {"student_id": ["s"], "skill_id": ["k"], "as_of": [pd.Timestamp.now("UTC")]}
    )
    nothing = pd.DataFrame(columns=["student_id", "as_of", "skill_id", "mastery"])
    assert true_gaps(cases, nothing, nothing, nothing, nothing).empty
