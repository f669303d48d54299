"""The assessment pipeline on a small class: who sits, by whose answers, and what is written."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.assessment.settings import AssessmentSettings
from learnloop.difficulty import DifficultyEstimator
from pipelines.assessment.nodes import AssessmentParameters
from pipelines.assessment.pipeline import create_pipeline

from ..in_memory import run_in_memory  # noqa: TID252

SKILLS = ["logic.a", "algebra.a", "algebra.b"]
"""In the order of the masteries, which is not that of the banks."""
ITEMS, STUDENTS, GUESS = 20, 40, 0.1
END = pd.Timestamp("2025-11-24", tz="UTC")


def chance(theta: Any, difficulty: Any) -> Any:
    return GUESS + (1 - GUESS) / (1 + np.exp(-1.2 * (theta - difficulty)))


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    """Everybody is in algebra and the first half in logic, of which everybody knows more."""
    rng = np.random.default_rng(3)
    splits = ["train", "train", "test", "validation", "audit"]
    items = pd.DataFrame(
        {
            "content_id": [f"{skill}.{n:02d}" for skill in SKILLS for n in range(ITEMS)],
            "skill_id": np.repeat(SKILLS, ITEMS),
            "difficulty": rng.normal(size=ITEMS * len(SKILLS)),
            "discrimination": 1.2,
        }
    )
    b = items["difficulty"].to_numpy().reshape(len(SKILLS), ITEMS)
    rows, mastery, truth = [], [], []
    when = END - pd.Timedelta(days=2)
    for number in range(STUDENTS):
        ability = rng.normal()
        name, split = f"student-{number:02d}", splits[number % 5]
        level = ability + np.array([1.0, 0.0, -0.5])
        real = chance(level[:, None], b)
        for k, skill in enumerate(SKILLS):
            truth.append((name, END, skill, real[k].mean()))
            if skill == "logic.a" and number >= STUDENTS // 2:
                continue
            rows += [
                (name, f"{skill}.{n:02d}", skill, when, split, rng.random() < real[k, n], n)
                for n in range(ITEMS)
            ]
        mastery.append((name, END, real.mean(axis=1)))
    names = ["student_id", "content_id", "skill_id", "occurred_at", "split"]
    attempts = pd.DataFrame(rows, columns=[*names, "correct", "position"])
    return {
        "attempts": attempts,
        "content_items": items.assign(
            course_id=items["skill_id"].str.split(".").str[0],
            type="assessment",
            skill_ids=[[skill] for skill in items["skill_id"]],
            min_age=0,
        ).drop(columns=["skill_id", "difficulty", "discrimination"]),
        "difficulty_model": DifficultyEstimator().fit(attempts),
        "mastery_model": SimpleNamespace(skills=SKILLS, logit_variances=np.full(5, 0.3)),
        "student_mastery": pd.DataFrame(
            mastery, columns=["student_id", "event_timestamp", "student_mastery_scores"]
        ),
        "truth_mastery": pd.DataFrame(
            truth, columns=["student_id", "as_of", "skill_id", "mastery"]
        ),
        "truth_items": items.drop(columns="skill_id"),
        "params:campus.guess": GUESS,
        "params:assessment": AssessmentParameters(
            test=AssessmentSettings(max_items=15, max_exposure=0.9), draws=20, seed=1
        ),
    }


def test_test_students_sit_the_courses_that_they_are_in(given: dict[str, Any]) -> None:
    made = run_in_memory(create_pipeline(), given, {})
    beliefs, metrics = made["ability_beliefs"], made["assessment_metrics"]
    # One student in five is of `audit`: 32 of 40 are in algebra, 16 of 20 in logic.
    assert beliefs["course_id"].value_counts().to_dict() == {"algebra": 32, "logic": 16}
    assert "audit" not in set(beliefs["split"])
    assert metrics["answers"] == "campus"
    courses = metrics["courses"]
    assert {name: each["students"] for name, each in courses.items()} == {
        "algebra": 8,
        "logic": 4,
    }
    for course in courses.values():
        # The masteries given are the true ones, and the test is right to some .1.
        assert course["before"]["rmse_share"] < 1e-4
        assert course["from"]["mastery"]["rmse_share"]["value"] < 0.15
        assert course["from"]["new"]["mean_items"]["value"] <= 15
    assert "Adaptive tests" in made["assessment_page"]


def test_without_a_truth_answers_are_drawn_from_the_model_and_it_is_said(
    given: dict[str, Any],
) -> None:
    nobody_knows = {name: given[name].head(0) for name in ("truth_mastery", "truth_items")}
    made = run_in_memory(create_pipeline(), {**given, **nobody_knows}, {})
    assert made["assessment_metrics"]["answers"] == "model"
    assert "Nobody knows the true abilities here" in made["assessment_page"]


def test_a_school_without_questions_gets_a_page_that_says_so(given: dict[str, Any]) -> None:
    none = given["content_items"].assign(type="video")
    made = run_in_memory(create_pipeline(), {**given, "content_items": none}, {})
    assert made["ability_beliefs"].empty
    assert "No course has both questions and test students" in made["assessment_page"]


def test_the_same_seed_gives_the_same_figures_and_another_one_others(
    given: dict[str, Any],
) -> None:
    first, again = (
        run_in_memory(create_pipeline(), given, {})["assessment_metrics"] for _ in range(2)
    )
    assert first == again
    other = given["params:assessment"].model_copy(update={"seed": 2})
    different = run_in_memory(create_pipeline(), {**given, "params:assessment": other}, {})
    assert different["assessment_metrics"]["courses"] != first["courses"]


def test_the_truth_reaches_the_evaluation_alone() -> None:
    readers = {
        node.name
        for node in create_pipeline().nodes
        if any(name.startswith("truth_") for name in node.inputs)
    }
    assert readers == {"evaluate_adaptive_tests"}
