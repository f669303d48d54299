"""No question becomes known to everybody."""

import json

import numpy as np
import pytest

from learnloop.assessment.adaptive import AdaptiveTest
from learnloop.assessment.exposure import Exposure
from learnloop.assessment.settings import AssessmentSettings
from learnloop.errors import DataError, ModelError

from .banks import NOON, adaptive, bank_of, drawn_bank, sit


def test_the_limit_holds_after_every_student() -> None:
    test = adaptive(drawn_bank(150), max_exposure=0.25, max_items=8, standard_error=0.01)
    rng = np.random.default_rng(0)
    for count in range(1, 121):
        sit(test, rng.normal(), rng)
        assert test.exposure.asked.max() <= max(1, 0.25 * count)
    assert test.exposure.students == 120
    assert test.exposure.asked.sum() == 120 * 8


def test_without_control_everybody_begins_with_the_same_question() -> None:
    test = adaptive(drawn_bank(150), max_items=3)
    rng = np.random.default_rng(0)
    for _ in range(10):
        sit(test, rng.normal(), rng)
    assert test.exposure.rates.max() == 1


def test_a_price_sends_the_next_student_to_an_equal_question() -> None:
    test = adaptive(bank_of([1, 1, 1], [0, 0, 0]), max_exposure=0.5)
    first, second = (test.ask(test.start(now=NOON), NOON).pending for _ in range(2))
    assert {first, second} == {"q0", "q1"}


def test_a_student_with_few_suitable_questions_is_asked_them_all_the_same() -> None:
    bank = bank_of([1, 1, 1, 1], [0, 0, 0, 0], language=["de", "en", "en", "en"])
    test = adaptive(bank, max_exposure=0.5, standard_error=0.1)
    for _ in range(3):
        begun = test.start(now=NOON, barred=["q1", "q2", "q3"])
        assert test.ask(begun, NOON).pending == "q0"


def test_rates_and_overlap_by_hand() -> None:
    exposure = Exposure.of(bank_of([1, 1, 1], [0, 0, 0]), 0.9)
    for _ in range(4):
        exposure.begin()
    for place in (0, 0, 0, 0, 1, 1):
        exposure.ask(place)
    assert exposure.rates.tolist() == [1, 0.5, 0]
    assert exposure.overlap == pytest.approx((1 + 0.25) / 1.5)


def test_counts_go_through_json_and_to_a_bank_that_has_changed() -> None:
    exposure = Exposure.of(bank_of([1, 1, 1], [0, 0, 0]), 0.3)
    exposure.begin()
    exposure.ask(1)
    saved = json.loads(json.dumps(exposure.as_json()))
    again = Exposure.from_json(saved, bank_of([1, 1], [0, 0]), 0.3)
    assert again.students == 1
    assert again.asked.tolist() == [0, 1]
    assert again.price.tolist() == exposure.price[:2].tolist()


def test_what_is_no_saved_exposure_is_refused() -> None:
    with pytest.raises(DataError, match="the saved exposure cannot be read"):
        Exposure.from_json({"students": "many"}, bank_of([1], [0]), 0.3)


def test_counts_of_another_bank_are_refused() -> None:
    others = Exposure.of(bank_of([1, 1], [0, 0]), 0.3)
    with pytest.raises(ModelError, match="another bank"):
        AdaptiveTest(bank_of([1], [0]), exposure=others)


@pytest.mark.parametrize(("kept", "wanted"), [(1.0, 0.2), (0.2, 1.0), (0.3, 0.2)])
def test_counts_kept_to_another_limit_are_refused(kept: float, wanted: float) -> None:
    bank = bank_of([1, 1], [0, 0])
    settings = AssessmentSettings(max_exposure=wanted)
    with pytest.raises(ModelError, match=f"kept to {kept:g} .* to {wanted:g}"):
        AdaptiveTest(bank, settings, Exposure.of(bank, kept))
