"""The page on adaptive tests says what was found and where the answers come from."""

import re
from typing import Any

import pytest

from learnloop.governance.pages_assessment import assessment_page

NASTY = "<script>alert('x')</script>"


def score(value: float) -> dict[str, float]:
    return {"value": value, "low": value / 2, "high": value * 2}


def found(answers: str) -> dict[str, Any]:
    each = {
        "median_items": 12.0,
        "exposure": 0.39,
        "overlap": 0.2,
        "mean_items": score(12.3),
        "within_10_items": score(0.25),
        "precise": score(0.8),
        "rmse_ability": score(0.31),
        "rmse_ability_after_10": score(0.42),
        "rmse_share": score(0.06),
        "coverage": score(0.94),
    }
    course = {
        "questions": 40,
        "students": 17,
        "before": {"rmse_share": 0.111, "rmse_ability": 0.51, "stated_error": 0.74},
        "from": {"mastery": each, "new": each},
        "information": {
            "ability": [-1.0, 0.0, 1.0],
            "all": [5.0, 20.0, 5.0],
            "test": [4.0, 15.0, 4.0],
            "needed": 10.1,
            "students": [0.2, 0.4, 0.2],
            "badly_measured": 0.5,
        },
    }
    settings = {
        "standard_error": 0.3,
        "max_items": 25,
        "max_exposure": 0.4,
        "least_prior_sd": 0.4,
    }
    return {"answers": answers, "settings": settings, "courses": {NASTY: course}}


@pytest.mark.parametrize(
    ("answers", "words"),
    [("campus", "answered by their true knowledge"), ("model", "Nobody knows the true")],
)
def test_it_says_whose_answers_they_are(answers: str, words: str) -> None:
    assert words in assessment_page(found(answers))


def test_names_are_escaped_figures_are_there_and_nothing_is_fetched() -> None:
    page = assessment_page(found("campus"))
    assert NASTY not in page
    for said in ("12.3", "25 %", "0.111", "too little for 50 % of the students"):
        assert said in page
    assert "peaks at ability 0.0 with 15.0; 10.1 are needed" in page
    assert not re.search(r"(src|href)=\"http", page)
