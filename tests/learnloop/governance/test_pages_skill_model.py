"""The author's page: findings in words, pictures with words, nobody's name."""

from typing import Any

import pytest

from learnloop.governance.pages_skill_model import skill_model_page

NASTY = "<script>alert('x')</script>"
LIMITS = {
    "false_discovery_rate": 0.05,
    "fewest_students": 30,
    "fewest_questions": 3,
    "flat_gain": 0.05,
    "known_from": 0.9,
    "margin": 0.05,
    "most_students": 1000,
}


def skill(name: str, verdict: str = "rises", questions: int = 5) -> dict[str, Any]:
    curve = {
        "students": 100,
        "answers": 500,
        "raw": [
            {"opportunity": k, "n": 100 - k, "correct": 0.5, "low": 0.4, "high": 0.6}
            for k in range(1, 6)
        ],
        "identified": verdict != "not identified",
        "corrected": [0.5] * 8,
        "slope": 0.0,
        "slope_se": 0.1,
        "gain": 0.0,
        "gain_low": -0.05,
        "gain_high": 0.04,
    }
    return {
        "skill_id": name,
        "name": name,
        "course_id": "c",
        "questions": questions,
        "study_items": 1,
        "answers": 500,
        "curve": curve if questions else None,
        "verdict": verdict if questions else None,
    }


def report(**changes: Any) -> dict[str, Any]:
    needs = {"students": 80, "with_it": 0.6, "without_it": 0.6, "verdict": "contradicted"}
    item = {"skill_id": "b", "students": 90, "share": 0.4, "correlation": -0.3}
    return {
        "students": 100,
        "answers": 1000,
        "settings": LIMITS,
        "skills": [
            skill("a", "flat"),
            skill(NASTY),
            skill("in order", "not identified"),
            skill("empty", questions=0),
        ],
        "items": [{**item, "content_id": "q", "low": -0.5, "high": -0.1, "wrong_way": True}],
        "prerequisites": [
            {**needs, "skill_id": "a", "requires_skill_id": NASTY}
            | {"beyond": -0.1, "low": -0.2, "high": 0.0}
        ],
    } | changes


GAPS: dict[str, Any] = {"students": 30, "cases": 40, "verdicts": {"gap": 40}, "common": []}


@pytest.fixture(scope="module")
def page() -> str:
    return skill_model_page(report(), GAPS, {})


def test_each_finding_is_said_in_words_with_what_to_do(page: str) -> None:
    for words in (
        "a stays flat.",
        "q tells the wrong way round.",
        "Check its key",
        "Look whether a needs",
        "no reason to drop it",
        "<strong>Not identified:</strong> in order.",
        "Without a question:",
    ):
        assert words in page


def test_a_skill_known_from_the_start_is_told_but_nothing_is_asked_of_its_author() -> None:
    easy = [skill("easy", "known from the start"), skill("b")]
    page = skill_model_page(report(skills=easy, items=[], prerequisites=[]), GAPS, {})
    assert "<strong>Known from the start:</strong> easy. At least 90 % are right" in page
    assert "Nothing stands out beyond chance." in page
    assert "easy stays flat" not in page
    # The curves that rise least come first: one that has little to gain is not among them.
    assert page.index('<th scope="row">b</th>') < page.index('<th scope="row">easy</th>')


def test_what_authors_write_is_escaped(page: str) -> None:
    assert NASTY not in page
    assert "&lt;script&gt;" in page


def test_without_a_truth_nothing_is_said_of_precision(page: str) -> None:
    assert "truth of the simulated campus" not in page


def test_a_course_that_nobody_answered_says_so() -> None:
    nothing = report(skills=[skill("empty", questions=0)], items=[], prerequisites=[])
    page = skill_model_page(nothing, {**GAPS, "cases": 0, "verdicts": {}}, {})
    assert "nothing can be said yet" in page
    assert "No question has been answered" in page


def test_prerequisites_of_which_nothing_is_known_are_listed_without_a_picture() -> None:
    unknown = {"beyond": None, "low": None, "high": None, "verdict": "not enough data"}
    needs = [{**report()["prerequisites"][0], **unknown}]
    assert "Too few students answered on both ends" in skill_model_page(
        report(prerequisites=needs), GAPS, {}
    )


def test_a_skill_that_is_not_identified_has_no_gain_and_is_not_called_flat(page: str) -> None:
    assert "in order stays flat" not in page
    assert "in order not identified" in page
    assert '<th scope="row">in order</th>' not in page


def test_where_nothing_is_identified_the_page_says_why_and_shows_no_gain() -> None:
    alone = report(skills=[skill("in order", "not identified")], prerequisites=[])
    page = skill_model_page(alone, GAPS, {})
    assert "learning and\nthe ease of the questions cannot be told apart" in page
    assert "Gain from the first answer" not in page


def test_counts_of_a_few_students_are_not_shown() -> None:
    unknown = dict.fromkeys(("beyond", "low", "high", "with_it", "without_it"))
    few = {**report()["prerequisites"][0], **unknown, "students": 7}
    needs = [*report()["prerequisites"], {**few, "verdict": "not enough data"}]
    page = skill_model_page(report(prerequisites=needs), {**GAPS, "students": 7}, {})
    assert "under 30" in page
    assert ">7<" not in page
    assert "Fewer than 30 students erred" in page
    assert "7 students erred" not in page
