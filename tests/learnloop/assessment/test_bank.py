"""The questions that a test may ask."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from learnloop.assessment.bank import TestBank
from learnloop.assessment.settings import AccessNeed, Accommodations
from learnloop.errors import DataError

from .banks import bank_of, fitted, questions


def test_information_is_that_of_catsim() -> None:
    # catsim 0.21, irt.inf(0.5, a, b)
    bank = bank_of([1, 1.5, 0.8], [0, 0.5, -1])
    assert bank.information(0.5) == pytest.approx([0.2350037122, 0.5625, 0.1138524420])


def test_an_item_that_is_known_roughly_promises_less() -> None:
    sure, unsure = (
        TestBank.of(fitted([1.5], [0.0], variance), questions(["a"])) for variance in (0, 0.5)
    )
    assert unsure.information(0.0)[0] < sure.information(0.0)[0]


def test_an_item_that_nobody_answered_is_taken_as_unknown() -> None:
    items = questions(["a", "a", "a"])  # q2 was not fitted
    bank = TestBank.of(fitted([2.0, 2.0], [0.0, 1.0]), items)
    # MacKay: 1 / sqrt(1 + π · 4 / 8)
    assert bank.slope[2] == pytest.approx(0.6237, abs=1e-4)
    assert bank.information(0.0).argmin() == 2


def test_a_skills_curve_is_the_mean_chance_over_its_questions() -> None:
    bank = bank_of([1, 1, 1], [0, 2, -3], ["a", "a", "b"])
    middle = len(bank.grid.ability) // 2
    assert bank.grid.ability[middle] == 0
    # (1/2 + 1/(1 + e²)) / 2 and 1/(1 + e⁻³)
    assert bank.skill_curves[:, middle] == pytest.approx([0.3096015, 0.9525741])


def test_needs_and_languages_leave_questions_out() -> None:
    bank = bank_of(
        [1, 1, 1, 1],
        [0, 0, 0, 0],
        language=["de", "en", None, "en"],
        unsuited_for=[[], ["screen_reader"], ["screen_reader", "no_sound"], []],
    )
    blind = Accommodations(needs=frozenset({AccessNeed.SCREEN_READER}))
    german = Accommodations(languages=frozenset({"de"}))
    assert bank.suits(Accommodations()).tolist() == [True] * 4
    assert bank.suits(blind).tolist() == [True, False, False, True]
    assert bank.suits(german).tolist() == [True, False, True, False]


def test_the_version_follows_every_parameter() -> None:
    bank = bank_of([1, 1], [0, 1])
    assert bank.version == bank_of([1, 1], [0, 1]).version
    assert bank.version != bank_of([1, 1], [0, 1.001]).version
    assert bank.version != bank_of([1, 1], [0, 1], ["a", "b"]).version


@pytest.mark.parametrize(
    "changed",
    [
        {"skills": ["a", "c"]},
        {"skills": ["b", "a"]},
        {"language": ["de", "en"]},
        {"unsuited_for": [[], ["no_sound"]]},
        {"unsuited_for": [["no_colour"], []]},
    ],
)
def test_the_version_follows_what_a_question_is_about_and_whom_it_suits(
    changed: dict[str, Sequence[object]],
) -> None:
    was = {"skills": ["a", "b"], "language": ["de", "de"], "unsuited_for": [[], ["no_colour"]]}
    before, after = (bank_of([1, 1], [0, 1], **what) for what in (was, {**was, **changed}))
    assert before.version != after.version


def test_the_order_in_which_needs_are_written_makes_no_other_version() -> None:
    needs = ["no_sound", "no_colour", "screen_reader", "keyboard_only"]
    one, other = (bank_of([1], [0], unsuited_for=[order]) for order in (needs, needs[::-1]))
    assert one.version == other.version


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (questions([]), "there is no question to ask. Add assessment items."),
        (questions(["a"]).drop(columns="skill_ids"), "lack the column 'skill_ids'"),
        (pd.concat([questions(["a"])] * 2), "row 2: 'q0' is there twice."),
        (questions(["a"]).assign(skill_ids=[[]]), "row 1: 'q0' has no skill."),
        (
            questions(["a", "a"], unsuited_for=[["no_sound"], ["no_sound", "blind"]]),
            "column 'unsuited_for', row 2: 'q1' is unsuited for 'blind', which is no need. "
            "Use keyboard_only, no_colour, no_sound, screen_reader.",
        ),
        (questions(["a"], unsuited_for=[None]), "row 1: 'q0' is unsuited for 'None'"),
    ],
)
def test_a_mistake_is_named(items: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TestBank.of(fitted([1], [0]), items)


@pytest.mark.parametrize(("slope", "difficulty"), [(0, 0), (-1, 0), (np.nan, 0), (1, np.inf)])
def test_parameters_that_mean_nothing_are_refused(slope: float, difficulty: float) -> None:
    with pytest.raises(DataError, match="'q0' has no discrimination above 0"):
        bank_of([slope], [difficulty])
