"""Mastery at moments: from the answers before each moment, and from no other."""

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.mastery.moments import intervals_at, masteries_at

from .toys import SKILLS, START, bank, classroom, history, later, mastery, trained


def moments(student: str, *days: float) -> pd.DataFrame:
    times = pd.Series([START + pd.Timedelta(days=day) for day in days])
    return pd.DataFrame({"student_id": student, "as_of": times.astype("datetime64[us, UTC]")})


def test_answers_at_or_after_the_moment_do_not_count() -> None:
    attempts, _ = classroom(6, seed=11)
    asked = pd.concat(
        [moments(student, 8.0, 8.03, 25.0) for student in attempts["student_id"].unique()],
        ignore_index=True,
    )
    flipped = attempts.merge(
        asked.groupby("student_id")["as_of"].max().rename("end"), on="student_id"
    )
    late = flipped["occurred_at"] >= START + pd.Timedelta(days=8.03)
    flipped["correct"] = flipped["correct"] ^ late
    flipped["studied"] = late.astype(int)
    before, after = (masteries_at(trained(), table, asked) for table in (attempts, flipped))
    early = (asked["as_of"] <= START + pd.Timedelta(days=8.03)).to_numpy()
    np.testing.assert_array_equal(before[early], after[early])
    assert (before[~early] != after[~early]).any()


def test_an_answer_at_the_very_moment_does_not_count() -> None:
    answers = history([True] * 4)
    one_microsecond = 1 / 86_400_000_000
    blank, still_blank, one = masteries_at(
        trained(), answers, moments("ada", -1.0, 0.0, one_microsecond)
    )
    np.testing.assert_array_equal(blank, still_blank)
    assert one[SKILLS.index("adding")] > blank[SKILLS.index("adding")]


def test_a_student_without_answers_gets_what_a_new_student_gets() -> None:
    known, stranger = (
        masteries_at(trained(), history([True]), moments(student, -1.0))[0]
        for student in ("ada", "nobody")
    )
    np.testing.assert_array_equal(known, stranger)


def test_intervals_at_a_moment_are_those_of_the_state_after_the_answers_before_it() -> None:
    model, answers = trained(), later(history([True] * 3), history([False] * 4, day=3.0))
    state = model.new_student()
    asked = moments("ada", 2.0, 9.0)
    given = 0
    for moment in range(2):
        now = asked["as_of"][[moment]]
        before = answers[answers["occurred_at"] < now.iloc[0]]
        for row in before.iloc[given:].itertuples():
            model.learn(state, row.content_id, row.skill_id, row.correct, row.occurred_at)
        given = len(before)
        for found, known in zip(
            intervals_at(model, answers, asked), model.intervals(state, now), strict=True
        ):
            np.testing.assert_allclose(found[moment], known[0], atol=1e-6)


def test_no_answers_at_all_are_an_answer_too() -> None:
    found = masteries_at(trained(), history([]), moments("ada", 1.0, 2.0))
    assert found.shape == (2, 4)
    assert ((found > 0) & (found < 1)).all()


def test_the_order_of_moments_does_not_matter() -> None:
    answers = later(history([True] * 3), history([False] * 3, day=3.0))
    days = (5.0, 1.0, 3.0, 1.0)
    found = masteries_at(trained(), answers, moments("ada", *days))[:, 0]
    alone = [mastery(trained(), answers, day, "adding") for day in days]
    assert found == pytest.approx(alone, abs=1e-6)


def test_mastery_is_the_mean_chance_over_the_skills_items() -> None:
    answers = history([True, True, False])
    asked = [
        later(answers, history([True], item=item, day=2.0)).assign(student_id=f"s{item}")
        for item in range(4)
    ]
    joined = pd.concat(asked, ignore_index=True)
    chances = trained().predict(joined)["probability"][joined["position"] == 3]
    assert mastery(trained(), answers, 2.0, "adding") == pytest.approx(chances.mean(), abs=1e-5)


def test_data_in_order_only_has_no_mastery_at_moments() -> None:
    answers = history([True]).assign(
        occurred_at=pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    )
    with pytest.raises(DataError, match="occurred_at"):
        masteries_at(trained(), answers, moments("ada", 1.0))


def test_an_order_that_contradicts_the_times_is_refused() -> None:
    answers = later(history([True], day=2.0), history([True], day=1.0))
    with pytest.raises(DataError, match="order of time"):
        masteries_at(trained(), answers, moments("ada", 3.0))


def test_many_students_in_several_chunks_get_what_each_gets_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempts, _ = classroom(9, seed=12)
    names = attempts["student_id"].unique()
    asked = pd.concat([moments(name, 9.0, 33.0) for name in names], ignore_index=True)
    whole = masteries_at(trained(), attempts, asked)
    monkeypatch.setattr("learnloop.mastery.sequences.STATE_CELLS", 4 * (len(bank().skills) + 1))
    assert masteries_at(trained(), attempts, asked) == pytest.approx(whole, abs=1e-6)
