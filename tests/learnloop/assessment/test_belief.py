"""What is believed of ability, before and during a test."""

import numpy as np
import pytest
from scipy.integrate import quad

from learnloop.assessment.belief import Belief, belief_from_mastery, posterior
from learnloop.errors import ModelError

from .banks import bank_of, drawn_bank


def test_the_posterior_is_bayes_rule() -> None:
    bank = bank_of([1.3, 0.7], [0.4, -1.0])

    def density(theta: float) -> float:
        right = 1 / (1 + np.exp(-1.3 * (theta - 0.4)))
        wrong = 1 - 1 / (1 + np.exp(-0.7 * (theta + 1.0)))
        return float(right * wrong * np.exp(-(((theta - 0.2) / 0.8) ** 2) / 2))

    mass, _ = quad(density, -8, 8)
    mean, _ = quad(lambda theta: theta * density(theta) / mass, -8, 8)
    weight = posterior(bank, Belief(0.2, 0.8), [0, 1], np.array([1, 0]))
    assert weight.sum() == pytest.approx(1)
    assert weight @ bank.grid.ability == pytest.approx(mean, abs=1e-4)


def test_without_answers_the_posterior_is_the_prior() -> None:
    bank = bank_of([1], [0])
    weight = posterior(bank, Belief(0.5, 0.6), [], np.array([], int))
    ability = bank.grid.ability
    assert weight @ ability == pytest.approx(0.5, abs=1e-6)
    assert weight @ (ability - 0.5) ** 2 == pytest.approx(0.36, abs=1e-6)


def test_a_mastery_is_read_back_through_the_skills_curve() -> None:
    # One question of slope 1 and difficulty .5: mastery .8 is ability .5 + logit(.8), and a
    # deviation of .08 is .08 / (.8 · .2) = .5 of ability.
    belief = belief_from_mastery(bank_of([1], [0.5]), ["algebra"], [0.8], [0.08], 0.1)
    assert belief.mean == pytest.approx(0.5 + np.log(4), abs=0.02)
    assert belief.sd == pytest.approx(0.5, abs=0.02)


def test_many_skills_from_one_history_are_no_surer_than_one() -> None:
    bank = bank_of([1, 1, 1], [0, 0, 0], ["a", "b", "c"])
    one = belief_from_mastery(bank, ["a"], [0.6], [0.1], 0.1)
    three = belief_from_mastery(bank, ["a", "b", "c"], [0.6] * 3, [0.1] * 3, 0.1)
    assert three.sd == pytest.approx(one.sd)


def test_skills_that_disagree_make_it_less_sure() -> None:
    bank = bank_of([1, 1], [0, 0], ["a", "b"])
    agree = belief_from_mastery(bank, ["a", "b"], [0.6, 0.6], [0.1, 0.1], 0.1)
    differ = belief_from_mastery(bank, ["a", "b"], [0.4, 0.8], [0.1, 0.1], 0.1)
    assert differ.sd > agree.sd


def test_belief_is_kept_between_the_floor_and_the_population() -> None:
    bank = bank_of([1], [0])
    assert belief_from_mastery(bank, ["algebra"], [0.5], [0.001], 0.4).sd == 0.4
    assert belief_from_mastery(bank, ["algebra"], [0.5], [0.9], 0.4).sd == 1
    certain = belief_from_mastery(bank, ["algebra"], [1.0], [0.05], 0.4)
    assert np.isfinite(certain.mean)
    assert certain.sd == 1


def test_of_a_student_without_known_skills_only_the_population_is_known() -> None:
    assert belief_from_mastery(bank_of([1], [0]), ["history"], [0.9], [0.1], 0.4) == Belief()


@pytest.mark.parametrize(("mastery", "sd"), [(1.2, 0.1), (np.nan, 0.1), (0.5, 0.0)])
def test_impossible_masteries_are_refused(mastery: float, sd: float) -> None:
    with pytest.raises(ModelError, match="Masteries must be"):
        belief_from_mastery(bank_of([1], [0]), ["algebra"], [mastery], [sd], 0.4)


def test_the_belief_is_as_sure_as_it_is_right() -> None:
    # Students answered twelve random questions before; their masteries are what a perfect
    # model of mastery would say, mean and deviation. (truth − mean) / sd then has deviation 1.
    bank, rng = drawn_bank(60, skills=4), np.random.default_rng(1)
    errors = []
    for theta in rng.normal(size=300):
        asked = rng.choice(60, 12, replace=False)
        chance = 1 / (1 + np.exp(-(bank.slope[asked] * theta + bank.easiness[asked])))
        weight = posterior(bank, Belief(), asked, (rng.random(12) < chance).astype(int))
        mastery = bank.skill_curves @ weight
        sd = np.sqrt((bank.skill_curves - mastery[:, None]) ** 2 @ weight)
        belief = belief_from_mastery(bank, bank.skill_ids, mastery, sd, 0.1)
        errors.append((theta - belief.mean) / belief.sd)
    assert abs(np.mean(errors)) < 0.15
    assert np.std(errors) == pytest.approx(1, abs=0.15)
