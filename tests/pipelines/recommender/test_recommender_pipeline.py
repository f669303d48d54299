"""The recommender pipeline as a whole, on thirty students who follow a course."""

import ibis
import numpy as np
import pandas as pd
import pytest

from learnloop.recommend import ContentRecommender, RecommenderSettings
from learnloop.recommend.schema import LearnerSnapshots, Recommendations
from pipelines.recommender.pipeline import create_pipeline

START = pd.Timestamp("2025-09-01", tz="UTC").as_unit("us")
SKILLS = ("a", "b", "c")
SPLITS = ["train"] * 20 + ["test"] * 8 + ["audit"] * 2 + ["validation"] * 3
SETTINGS = RecommenderSettings(factors=3, iterations=5, list_length=3)


def tables() -> dict[str, object]:
    """A skill a fortnight, four pages each, of which every student reads most."""
    rng = np.random.default_rng(4)
    students = [f"s{i:02d}" for i in range(len(SPLITS))]
    pages = [f"{skill}-{number}" for skill in SKILLS for number in range(4)]
    events = [
        (student, page, START + pd.Timedelta(days=14 * (place // 4) + rng.integers(1, 13)))
        for student in students
        for place, page in enumerate(pages)
        if rng.random() < 0.8
    ]
    log = pd.DataFrame(events, columns=["student_id", "content_id", "occurred_at"])
    moments = [
        (student, START + pd.Timedelta(days=7 * week), split, [0.9, 0.9, 0.9])
        for student, split in zip(students, SPLITS, strict=True)
        for week in range(1, 7)
    ]
    names = ["student_id", "as_of", "split", "student_mastery_scores"]
    features = pd.DataFrame(moments, columns=names).astype({"as_of": "datetime64[us, UTC]"})
    return {
        "events": ibis.memtable(
            log.assign(
                event_id=[f"e{i:03d}" for i in range(len(log))],
                occurred_at=log["occurred_at"].astype("datetime64[us, UTC]"),
                verb="read",
                progress=1.0,
                correct=pd.array([None] * len(log), dtype="boolean"),
            )
        ),
        "recommender_features": features.assign(content_type_preference="text"),
        "students": pd.DataFrame(
            {"student_id": students, "class_ids": [["k"]] * len(SPLITS), "enrolled_at": START}
        ),
        "classes": pd.DataFrame({"class_id": ["k"], "course_id": ["course"]}),
        "eligibility": pd.DataFrame({"student_id": students, "content_ceiling": 18}),
        "content_items": pd.DataFrame(
            {
                "content_id": pages,
                "course_id": "course",
                "type": "text",
                "title": pages,
                "skill_ids": [[page[0]] for page in pages],
                "duration_s": 300.0,
                "author_difficulty": 3,
                "min_age": 0,
            }
        ),
        "skills": pd.DataFrame(
            {"skill_id": SKILLS, "course_id": "course", "name": SKILLS, "position": range(3)}
        ),
        "prerequisites": pd.DataFrame(
            {"skill_id": ["b", "c"], "requires_skill_id": ["a", "b"]}
        ),
        "item_difficulty": pd.DataFrame(
            {"content_id": ["q"], "difficulty": [0.0], "discrimination": [1.0]}
        ),
        "truth_mastery": pd.DataFrame(
            [
                (student, START + pd.Timedelta(days=7 * week), skill, 0.7)
                for student in students
                for week in range(1, 7)
                for skill in SKILLS
            ],
            columns=["student_id", "as_of", "skill_id", "mastery"],
        ).astype({"as_of": "datetime64[us, UTC]"}),
        "truth_items": pd.DataFrame(
            {"content_id": ["q"], "difficulty": [0.0], "discrimination": [1.0]}
        ),
        "params:recommender": SETTINGS,
    }


@pytest.fixture(scope="module")
def made() -> dict[str, object]:
    """Everything that one run of the pipeline leaves behind."""
    held = tables()
    for node in create_pipeline().nodes:
        if node.name == "stamp_recommender":
            continue
        held |= node.run({name: held[name] for name in node.inputs})
    return held


def test_examples_and_recommendations_keep_their_schemas(made: dict[str, object]) -> None:
    LearnerSnapshots.validate(made["recommender_examples"])
    Recommendations.validate(made["recommendations"])


def test_only_students_never_seen_in_fitting_get_recommendations(
    made: dict[str, pd.DataFrame],
) -> None:
    assert set(made["recommendations"]["split"]) == {"test", "audit"}
    assert made["recommendations"]["student_id"].nunique() == 10


def test_after_two_fortnights_the_third_skill_comes_next(made: dict[str, pd.DataFrame]) -> None:
    first = made["recommendations"].query("rank == 1")["content_id"]
    assert first.str[0].eq("c").mean() > 0.8


def test_a_service_gives_each_student_the_list_that_the_run_left(
    made: dict[str, pd.DataFrame],
) -> None:
    model: ContentRecommender = made["recommender_model"]  # type: ignore[assignment]
    asked = made["recommender_examples"].set_index("student_id", drop=False)
    for student, rows in made["recommendations"].groupby("student_id"):
        alone = model.answer(asked.loc[[student]])
        assert [place.content_id for place in alone] == rows["content_id"].to_list()
        assert [place.propensity for place in alone] == rows["propensity"].to_list()


def test_metrics_name_headline_calibration_and_baseline(
    made: dict[str, dict[str, dict[str, dict[str, float]]]],
) -> None:
    metrics = made["recommender_metrics"]
    assert metrics["headline"] == "ndcg@3"
    assert metrics["students"] == 8
    assert metrics["scores"]["ndcg@3"]["value"] > 0.8
    assert {"ece", "ece_candidates"} <= set(metrics["scores"])
    for baseline in ("popularity", "curriculum_order", "random_order"):
        assert "ndcg@3" in metrics["baselines"][baseline]


def test_calibration_is_measured_on_all_who_were_never_seen(
    made: dict[str, dict[str, list[str]]],
) -> None:
    """Eight test and two audit students."""
    assert any(
        "10 students never seen" in note for note in made["recommender_metrics"]["notes"]
    )


def test_a_course_without_questions_leaves_nothing_to_hold_against_the_truth(
    made: dict[str, dict[str, object]],
) -> None:
    assert made["recommender_metrics"]["truth"] == {}


def test_a_school_without_truth_gets_the_same_metrics(made: dict[str, object]) -> None:
    none = {"truth_mastery": pd.DataFrame(), "truth_items": pd.DataFrame()}
    node = next(n for n in create_pipeline().nodes if n.name == "evaluate_recommender")
    found = node.run({**{name: made[name] for name in node.inputs}, **none})
    scores = made["recommender_metrics"]["scores"]  # type: ignore[index]
    assert found["recommender_metrics"]["scores"] == scores
