"""Which missing prerequisite explains a student's errors: cases that a teacher can judge."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from learnloop.content.graph import prerequisite_graph
from learnloop.diagnosis.beliefs import Beliefs
from learnloop.diagnosis.evaluate import judge_gaps
from learnloop.diagnosis.evidence import with_evidence
from learnloop.diagnosis.gaps import (
    GAP,
    LEARNT,
    NOT_LEARNT,
    UNSURE,
    candidates,
    decide,
    ends_of_chains,
)
from learnloop.diagnosis.readiness import (
    Readiness,
    between_variance,
    fit_readiness,
    gain_known,
)
from learnloop.diagnosis.schema import LearningGaps
from learnloop.diagnosis.settings import GapSettings
from learnloop.errors import DataError, ModelError
from learnloop.paths.planner import PathPlanner
from learnloop.paths.settings import PathSettings

SKILLS = ["add", "multiply", "powers"]
UNKNOWN = [0.5, 0.5, 0.5]
"""Believed of a student who has not done anything yet."""
EDGES = pd.DataFrame(
    {"skill_id": ["multiply", "powers"], "requires_skill_id": ["add", "multiply"]}
)
START = datetime(2025, 9, 1, tzinfo=UTC)
SETTINGS = GapSettings(
    explains=0.2,
    work=1.2,
    slope=0.9,
    shift=0.4,
    name_from=0.35,
    deny_below=0.25,
    spread=0.5,
    paths=PathSettings(),
)
CERTAIN = 0.25
MATTERS = Readiness(
    EDGES.assign(effect=1.5, effect_se=0.1, told_by=100), {"practice_ready": (1.5, 0.1)}, 1000
)


def masteries(by_student: dict[str, list[float]], weeks: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (student, pd.Timestamp(START + timedelta(days=7 * (week + 1))), list(values))
            for student, values in by_student.items()
            for week in range(weeks)
        ],
        columns=["student_id", "event_timestamp", "student_mastery_scores"],
    ).astype({"event_timestamp": "datetime64[us, UTC]"})


def answers(student: str, skill: str, right: int, wrong: int) -> pd.DataFrame:
    count = right + wrong
    return pd.DataFrame(
        {
            "student_id": student,
            "skill_id": skill,
            "content_id": f"{skill}.1",
            "correct": [True] * right + [False] * wrong,
            "occurred_at": [
                pd.Timestamp(START + timedelta(days=8, hours=h)) for h in range(count)
            ],
            "position": range(count),
            "studied": 0,
        }
    )


def decided(
    mastery: list[float], readiness: Readiness = MATTERS, right: int = 1, wrong: int = 6
) -> pd.DataFrame:
    """What is said of one student who errs on powers and on multiply."""
    given = pd.concat(
        [
            answers("s", "powers", right, wrong),
            answers("s", "multiply", right, wrong).assign(position=lambda t: t["position"] + 9),
        ]
    )
    beliefs = Beliefs.of(masteries({"s": mastery}), SKILLS, UNKNOWN)
    found = candidates(given, beliefs, readiness, CERTAIN, SETTINGS)
    return decide(found, SETTINGS).set_index("skill_id")


def test_a_missing_prerequisite_is_named() -> None:
    case = decided([0.95, 0.1, 0.3]).loc["powers"]
    assert case["verdict"] == GAP
    assert case["requires_skill_id"] == "multiply"
    assert case["confidence"] > 0.8


def test_the_chain_is_followed_to_where_it_begins() -> None:
    cases = decided([0.05, 0.1, 0.2])
    assert cases.loc["powers", "requires_skill_id"] == "multiply"
    assert cases.loc["powers", "begin_with"] == "add"
    assert cases.loc["multiply", "begin_with"] == "add"


def test_gaps_that_explain_each_other_are_refused_without_naming_the_student() -> None:
    circle = pd.DataFrame(
        {
            "student_id": "s0042",
            "skill_id": ["add", "multiply", "powers"],
            "requires_skill_id": ["multiply", "add", "multiply"],
        }
    )
    with pytest.raises(DataError, match="in a circle: 'add', 'multiply'") as refused:
        ends_of_chains(circle)
    assert "s0042" not in str(refused.value)
    line = circle.iloc[1:]
    assert ends_of_chains(line).tolist() == ["add", "add"]


def test_with_all_prerequisites_known_the_skill_itself_is_not_learnt() -> None:
    case = decided([0.97, 0.97, 0.3]).loc["powers"]
    assert case["verdict"] == NOT_LEARNT
    assert pd.isna(case["begin_with"])


def test_old_errors_on_a_skill_that_is_known_by_now_need_no_explanation() -> None:
    assert decided([0.1, 0.1, 0.9]).loc["powers", "verdict"] == LEARNT


def test_without_data_on_what_prerequisites_matter_nothing_is_claimed() -> None:
    unknown = Readiness(EDGES.assign(effect=np.nan, effect_se=np.nan, told_by=0), {}, 0)
    cases = decided([0.1, 0.1, 0.2], unknown)
    assert set(cases["verdict"]) == {UNSURE}


def test_a_prerequisite_that_does_not_matter_explains_nothing() -> None:
    idle = Readiness(
        EDGES.assign(effect=0.0, effect_se=0.01, told_by=500),
        {"practice_ready": (0.0, 0.01)},
        9,
    )
    cases = decided([0.05, 0.05, 0.2], idle)
    assert set(cases["verdict"]) == {NOT_LEARNT}
    assert (cases["explained"] == 0).all()


def test_confidence_falls_as_the_prerequisite_is_better_known() -> None:
    confidence = [
        decided([0.9, known, 0.3]).loc["powers", "confidence"] for known in (0.1, 0.4, 0.6, 0.9)
    ]
    assert confidence == sorted(confidence, reverse=True)
    assert confidence[0] - confidence[-1] > 0.5


def test_a_skill_without_prerequisites_is_itself_not_learnt() -> None:
    beliefs = Beliefs.of(masteries({"s": [0.2, 0.5, 0.5]}), SKILLS, UNKNOWN)
    found = candidates(answers("s", "add", 1, 3), beliefs, MATTERS, CERTAIN, SETTINGS)
    case = decide(found, SETTINGS).iloc[0]
    assert case["verdict"] == NOT_LEARNT
    assert pd.isna(case["requires_skill_id"])


def test_answers_after_the_last_snapshot_are_not_looked_at() -> None:
    late = answers("s", "powers", 1, 4).assign(
        occurred_at=pd.Timestamp(START + timedelta(days=40))
    )
    beliefs = Beliefs.of(masteries({"s": [0.2, 0.5, 0.5]}), SKILLS, UNKNOWN)
    assert candidates(late, beliefs, MATTERS, CERTAIN, SETTINGS).empty


def test_evidence_counts_the_students_own_answers_and_the_path_begins_at_the_gap() -> None:
    given = pd.concat(
        [
            answers("s", "powers", 1, 6),
            answers("s", "multiply", 2, 3).assign(position=lambda t: t["position"] + 9),
        ]
    )
    beliefs = Beliefs.of(masteries({"s": [0.95, 0.1, 0.3]}), SKILLS, UNKNOWN)
    found = decide(candidates(given, beliefs, MATTERS, CERTAIN, SETTINGS), SETTINGS)
    planner = PathPlanner(prerequisite_graph(EDGES, SKILLS), SKILLS)
    table = with_evidence(found, given, beliefs, np.full(5, CERTAIN), planner)
    LearningGaps.validate(table)
    case = table.set_index("skill_id").loc["powers"]
    assert (case["gap_answers"], case["gap_right"]) == (5, 2)
    # The interval of a mastery of .1 whose logit has variance .25.
    assert case["gap_low"] == pytest.approx(expit(logit(0.1) - 1.96 * 0.5), abs=1e-3)
    assert case["path"].startswith("multiply, about ")
    # By the default pace without items, .024 a minute: ln(.9 / .2) and ln(.7 / .2).
    assert case["path_minutes"] == pytest.approx((1.504 + 1.253) / 0.024, rel=0.01)


def test_beliefs_are_those_of_the_week_and_the_last_one_lasts() -> None:
    table = masteries({"a": [0.2, 0.5, 0.5], "b": [0.4, 0.5, 0.5]})
    table = table[(table["student_id"] == "a") | (table["event_timestamp"].dt.day < 10)]
    beliefs = Beliefs.of(table, SKILLS, UNKNOWN)
    given = pd.DataFrame(
        {
            "student_id": ["a", "a", "b", "nobody"],
            "skill_id": ["add", "powers", "add", "add"],
            "occurred_at": [pd.Timestamp(START + timedelta(days=d)) for d in (0, 7, 300, 1)],
        }
    )
    places = beliefs.places(given)
    assert places["student"].tolist() == [0, 0, 1, -1]
    assert places["week"].tolist()[:3] == [0, 1, 3]
    assert expit(beliefs.logits[1, 3, 0]) == pytest.approx(0.4)


def test_a_week_begins_with_what_earlier_weeks_told_and_the_first_with_nothing() -> None:
    def known(table: pd.DataFrame) -> Any:
        beliefs = Beliefs.of(table, SKILLS, [0.7, 0.5, 0.5])
        return beliefs.known(np.zeros(4, int), np.arange(4), np.zeros(4, int), CERTAIN)

    table = masteries({"s": [0.2, 0.5, 0.5]})
    before = known(table)
    # The normal chance that a logit of ln(7 / 3), with variance .25, is above 0.
    assert before[0] == pytest.approx(norm.cdf(np.log(7 / 3) / 0.5))
    for place in range(3):
        scores = list(table["student_mastery_scores"])
        scores[place] = [0.95, 0.5, 0.5]
        after = known(table.assign(student_mastery_scores=scores))
        assert (after[: place + 1] == before[: place + 1]).all()
        assert after[place + 1] > before[place + 1]


def learned_with(snapshot: int, level: float) -> Readiness:
    """Learned from answers of the first two weeks, where half of the students know `add` by the
    snapshots; in one of these some are given another mastery of it."""
    rng = np.random.default_rng(0)
    students = [f"s{number:02d}" for number in range(80)]
    parts = [
        answers(student, skill, 4, 4).assign(
            correct=rng.random(8) < 0.5,
            occurred_at=[
                pd.Timestamp(START + timedelta(days=day)) for day in (1, 2, 3, 4, 8, 9, 10, 11)
            ],
        )
        for student in students
        for skill in ("multiply", "powers")
    ]
    given = pd.concat(parts, ignore_index=True).sort_values(["student_id", "occurred_at"])
    given["position"] = given.groupby("student_id").cumcount()
    table = masteries({s: [0.9 if n % 2 else 0.1, 0.5, 0.5] for n, s in enumerate(students)})
    changed = table["student_id"].isin(students[:30])
    changed &= table.groupby("student_id").cumcount() == snapshot
    table["student_mastery_scores"] = table["student_mastery_scores"].where(
        ~changed, pd.Series([[level, 0.5, 0.5]] * len(table))
    )
    return fit_readiness(
        given,
        Beliefs.of(table, SKILLS, [0.7, 0.4, 0.5]),
        EDGES,
        pd.DataFrame(
            {"content_id": ["multiply.1", "powers.1"], "difficulty": 0.0, "discrimination": 1.0}
        ),
        pd.Series("c", index=SKILLS),
        CERTAIN,
    )


def test_what_is_learned_of_prerequisites_rests_on_snapshots_before_the_answers() -> None:
    assert learned_with(0, 0.05).weights != learned_with(0, 0.95).weights
    for later in (1, 2):
        assert learned_with(later, 0.05).weights == learned_with(later, 0.95).weights


def test_masteries_of_another_list_of_skills_are_refused() -> None:
    with pytest.raises(ModelError, match="3 masteries, but there are 2 skills"):
        Beliefs.of(masteries({"a": [0.1, 0.2, 0.3]}), SKILLS[:2], UNKNOWN[:2])


def test_between_variance_as_dersimonian_and_laird_have_it() -> None:
    # By hand: weights 1, 1, 1/2; mean 1.2; Q = 1.44 + .64 + .5 * .04 = 2.1.
    values, variance = np.array([0.0, 2.0, 1.0]), np.array([1.0, 1.0, 2.0])
    weight = 1 / variance
    centre = (0 + 2 + 0.5) / 2.5
    q = float(weight @ (values - centre) ** 2)
    assert q == pytest.approx(2.0)
    assert between_variance(values, variance) == pytest.approx(0.0)
    assert between_variance(3 * values, variance) == pytest.approx(
        (18 - 2) / (2.5 - 2.25 / 2.5)
    )


def test_a_known_prerequisite_turns_odds_one_to_one_into_three_to_one() -> None:
    assert gain_known(np.array(0.5), np.log(3.0)) == pytest.approx(0.5)


def test_readiness_is_learned_where_it_matters_and_not_where_it_does_not() -> None:
    rng = np.random.default_rng(0)
    students, given = [f"s{i}" for i in range(500)], 8
    known = rng.random(len(students)) < 0.5
    table = masteries(
        {s: [0.95 if k else 0.05, 0.5, 0.5] for s, k in zip(students, known, strict=True)}
    )
    parts = []
    for student, k in zip(students, known, strict=True):
        done = np.log1p(np.arange(given))
        for number, (skill, gain) in enumerate((("multiply", 1.2), ("powers", 0.0))):
            chance = expit(-0.5 + gain * k * done)
            part = answers(student, skill, given, 0)
            parts.append(
                part.assign(
                    correct=rng.random(given) < chance,
                    position=number * given + np.arange(given),
                )
            )
    edges = pd.DataFrame({"skill_id": ["multiply", "powers"], "requires_skill_id": "add"})
    items = pd.DataFrame(
        {"content_id": ["multiply.1", "powers.1"], "difficulty": 0.0, "discrimination": 1.0}
    )
    found = fit_readiness(
        pd.concat(parts, ignore_index=True),
        Beliefs.of(table, SKILLS, UNKNOWN),
        edges,
        items,
        pd.Series("c", index=SKILLS),
        CERTAIN,
    ).effects.set_index("skill_id")
    assert found.loc["multiply", "effect"] > 0.8
    assert abs(found.loc["powers", "effect"]) < 0.35
    assert found.loc["multiply", "told_by"] == 500


def test_too_few_answers_teach_nothing_and_say_so() -> None:
    learned = fit_readiness(
        answers("s", "powers", 3, 3),
        Beliefs.of(masteries({"s": [0.5, 0.5, 0.5]}), SKILLS, UNKNOWN),
        EDGES,
        pd.DataFrame({"content_id": ["powers.1"], "difficulty": 0.0, "discrimination": 1.0}),
        pd.Series("c", index=SKILLS),
        CERTAIN,
    )
    assert learned.answers == 6
    assert learned.effects["effect"].isna().all()


JUDGED = pd.DataFrame(
    {
        "student_id": ["a", "a", "b", "b"],
        "skill_id": ["multiply", "powers", "multiply", "powers"],
        "requires_skill_id": ["add", "multiply", "add", "multiply"],
        "confidence": [0.9, 0.8, 0.7, 0.1],
        "gap_mastery": [0.2, 0.2, 0.2, 0.9],
        "verdict": [GAP, GAP, GAP, NOT_LEARNT],
        "begin_with": ["add", "add", "add", None],
    }
)
TRUTH = JUDGED[["student_id", "skill_id", "requires_skill_id"]].assign(
    explained=[0.5, 0.05, 0.3, 0.4]
)


def values(judged: dict[str, Any], of: str = "scores") -> dict[str, float]:
    return {name: estimate["value"] for name, estimate in judged[of].items()}


def test_precision_and_recall_are_counted_case_by_case() -> None:
    judged = judge_gaps(JUDGED, JUDGED, TRUTH, SETTINGS, draws=20)
    assert values(judged)["precision"] == pytest.approx(2 / 3)
    assert values(judged)["recall"] == pytest.approx(2 / 3)
    assert judged["true_gaps"] == 3
    # Ranked .9 (true), .8 (not), .7 (true), .1 (true): (1 + 2/3 + 3/4) / 3.
    ranking = values(judged, "average_precision")
    assert ranking["confidence"] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)


@pytest.mark.parametrize("whole_student", [False, True])
def test_a_true_gap_that_is_no_candidate_is_missed(whole_student: bool) -> None:
    lacking = JUDGED["student_id"] == "b"
    if not whole_student:
        lacking &= JUDGED["skill_id"] == "multiply"
    kept = JUDGED[~lacking]
    judged = judge_gaps(kept, kept, TRUTH, SETTINGS, draws=20)
    assert judged["true_gaps"] == 3
    assert judged["true_gaps_no_candidate"] == lacking.sum()
    assert values(judged)["precision"] == pytest.approx(1 / 2)
    assert values(judged)["recall"] == pytest.approx(1 / 3)
    # .9 (true), .8 (not); then what is no candidate after all that is one.
    last = (1 + 3 / 4 + 3 / 4) / 3 if whole_student else (1 + 2 / 3 + 3 / 4) / 3
    ranking = values(judged, "average_precision")
    assert ranking["confidence"] == pytest.approx(last)
