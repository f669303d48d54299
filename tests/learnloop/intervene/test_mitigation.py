"""Mitigation on made-up students, of whom one signal says more about one group."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from learnloop.errors import ModelError
from learnloop.evaluation import auc
from learnloop.intervene import (
    InterventionTrigger,
    MitigationSettings,
    StruggleSettings,
    TriggerSettings,
    join_examples,
    label_struggle,
)
from learnloop.intervene.crossfit import deal_folds, out_of_fold_logits
from learnloop.intervene.flag import Flag, fit_flag
from learnloop.intervene.logistic import Floats
from learnloop.intervene.mitigation import reweigh

RULES = MitigationSettings(
    constraint="equalized_odds", difference_bound=0.02, auc_loss=0.04, minimum_students=20
)
SETTINGS = TriggerSettings(alert_budget=0.2, strengths=(0.3,), folds=3, mitigation=RULES)


class People:
    """`students` with two rows each; the second signal is noise in group `b`."""

    def __init__(self, students: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        rows = 2 * students
        self.label = (rng.random(rows) < 0.25).astype(np.float64)
        self.student = [f"s{row // 2:05d}" for row in range(rows)]
        self.group = np.repeat(np.where(rng.random(students) < 0.5, "a", "b"), 2)
        told = self.label * (self.group == "a")
        self.columns = rng.normal(size=(rows, 2)) + np.column_stack([self.label, 1.5 * told])

    def fit(self, mitigated: bool, rules: MitigationSettings = RULES) -> Flag:
        settings = SETTINGS.model_copy(update={"mitigation": rules if mitigated else None})
        groups = self.group.tolist() if mitigated else None
        return fit_flag(self.columns, self.label, self.student, settings, groups)

    def tpr_gap(self, flag: Flag) -> float:
        flagged = flag.predict(self.columns, pd.RangeIndex(len(self.label)))["flagged"]
        share = {
            group: flagged[(self.group == group) & (self.label == 1)].mean() for group in "ab"
        }
        return float(share["a"] - share["b"])

    def auc(self, flag: Flag) -> float:
        return auc(self.label, flag.logistic.logit(self.columns))


@pytest.fixture(scope="module")
def people() -> People:
    return People(800, seed=1)


@pytest.fixture(scope="module")
def unseen() -> People:
    return People(20_000, seed=2)


@pytest.fixture(scope="module")
def plain(people: People) -> Flag:
    return people.fit(mitigated=False)


@pytest.fixture(scope="module")
def mitigated(people: People) -> Flag:
    return people.fit(mitigated=True)


def test_the_gap_of_unseen_students_is_less_than_half(
    plain: Flag, mitigated: Flag, unseen: People
) -> None:
    assert unseen.tpr_gap(plain) > 0.3
    assert abs(unseen.tpr_gap(mitigated)) < unseen.tpr_gap(plain) / 2


def test_it_costs_no_more_than_allowed_and_less_gives_less(
    people: People, plain: Flag, mitigated: Flag, unseen: People
) -> None:
    cheap = people.fit(True, RULES.model_copy(update={"auc_loss": 0.005}))
    chance = 0.01
    assert unseen.auc(mitigated) > unseen.auc(plain) - 0.04 - chance
    assert unseen.auc(cheap) > unseen.auc(plain) - 0.005 - chance
    assert abs(unseen.tpr_gap(mitigated)) < abs(unseen.tpr_gap(cheap))


def test_what_is_paid_out_of_fold_buys_as_much(mitigated: Flag) -> None:
    steps = {step.share: step for step in mitigated.mitigation.steps}
    none, chosen = steps[0.0], steps[mitigated.mitigation.share]
    assert none.violation - chosen.violation >= none.auc - chosen.auc > 0


def test_risk_stays_calibrated_to_the_true_labels(mitigated: Flag, unseen: People) -> None:
    risk = mitigated.predict(unseen.columns, pd.RangeIndex(len(unseen.label)))["risk"]
    assert risk.mean() == pytest.approx(unseen.label.mean(), abs=0.03)
    surest = risk > 0.5
    assert unseen.label[surest].mean() == pytest.approx(risk[surest].mean(), abs=0.05)


def test_the_budget_is_kept(mitigated: Flag, unseen: People) -> None:
    flagged = mitigated.predict(unseen.columns, pd.RangeIndex(len(unseen.label)))["flagged"]
    assert flagged.mean() == pytest.approx(0.2, abs=0.03)


def test_groups_that_do_not_differ_are_left_alone(people: People) -> None:
    groups = np.where([int(name[1:]) % 2 for name in people.student], "odd", "even")
    wide = RULES.model_copy(update={"difference_bound": 0.05})
    settings = SETTINGS.model_copy(update={"mitigation": wide})
    fitted = fit_flag(people.columns, people.label, people.student, settings, groups.tolist())
    assert fitted.mitigation.share == 0


@pytest.fixture(scope="module")
def out_of_fold(people: People) -> tuple[Floats, Floats]:
    """Logits without mitigation, and how far each row's group is flagged below its like.

    The second is the rate of all rows of the same label less that of those of the group.
    """
    fold = deal_folds(people.label, people.student, 3)
    logit = out_of_fold_logits(people.columns, people.label, people.student, fold, 0.3)
    flagged = logit >= np.sort(logit)[-int(0.2 * len(logit))]
    below = np.empty(len(logit))
    for value in (0, 1):
        like = people.label == value
        for group in "ab":
            own = like & (people.group == group)
            below[own] = flagged[like].mean() - flagged[own].mean()
    return logit, below


def test_the_first_step_is_no_mitigation_judged_out_of_fold(
    people: People, mitigated: Flag, out_of_fold: tuple[Floats, Floats]
) -> None:
    logit, below = out_of_fold
    first = mitigated.mitigation.steps[0]
    assert first.share == 0
    assert first.auc == pytest.approx(auc(people.label, logit))
    assert first.violation == pytest.approx(np.abs(below).max(), abs=0.005)


def test_who_is_flagged_too_seldom_counts_more_in_proportion(
    people: People, out_of_fold: tuple[Floats, Floats]
) -> None:
    found = reweigh(
        people.columns,
        people.label,
        people.student,
        people.group.tolist(),
        0.3,
        SETTINGS,
        RULES,
    )
    _, below = out_of_fold
    expected = 2 * people.label - 1 + found.mitigation.share * below / np.abs(below).mean()
    signed = (2 * found.target - 1) * found.weight
    np.testing.assert_allclose(signed, expected / np.abs(expected).mean(), atol=0.02)


def test_the_same_again_gives_the_same_bits(people: People, mitigated: Flag) -> None:
    again = people.fit(mitigated=True)
    assert again.threshold == mitigated.threshold
    np.testing.assert_array_equal(again.logistic.coefficients, mitigated.logistic.coefficients)


def fit_with(people: People, groups: NDArray[np.str_]) -> Flag:
    return fit_flag(people.columns, people.label, people.student, SETTINGS, groups.tolist())


def test_one_group_alone_cannot_be_compared(people: People) -> None:
    with pytest.raises(ModelError, match=r"two groups or more.*there are 1: a"):
        fit_with(people, np.full(len(people.label), "a"))


def test_a_small_group_is_named(people: People) -> None:
    few = np.array([name < "s00025" for name in people.student])
    with pytest.raises(ModelError, match=r"'tiny'.*at least 20 are needed"):
        fit_with(people, np.where(few, "tiny", people.group))


def test_a_group_with_one_label_is_named(people: People) -> None:
    ever = pd.Series(people.label).groupby(people.student).transform("max").to_numpy()
    with pytest.raises(ModelError, match=r"'calm': 0 of its students .* struggle"):
        fit_with(people, np.where(ever == 0, "calm", "z"))


def test_groups_without_rules_and_rules_without_groups_are_refused(people: People) -> None:
    given = people.columns, people.label, people.student
    with pytest.raises(ModelError, match="There are rules alone"):
        fit_flag(*given, SETTINGS)
    without = SETTINGS.model_copy(update={"mitigation": None})
    with pytest.raises(ModelError, match="There are groups alone"):
        fit_flag(*given, without, people.group.tolist())


@pytest.fixture
def examples(large_activity: pd.DataFrame, large_features: pd.DataFrame) -> pd.DataFrame:
    struggle = StruggleSettings(
        horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4
    )
    labels = label_struggle(large_activity, struggle)
    return join_examples(large_features, large_activity).merge(
        labels, on=["student_id", "as_of"]
    )


@pytest.fixture
def groups(examples: pd.DataFrame) -> pd.Series:
    """By student; the group is in no column of the examples."""
    names = sorted(examples["student_id"].unique())
    return pd.Series([f"team-{int(name[1:]) % 2}" for name in names], index=names)


def test_a_mitigated_trigger_is_saved_explained_and_asked_without_groups(
    examples: pd.DataFrame, groups: pd.Series, tmp_path: Path
) -> None:
    trigger = InterventionTrigger(SETTINGS).fit(examples, groups)
    trigger.save(tmp_path)
    loaded = InterventionTrigger.load(tmp_path)
    unseen = examples[examples["split"] == "test"]
    pd.testing.assert_frame_equal(loaded.predict(unseen), trigger.predict(unseen))
    pd.testing.assert_frame_equal(loaded.explain(unseen), trigger.explain(unseen))
    assert loaded.mitigation == trigger.mitigation
    assert len(loaded.mitigation.steps) > 1
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    assert "team-" not in written
    json.loads(written)


def test_a_trigger_written_before_there_was_mitigation_is_read(
    examples: pd.DataFrame, tmp_path: Path
) -> None:
    plain = SETTINGS.model_copy(update={"mitigation": None})
    trigger = InterventionTrigger(plain).fit(examples)
    trigger.save(tmp_path)
    (file,) = tmp_path.iterdir()
    content = json.loads(file.read_text())
    del content["mitigation"], content["settings"]["mitigation"]
    file.write_text(json.dumps(content))
    loaded = InterventionTrigger.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.predict(examples), trigger.predict(examples))


def test_the_order_of_the_groups_does_not_matter(
    examples: pd.DataFrame, groups: pd.Series
) -> None:
    one = InterventionTrigger(SETTINGS).fit(examples, groups)
    other = InterventionTrigger(SETTINGS).fit(examples, groups.iloc[::-1])
    pd.testing.assert_frame_equal(one.predict(examples), other.predict(examples))


def test_every_training_student_needs_a_group(
    examples: pd.DataFrame, groups: pd.Series
) -> None:
    learned = examples.loc[examples["split"] == "train", "student_id"].unique()
    with pytest.raises(ModelError, match="of 2 it is not known"):
        InterventionTrigger(SETTINGS).fit(examples, groups.drop(learned[:2]))
