"""The answer key of gap finding, held against an experiment on the campus itself."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from learnloop.simulation.campus import Block, Campus
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
def block(campus: Campus) -> Block:
    return campus.simulate(Cohort.LEARN, 0, STUDENTS)


@pytest.fixture(scope="module")
def answers(block: Block) -> pd.DataFrame:
    events = block.events.to_pandas()
    answers = events[events["verb"] == "answered"]
    return answers.assign(
        skill_id=answers["skill_ids"].str[0], student_id=answers["student_id"].astype(str)
    )


@pytest.fixture(scope="module")
def told(campus: Campus, block: Block, answers: pd.DataFrame) -> pd.DataFrame:
    """What the key says."""
    truth = block.mastery.to_pandas().astype({"student_id": str, "skill_id": str})
    skill_of = dict(
        zip(
            campus.curriculum.items["content_id"],
            campus.curriculum.items["skill_ids"].str[0],
            strict=True,
        )
    )
    items = campus.curriculum.truth_items()
    return true_gaps(
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
    # Most prerequisites explain less than a fifth, so that saying so of all would agree often.
    # Above .6 agreement is substantial (Landis and Koch 1977).
    assert cohen_kappa_score(explained >= 0.2, rows["explained"] >= 0.2) > 0.6


def test_every_direct_prerequisite_of_every_skill_answered_wrongly_is_asked_about(
    campus: Campus, answers: pd.DataFrame, told: pd.DataFrame
) -> None:
    assert told["explained"].between(-1e-9, 1).all()
    wrong = answers.loc[~answers["correct"].astype(bool), ["student_id", "skill_id"]]
    pairs = wrong.drop_duplicates().merge(campus.curriculum.prerequisites, on="skill_id")
    asked = told[["student_id", "skill_id", "requires_skill_id"]]
    assert set(asked.itertuples(index=False, name=None)) == set(
        pairs.itertuples(index=False, name=None)
    )
    assert len(asked) == len(pairs)


def test_without_a_truth_there_is_no_key() -> None:
    answers = pd.DataFrame(
        {
            "student_id": ["s"],
            "skill_id": ["k"],
            "correct": [False],
            "occurred_at": [pd.Timestamp.now("UTC")],
        }
    )
    nothing = pd.DataFrame(columns=["student_id", "as_of", "skill_id", "mastery"])
    assert true_gaps(answers, nothing, nothing, nothing).empty
