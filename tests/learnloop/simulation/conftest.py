"""One term that the tests of this room look at from all sides."""

import pytest

from learnloop.simulation import Cohort

from .campuses import Observed, plain, small

STUDENTS = 600


@pytest.fixture(scope="session")
def term() -> Observed:
    campus = small(students=STUDENTS)
    block = campus.simulate(Cohort.LEARN, 0, STUDENTS)
    roster = campus.roster.students.set_index("student_id")
    truth = block.students.to_pandas().set_index("student_id").join(roster)
    events = plain(block)
    events["start"] = events["student_id"].map(truth["enrolled_at"])
    events["week"] = (events["occurred_at"] - events["start"]).dt.days // 7
    return Observed(campus, block, events, truth)
