"""Gaps and their clustered standard errors, by hand and against brute force."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from learnloop.governance.fairness_gaps import Cohort, Gap, auc_gaps, rate_gaps

TOY = pd.DataFrame({"student_id": ["a", "b", "c", "d"], "team": ["red", "red", "blue", "blue"]})


def of_group(gaps: list[Gap], group: str) -> Gap:
    return next(gap for gap in gaps if gap.group == group)


def test_gap_of_a_rate_by_hand() -> None:
    cohort = Cohort.of(TOY["student_id"], TOY)
    flagged, positives = np.array([1.0, 2.0, 1.0, 0.0]), np.array([2.0, 2.0, 2.0, 2.0])
    gaps = rate_gaps("tpr", flagged, positives, cohort, 2, proportion=False)
    red = of_group(gaps, "red")
    assert red.gap == pytest.approx(3 / 4 - 1 / 4)
    # Red: residuals ∓.5 over 4 positives are ∓1/8; variance 2/1 * 2 * 1/64. Blue the same.
    assert red.error == pytest.approx(math.sqrt(4 / 64 + 4 / 64))
    assert (red.students, of_group(gaps, "blue").gap) == (2, pytest.approx(-1 / 2))


def test_relative_gap_is_a_share_of_the_rest() -> None:
    cohort = Cohort.of(TOY["student_id"], TOY)
    gain, slots = np.array([3.0, 3.0, 2.0, 2.0]), np.ones(4)
    gaps = rate_gaps("gain", gain, slots, cohort, 2, proportion=False, relative=True)
    assert of_group(gaps, "red").gap == pytest.approx(0.5)
    assert of_group(gaps, "blue").gap == pytest.approx(-1 / 3)


def test_a_rate_without_a_single_hit_is_not_certain() -> None:
    cohort = Cohort.of(TOY["student_id"], TOY)
    gap = rate_gaps("fpr", np.zeros(4), np.ones(4), cohort, 2)[0]
    assert gap.gap == 0
    # (0 + 1) / (2 + 2) = 1/4 in each group, variance 3/16 over 4 rows.
    assert gap.error == pytest.approx(math.sqrt(2 * 3 / 64))


def test_a_group_below_the_minimum_has_no_gap() -> None:
    cohort = Cohort.of(TOY["student_id"], TOY)
    gap = rate_gaps("tpr", np.ones(4), np.ones(4), cohort, 3)[0]
    assert math.isnan(gap.gap)
    assert math.isnan(gap.error)


def test_an_attribute_with_one_group_is_not_compared() -> None:
    cohort = Cohort.of(TOY["student_id"], TOY.assign(team="red"))
    assert list(cohort.groups()) == []


def test_students_without_known_attributes_are_not_audited() -> None:
    cohort = Cohort.of(pd.Series(["a", "zoe"]), TOY)
    assert list(cohort.students) == ["a"]
    assert cohort.place(pd.Series(["zoe", "a"])).tolist() == [-1, 0]


def test_auc_of_each_side_is_scikit_learns() -> None:
    cohort = Cohort.of(TOY["student_id"], TOY)
    student = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    label = np.array([1, 0, 1, 0, 1, 0, 0, 1], dtype=bool)
    score = np.array([0.9, 0.2, 0.4, 0.4, 0.3, 0.8, 0.1, 0.6])
    red = of_group(auc_gaps(label, score, student, cohort, 2), "red")
    expected = roc_auc_score(label[:4], score[:4]) - roc_auc_score(label[4:], score[4:])
    assert red.gap == pytest.approx(expected)


def _clustered_rows(
    seed: int = 4, students: int = 400, each: int = 6
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of a student share a shift, so that they are alike."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "student_id": [f"s{i:03d}" for i in range(students)],
            "team": rng.choice(["blue", "red"], students, p=[0.7, 0.3]),
        }
    )
    student = np.repeat(np.arange(students), each)
    shift = rng.normal(0, 1.2, students)[student]
    label = rng.random(len(student)) < 1 / (1 + np.exp(-shift))
    score = 0.8 * shift + label + rng.normal(0, 1, len(student))
    rows = pd.DataFrame({"student": student, "label": label, "score": score})
    return people, rows


def _bootstrap_errors(people: pd.DataFrame, rows: pd.DataFrame) -> dict[str, float]:
    """Spread of the gaps over 400 draws of whole students, recomputed from all rows."""
    rng = np.random.default_rng(5)
    red = (people["team"] == "red").to_numpy()[rows["student"]]
    by_student = [group.index.to_numpy() for _, group in rows.groupby("student")]
    label, score = rows["label"].to_numpy(), rows["score"].to_numpy()
    found: dict[str, list[float]] = {"auc": [], "tpr": [], "relative": []}
    for _ in range(400):
        drawn = np.concatenate(
            [by_student[s] for s in rng.integers(0, len(people), len(people))]
        )
        sides = [drawn[red[drawn]], drawn[~red[drawn]]]
        aucs = [roc_auc_score(label[side], score[side]) for side in sides]
        rates = [(score[side] > 1)[label[side]].mean() for side in sides]
        means = [np.exp(score[side]).mean() for side in sides]
        found["auc"].append(aucs[0] - aucs[1])
        found["tpr"].append(rates[0] - rates[1])
        found["relative"].append(means[0] / means[1] - 1)
    return {name: float(np.std(values)) for name, values in found.items()}


def test_standard_errors_agree_with_a_brute_force_bootstrap() -> None:
    people, rows = _clustered_rows()
    cohort = Cohort.of(people["student_id"], people)
    student = rows["student"].to_numpy()
    label, score = rows["label"].to_numpy(), rows["score"].to_numpy()
    hits = cohort.per_student(student, label & (score > 1))
    positives = cohort.per_student(student, label)
    gains = cohort.per_student(student, np.exp(score))
    counts = cohort.per_student(student, np.ones(len(rows)))
    formulas = {
        "auc": auc_gaps(label, score, student, cohort, 2),
        "tpr": rate_gaps("tpr", hits, positives, cohort, 2),
        "relative": rate_gaps("g", gains, counts, cohort, 2, proportion=False, relative=True),
    }
    brute = _bootstrap_errors(people, rows)
    for name, gaps in formulas.items():
        # A standard deviation from 400 draws is itself known to about 4 %.
        assert of_group(gaps, "red").error == pytest.approx(brute[name], rel=0.15), name
