"""A planted bias or drift moves what it should, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import stats

from learnloop.simulation import Campus, CampusSettings, Cohort
from learnloop.simulation.attributes import GROUPS

from .campuses import Observed, plain, small

FEMALE = {"attribute": "gender", "group": "female", "strength": 1.0}


def observed(cohort: Cohort = Cohort.LEARN, **changes: object) -> tuple[Campus, pd.DataFrame]:
    campus = small(students=150, reference_students=150, weeks=6, **changes)
    events = plain(campus.simulate(cohort, 0, 150)).sort_values("event_id")
    gender = campus.roster.protected.set_index("student_id")["gender"]
    return campus, events.assign(female=events["student_id"].map(gender) == "female")


def of_group(events: pd.DataFrame, female: bool) -> pd.DataFrame:
    return events[events["female"] == female].reset_index(drop=True)


@pytest.fixture(scope="module")
def fair() -> pd.DataFrame:
    return observed()[1]


@pytest.mark.parametrize("kind", ["labels", "access"])
def test_a_bias_leaves_the_other_groups_exactly_as_they_were(fair, kind):
    _, biased = observed(bias={**FEMALE, "kind": kind})
    pd.testing.assert_frame_equal(of_group(fair, False), of_group(biased, False))


def test_noisy_labels_flip_three_answers_in_ten_and_nothing_else(fair):
    _, biased = observed(bias={**FEMALE, "kind": "labels"})
    before, after = of_group(fair, True), of_group(biased, True)
    same = ["event_id", "occurred_at", "verb", "content_id", "progress", "duration_s"]
    pd.testing.assert_frame_equal(before[same], after[same])
    answered = before["verb"] == "answered"
    flipped = before.loc[answered, "correct"] != after.loc[answered, "correct"]
    assert flipped.mean() == pytest.approx(0.3, abs=0.02)


def test_noisy_labels_do_not_touch_the_truth():
    blocks = [
        small(weeks=4, bias=bias).simulate(Cohort.LEARN, 0, 40)
        for bias in (None, {**FEMALE, "kind": "labels"})
    ]
    assert blocks[0].mastery.equals(blocks[1].mastery)
    assert blocks[0].students.equals(blocks[1].students)


def test_worse_access_means_fewer_sessions_more_phones_and_less_watched(fair):
    _, biased = observed(bias={**FEMALE, "kind": "access"})
    before, after = of_group(fair, True), of_group(biased, True)
    sessions = [events["session_id"].nunique() for events in (before, after)]
    assert 0.4 < sessions[1] / sessions[0] < 0.65
    assert (after["device"] == "phone").mean() > (before["device"] == "phone").mean() + 0.1
    finished = [
        (events.loc[events["verb"] == "watched", "progress"] == 1).mean()
        for events in (before, after)
    ]
    assert finished[1] < 0.65 * finished[0]


def test_a_weaker_bias_does_less(fair):
    gaps = []
    for strength in (0.0, 0.3, 1.0):
        bias = {**FEMALE, "kind": "labels", "strength": strength}
        after = of_group(observed(bias=bias)[1], True)["correct"]
        gaps.append((of_group(fair, True)["correct"] != after)[after.notna()].mean())
    assert gaps[0] == 0
    assert gaps[0] < gaps[1] < gaps[2]


def test_without_a_bias_attributes_say_nothing_about_learning(term: Observed):
    """Kruskal-Wallis over groups; five attributes × four outcomes, at .05 / 20 each."""
    outcomes = pd.DataFrame(
        {
            "ability": term.truth["ability"],
            "events": term.events.groupby("student_id").size(),
            "correct": term.events.dropna(subset="correct")
            .astype({"correct": float})
            .groupby("student_id")["correct"]
            .mean(),
            "lost": term.truth["lost_at"].notna().astype(float),
        }
    ).dropna()
    groups = term.campus.roster.protected.set_index("student_id").loc[outcomes.index]
    for attribute in GROUPS:
        for outcome in outcomes:
            parts = [
                part.to_numpy() for _, part in outcomes[outcome].groupby(groups[attribute])
            ]
            assert stats.kruskal(*parts).pvalue > 0.05 / 20, (attribute, outcome)


def test_attributes_say_nothing_about_each_other(term: Observed):
    protected = term.campus.roster.protected
    for one in GROUPS:
        for other in GROUPS:
            if one < other:
                table = pd.crosstab(protected[one], protected[other])
                assert stats.chi2_contingency(table).pvalue > 0.05 / 10


def test_the_reference_term_never_drifts():
    plain_term = observed(Cohort.REFERENCE)[1]
    for kind in ("devices", "harder", "slower"):
        drifted = observed(Cohort.REFERENCE, drift={"kind": kind, "strength": 1.0})[1]
        pd.testing.assert_frame_equal(plain_term, drifted)


def test_drift_of_devices_moves_students_to_phones_and_leaves_answers_alone(fair):
    _, drifted = observed(drift={"kind": "devices", "strength": 1.0})
    phones = [(events["device"] == "phone").mean() for events in (fair, drifted)]
    assert phones[1] > phones[0] + 0.3
    right = [events["correct"].dropna().astype(float).mean() for events in (fair, drifted)]
    assert abs(right[1] - right[0]) < 0.03


def test_a_harder_term_has_more_wrong_answers_and_its_truth_says_so(fair):
    campus, drifted = observed(drift={"kind": "harder", "strength": 1.0})
    right = [events["correct"].dropna().astype(float).mean() for events in (fair, drifted)]
    assert right[1] < right[0] - 0.1
    shift = (
        campus.curriculum.truth_items()["difficulty"]
        - campus.curriculum_of(Cohort.REFERENCE).truth_items()["difficulty"]
    )
    assert np.allclose(shift, 1.2)


def test_a_slower_term_has_fewer_sessions_that_take_longer(fair):
    _, drifted = observed(drift={"kind": "slower", "strength": 1.0})
    assert drifted["session_id"].nunique() < 0.8 * fair["session_id"].nunique()
    answered = [
        events.loc[events["verb"] == "answered", "duration_s"].median()
        for events in (fair, drifted)
    ]
    assert answered[1] > 1.3 * answered[0]


def test_terms_without_drift_are_alike(fair):
    _, earlier = observed(Cohort.REFERENCE)
    for value in (
        lambda events: events.groupby("student_id").size(),
        lambda events: events["correct"].dropna().astype(float),
        lambda events: events["duration_s"].dropna().clip(upper=1_000),
        lambda events: (events["device"] == "phone").astype(float),
    ):
        now, then = value(fair), value(earlier)
        assert abs(now.mean() - then.mean()) < 0.2 * then.std()


def test_every_group_is_a_tenth_of_the_audit_cohort():
    campus = small(audit_students=10_000)
    students = campus.roster.students
    audit = students.loc[students["cohort"] == "audit", "student_id"]
    protected = campus.roster.protected.set_index("student_id").loc[audit]
    for attribute, groups in GROUPS.items():
        shares = protected[attribute].value_counts(normalize=True)
        assert set(shares.index) == set(groups)
        assert shares.min() >= 0.10


def test_a_few_have_not_consented():
    eligibility = small(students=5_000).roster.eligibility
    assert 0.01 < (~eligibility["learning_consent"]).mean() < 0.03
    denied = eligibility[~eligibility["parental_consent"]]
    assert denied["under_13"].all()
    assert 0.01 < len(denied) / len(eligibility) < 0.03
    assert (eligibility["content_ceiling"] == 12).equals(eligibility["under_13"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"studnts": 5}, "studnts"),
        ({"students": 0}, "students"),
        ({"bias": {**FEMALE, "kind": "labels", "group": "femal"}}, "'female', 'male'"),
        ({"bias": {**FEMALE, "kind": "both"}}, "kind"),
        ({"drift": {"kind": "faster"}}, "faster"),
    ],
)
def test_a_wrong_setting_fails_when_it_is_read_and_is_named(wrong, said):
    with pytest.raises(ValidationError, match=said):
        CampusSettings.model_validate(wrong)
