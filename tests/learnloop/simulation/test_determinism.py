"""The same settings give the same campus, however it is cut into blocks."""

import pandas as pd

from learnloop.simulation import Campus, Cohort
from learnloop.simulation.streams import split_blocks

from .campuses import plain, small


def everything(campus: Campus) -> dict[str, pd.DataFrame]:
    blocks = list(campus.blocks())
    return {
        "events": pd.concat([plain(block) for block in blocks])
        .sort_values("event_id")
        .reset_index(drop=True),
        "students": pd.concat(
            [block.students.to_pandas() for block in blocks], ignore_index=True
        ),
        "mastery": pd.concat(
            [
                block.mastery.to_pandas().astype({"student_id": str, "skill_id": str})
                for block in blocks
            ],
            ignore_index=True,
        ),
    }


def assert_equal(one: Campus, other: Campus) -> None:
    for (name, left), right in zip(
        everything(one).items(), everything(other).values(), strict=True
    ):
        pd.testing.assert_frame_equal(left, right, check_exact=True, obj=name)


def test_the_same_seed_gives_the_same_campus():
    assert_equal(small(weeks=3), small(weeks=3))


def test_another_seed_gives_another():
    one, other = (small(weeks=2, seed=seed).simulate(Cohort.LEARN, 0, 5) for seed in (1, 2))
    assert set(one.students["student_id"].to_pylist()).isdisjoint(
        other.students["student_id"].to_pylist()
    )


def test_the_size_of_the_blocks_changes_nothing():
    sizes = {"weeks": 4, "audit_students": 10, "reference_students": 7}
    assert_equal(small(**sizes, block_students=7), small(**sizes, block_students=2_000))


def test_more_students_leave_the_first_ones_as_they_were():
    few = plain(small(weeks=3).simulate(Cohort.LEARN, 0, 10))
    many = plain(small(weeks=3).simulate(Cohort.LEARN, 0, 40))
    many = many[many["student_id"].isin(few["student_id"])]
    pd.testing.assert_frame_equal(
        few.sort_values("event_id").reset_index(drop=True),
        many.sort_values("event_id").reset_index(drop=True),
    )
    pd.testing.assert_frame_equal(
        small().roster.students.head(10), small(students=10).roster.students
    )


def test_progress_is_told_after_each_block():
    told: list[tuple[int, int]] = []
    campus = small(weeks=2, students=9, audit_students=3, block_students=5)
    list(campus.blocks(lambda done, total: told.append((done, total))))
    assert told == [(5, 12), (9, 12), (12, 12)]


def test_streams_give_the_same_in_whatever_order_they_are_read():
    campus = small(weeks=2, students=9, block_students=4)
    forward, backward = split_blocks(campus.blocks()), split_blocks(campus.blocks())
    events, students = list(forward.events), list(forward.students)
    assert list(backward.students) == students
    assert list(backward.events) == events
    assert len(events) == 3


def test_streams_run_the_campus_once():
    ran: list[int] = []
    campus = small(weeks=2, students=9, block_students=4)
    streams = split_blocks(campus.blocks(lambda done, _: ran.append(done)))
    for stream in streams:
        list(stream)
    assert ran == [4, 8, 9]
