"""The diagnosis pipeline, from answers and masteries to a table and a page, in memory."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from learnloop.diagnosis.schema import LearningGaps
from learnloop.diagnosis.settings import GapSettings, SkillModelSettings
from learnloop.paths.settings import PathSettings
from pipelines.diagnosis.nodes import DiagnosisParameters, evaluate_gaps
from pipelines.diagnosis.pipeline import create_pipeline

from ..in_memory import run_in_memory  # noqa: TID252

SKILLS = ["add", "multiply", "other-1", "other-2", "other-3"]
START = datetime(2025, 9, 1, tzinfo=UTC)
PARAMETERS = DiagnosisParameters(
    gaps=GapSettings(
        explains=0.2,
        work=1.2,
        slope=0.9,
        shift=0.4,
        name_from=0.35,
        deny_below=0.25,
        spread=0.5,
        paths=PathSettings(),
    ),
    skill_model=SkillModelSettings(),
    draws=20,
    seed=0,
)


class Mastery:
    """What the pipeline asks of the mastery predictor."""

    skills = SKILLS
    logit_variances = np.full(5, 0.3)

    def new_student(self) -> None:
        """Nothing is known of one."""

    def masteries_of(self, state: None, students: Any, day: Any) -> Any:  # noqa: ARG002
        return np.full((len(students), len(SKILLS)), 0.5)


def world() -> dict[str, Any]:
    """Students who know `add` or not; without it, practice of `multiply` teaches nothing."""
    rng = np.random.default_rng(0)
    splits = ["train"] * 240 + ["validation"] * 30 + ["test"] * 60 + ["audit"] * 20
    students = [f"s{number:03d}" for number in range(len(splits))]
    knows = rng.random(len(students)) < 0.5
    answers, masteries, truth = [], [], []
    for student, split, known in zip(students, splits, knows, strict=True):
        position = 0
        for skill in SKILLS:
            gain = 0.0 if skill == "multiply" and not known else 0.8
            level = (2.5 if known else -2.5) if skill == "add" else -0.3
            for done in range(6):
                chance = expit(level + gain * np.log1p(done))
                moment = START + timedelta(days=8, hours=position)
                answers.append(
                    (
                        student,
                        f"{skill}.1",
                        skill,
                        rng.random() < chance,
                        moment,
                        position,
                        split,
                    )
                )
                position += 1
        low = [0.9 if known else 0.1, 0.7 if known else 0.4, 0.6, 0.6, 0.6]
        for week in range(1, 4):
            moment = START + timedelta(days=7 * week)
            masteries.append((student, moment, low, "v", "m"))
        for week in range(4):
            moment = START + timedelta(days=7 * week)
            for skill, end in zip(SKILLS, low, strict=True):
                began = low[0] if skill == "add" else 0.35
                truth.append((student, moment, skill, end if week > 1 else began))
    columns = ["content_id", "difficulty", "discrimination"]
    items = pd.DataFrame([(f"{skill}.1", 0.0, 1.0) for skill in SKILLS], columns=columns)
    return {
        "attempts": _table(
            answers,
            [
                "student_id",
                "content_id",
                "skill_id",
                "correct",
                "occurred_at",
                "position",
                "split",
            ],
        ).assign(studied=0),
        "student_mastery": _table(
            masteries,
            [
                "student_id",
                "event_timestamp",
                "student_mastery_scores",
                "skills_version",
                "model_version",
            ],
        ),
        "mastery_model": Mastery(),
        "item_difficulty": items,
        "prerequisites": pd.DataFrame({"skill_id": ["multiply"], "requires_skill_id": ["add"]}),
        "skills": pd.DataFrame(
            {"skill_id": SKILLS, "course_id": "c", "name": SKILLS, "position": range(5)}
        ),
        "content_items": pd.DataFrame(
            {
                "content_id": items["content_id"],
                "skill_ids": [[skill] for skill in SKILLS],
                "type": "assessment",
                "duration_s": 60.0,
                "min_age": 0,
            }
        ),
        "truth_mastery": _table(truth, ["student_id", "as_of", "skill_id", "mastery"]),
        "truth_items": items,
        "params:diagnosis": PARAMETERS,
        "params:campus.guess": 0.0,
    }


def _table(rows: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns)
    moments = table.columns.intersection(["occurred_at", "event_timestamp", "as_of"])
    return table.astype(dict.fromkeys(moments, "datetime64[us, UTC]"))


@pytest.fixture(scope="module")
def outputs() -> dict[str, Any]:
    return run_in_memory(create_pipeline(), world(), {})


def test_gaps_are_those_of_students_who_lack_the_prerequisite(outputs: dict[str, Any]) -> None:
    gaps = outputs["learning_gaps"]
    LearningGaps.validate(gaps)
    named = gaps[gaps["verdict"] == "gap"]
    mastery = named.set_index("student_id")["gap_mastery"]
    assert set(named["skill_id"]) == {"multiply"}
    assert (mastery < 0.2).all()
    lacking = gaps[(gaps["skill_id"] == "multiply") & (gaps["gap_mastery"] < 0.2)]
    assert len(named) > 0.9 * len(lacking)


def test_no_gap_is_looked_for_in_students_who_are_only_scored(outputs: dict[str, Any]) -> None:
    audit = outputs["attempts"].query("split == 'audit'")["student_id"]
    assert not outputs["learning_gaps"]["student_id"].isin(audit).any()


def test_the_page_for_authors_counts_learners_alone() -> None:
    given = world()
    answers = given["attempts"]
    apart = answers["split"] == "audit"
    # The audit cohort answers everything wrong, an earlier term everything right.
    earlier = answers[apart].assign(
        student_id="e" + answers["student_id"], split="reference", correct=True
    )
    given["attempts"] = pd.concat(
        [answers.assign(correct=answers["correct"] & ~apart), earlier]
    )
    changed = run_in_memory(create_pipeline(), given, {})["skill_model"]
    given["attempts"] = answers[~apart]
    alone = run_in_memory(create_pipeline(), given, {})["skill_model"]
    assert changed["students"] == 330
    assert str(changed) == str(alone)


def test_named_gaps_are_held_against_the_truth_of_test_students(
    outputs: dict[str, Any],
) -> None:
    metrics = outputs["gap_metrics"]
    assert metrics["students"] <= 60
    assert metrics["scores"]["precision"]["value"] > 0.9
    assert "random prerequisite" in metrics["baselines"]


def test_true_gaps_that_the_candidates_lack_lower_the_recall(outputs: dict[str, Any]) -> None:
    found, given = outputs["gap_candidates"], world()
    lacking = found["requires_skill_id"].notna() & (found["student_id"].str[-1] < "5")

    def judged(candidates: pd.DataFrame) -> dict[str, Any]:
        truths = ("attempts", "prerequisites", "truth_mastery", "truth_items")
        return evaluate_gaps(candidates, *(given[name] for name in truths), 0.0, PARAMETERS)

    whole, part, none = (
        judged(candidates)
        for candidates in (found, found[~lacking], found[found["requires_skill_id"].isna()])
    )
    assert whole["true_gaps"] == part["true_gaps"] == none["true_gaps"] > 20
    assert whole["true_gaps_no_candidate"] == 0
    # Nearly all true gaps are named, so that recall falls by about those that were dropped.
    dropped = part["true_gaps_no_candidate"] / part["true_gaps"]
    assert 0.3 < dropped < 0.7
    recall = [metrics["scores"]["recall"]["value"] for metrics in (whole, part, none)]
    assert recall[0] - recall[1] == pytest.approx(dropped, abs=0.1)
    assert recall[2] == 0


def test_a_school_without_a_truth_gets_gaps_and_a_page_without_precision() -> None:
    given = world()
    given["truth_mastery"] = given["truth_mastery"].head(0)
    given["truth_items"] = given["truth_items"].head(0)
    made = run_in_memory(create_pipeline(), given, {})
    assert made["gap_metrics"] == {}
    assert (made["learning_gaps"]["verdict"] == "gap").any()
    assert "truth of the simulated campus" not in made["skill_model_page"]


def test_the_truth_reaches_the_evaluation_alone() -> None:
    readers = [
        node.name
        for node in create_pipeline().nodes
        if any(name.startswith("truth_") for name in node.inputs)
    ]
    assert readers == ["evaluate_learning_gaps"]


def test_the_page_names_no_student(outputs: dict[str, Any]) -> None:
    assert not [
        s for s in outputs["skills"]["skill_id"] if s not in outputs["skill_model_page"]
    ]
    assert "s001" not in outputs["skill_model_page"]
