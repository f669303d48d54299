"""What was studied counts: also on a skill that the student never answered on."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from learnloop.mastery import MasteryPredictor
from learnloop.mastery.moments import masteries_at

from .toys import QUICK, SKILLS, START, bank, history

GAIN = 0.8
"""Logits that a skill is raised by each time it is studied."""


def studying_classroom(students: int, seed: int) -> pd.DataFrame:
    """Forty answers each; before three in ten the skill is studied, up to four times."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(students):
        ability, times = rng.normal(0, 0.5), dict.fromkeys(SKILLS, 0)
        for place in range(40):
            skill, item = SKILLS[rng.integers(4)], int(rng.integers(4))
            times[skill] += int(rng.random() < 0.3 and times[skill] < 4)
            logit = ability - 1 + GAIN * times[skill] - (item - 1.5)
            correct = rng.random() < 1 / (1 + np.exp(-logit))
            split = "train" if number % 5 else "validation"
            rows.append(
                (f"s{number}", f"{skill}-{item}", skill, correct, place, times[skill], split)
            )
    columns = [
        "student_id",
        "content_id",
        "skill_id",
        "correct",
        "position",
        "studied",
        "split",
    ]
    never = pd.Series(pd.NaT, index=range(len(rows)), dtype="datetime64[us, UTC]")
    return pd.DataFrame(rows, columns=columns).assign(occurred_at=never)


@cache
def taught() -> MasteryPredictor:
    return MasteryPredictor(bank(), QUICK).fit(studying_classroom(600, seed=3))


def test_a_skill_that_was_studied_is_believed_as_much_better_as_it_is() -> None:
    model, never = taught(), pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    hardness, abilities = np.arange(4) - 1.5, np.linspace(-1.5, 1.5, 31)
    weight = np.exp(-(abilities**2) / (2 * 0.5**2))

    def truth(times: int) -> float:
        logit = abilities[:, None] - 1 + GAIN * times - hardness
        return float(np.average((1 / (1 + np.exp(-logit))).mean(axis=1), weights=weight))

    state = model.new_student()
    for times in range(4):
        found = model.masteries(state, never)[0]
        assert found[SKILLS.index("adding")] == pytest.approx(truth(times), abs=0.07)
        assert found[SKILLS.index("dividing")] == pytest.approx(truth(0), abs=0.07)
        model.study(state, "adding")


def test_a_skill_nobody_knows_is_studied_without_effect() -> None:
    state = taught().new_student()
    taught().study(state, "knitting")
    assert not state.skill_studied.any()


def test_masteries_at_moments_know_what_was_studied_before_them() -> None:
    model = taught()
    answers = history([True, False, True], day=2.0).assign(studied=[1, 1, 1])
    days = {"adding": [1.0, 3.0], "dividing": [0.5, 4.0, 4.0, 6.0]}
    studies = pd.DataFrame(
        [
            ("ada", skill, START + pd.Timedelta(days=d))
            for skill, all_ in days.items()
            for d in all_
        ]
        + [("bob", "adding", START)],
        columns=["student_id", "skill_id", "occurred_at"],
    ).astype({"occurred_at": "datetime64[us, UTC]"})
    asked = pd.DataFrame(
        {
            "student_id": ["ada"] * 5 + ["bob"],
            "as_of": START + pd.to_timedelta([5.0, 0.2, 0.7, 3.5, 6.0, 1.0], unit="D"),
        }
    ).astype({"as_of": "datetime64[us, UTC]"})
    found = masteries_at(model, answers, asked, studies)
    for row, (name, moment) in enumerate(asked.itertuples(index=False)):
        state, events = model.new_student(), []
        for skill, at in studies.loc[
            studies["student_id"] == name, ["skill_id", "occurred_at"]
        ].to_numpy():
            events.append((at, None, skill))
        for given in answers.itertuples() if name == "ada" else ():
            events.append((given.occurred_at, given, None))
        for at, given, skill in sorted(events, key=lambda event: event[0]):
            if at >= moment:
                continue
            if given is None:
                model.study(state, skill)
            else:
                model.learn(state, given.content_id, given.skill_id, given.correct, at)
        online = model.masteries(state, pd.Series([moment]))[0]
        np.testing.assert_allclose(found[row], online, atol=1e-6)
