"""The random numbers that belong to a student."""

import numpy as np
import pytest

from learnloop.simulation import draws


def test_mixing_gives_the_published_splitmix64_sequence():
    # First outputs for seed 1234567, as published with the reference implementation.
    state = np.uint64(1234567) + np.arange(1, 4, dtype=np.uint64) * draws._GOLDEN
    assert draws._mix(state).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_a_students_numbers_do_not_depend_on_the_others():
    keys = draws.student_keys(3, "learn", 0, 50)
    alone = draws.uniforms(keys[20:21], "slot", 5, 4)
    assert (draws.uniforms(keys, "slot", 5, 4)[20] == alone[0]).all()
    assert (draws.student_keys(3, "learn", 20, 1) == keys[20]).all()


def test_more_columns_leave_the_first_ones_alone():
    keys = draws.student_keys(3, "learn", 0, 5)
    assert (draws.uniforms(keys, "a", 0, 9)[:, :4] == draws.uniforms(keys, "a", 0, 4)).all()


def test_streams_moments_seeds_and_cohorts_give_other_numbers():
    keys = draws.student_keys(3, "learn", 0, 5)
    first = draws.bits(keys, "a", 0, 1)
    others = [
        draws.bits(keys, "b", 0, 1),
        draws.bits(keys, "a", 1, 1),
        draws.bits(draws.student_keys(4, "learn", 0, 5), "a", 0, 1),
        draws.bits(draws.student_keys(3, "audit", 0, 5), "a", 0, 1),
    ]
    assert all((first != other).all() for other in others)


def test_numbers_are_uniform_and_normal():
    keys = draws.student_keys(1, "learn", 0, 20_000)
    unit, normal = draws.uniforms(keys, "u", 0, 2), draws.normals(keys, "n", 0, 1)
    # Three standard errors of the mean: 3 × .289 / sqrt(20000) and 3 / sqrt(20000).
    assert unit.mean(axis=0) == pytest.approx(0.5, abs=0.0062)
    assert abs(np.corrcoef(unit.T)[0, 1]) < 0.022
    assert normal.mean() == pytest.approx(0, abs=0.022)
    assert normal.std() == pytest.approx(1, abs=0.016)


def test_choosing_follows_the_shares():
    unit = np.array([0.1, 0.3, 0.69, 0.71])
    assert draws.choose(unit, np.array([0.2, 0.5, 0.3])).tolist() == [0, 1, 1, 2]
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.7, 0.3], [0.7, 0.3]])
    assert draws.choose(unit, rows).tolist() == [0, 1, 0, 1]
