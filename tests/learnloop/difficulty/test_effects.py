"""The fit of crossed effects against scikit-learn and against the inverse of a matrix."""

import numpy as np
import pytest
from scipy.special import expit

from learnloop.difficulty.effects import Priors, fit_effects, nested_variances

VARIANCES = {"student": 1.0, "item": 0.5}


def drawn(seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    student, item = (part.ravel() for part in np.mgrid[:30, :12])
    logit = rng.normal(size=30)[student] + np.linspace(-1, 1, 12)[item]
    return {"student": student, "item": item}, (rng.random(360) < expit(logit)).astype(float)


def test_the_effects_are_those_of_a_penalised_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    codes, correct = drawn()
    found = fit_effects(
        codes,
        correct,
        {"student": 30, "item": 12},
        Priors(VARIANCES, 0.0, 4),
        200,
        np.random.default_rng(0),
    )
    # A penalty of 1 on a coefficient of a column scaled by the standard deviation.
    columns = np.hstack(
        [
            np.sqrt(VARIANCES[name]) * np.eye(size)[codes[name]]
            for name, size in (("student", 30), ("item", 12))
        ]
    )
    peer = LogisticRegression(C=1.0, tol=1e-10, max_iter=5000).fit(columns, correct)
    assert found.intercept == pytest.approx(peer.intercept_[0], abs=1e-4)
    expected = peer.coef_[0] * np.repeat(np.sqrt([1.0, 0.5]), [30, 12])
    both = np.concatenate([found.value["student"], found.value["item"]])
    assert both == pytest.approx(expected, abs=1e-4)
    assert found.logit(codes) == pytest.approx(peer.decision_function(columns), abs=1e-3)


def test_a_factor_finds_two_kinds_of_students_and_items() -> None:
    student, item = (part.ravel() for part in np.mgrid[:40, :20])
    alike = (student % 2) == (item % 2)
    codes = {"student": student, "item": item}
    found = fit_effects(
        codes,
        alike.astype(float),
        {"student": 40, "item": 20},
        Priors(VARIANCES, 0.5, 1),
        20,
        np.random.default_rng(0),
    )
    assert ((found.logit(codes) > 0) == alike).all()


def test_what_is_not_known_adds_nothing() -> None:
    codes, correct = drawn()
    found = fit_effects(
        codes,
        correct,
        {"student": 30, "item": 12},
        Priors(VARIANCES, 0.1, 2),
        5,
        np.random.default_rng(0),
    )
    unknown = {"student": np.array([-1, 3]), "item": np.array([-1, -1])}
    expected = [found.intercept, found.intercept + found.value["student"][3]]
    assert found.logit(unknown).tolist() == pytest.approx(expected)


def test_nested_variances_are_those_of_the_inverse_precision_matrix() -> None:
    information, parent = np.array([2.0, 0.5, 0.0, 3.0]), np.array([0, 0, 0, 1])
    # Columns: two parents, four children; the logit is the sum of child and parent.
    design = np.hstack([np.eye(2)[parent], np.eye(4)])
    precision = design.T @ np.diag(information) @ design
    precision += np.diag([1 / 0.8] * 2 + [1 / 0.3] * 4)
    covariance = np.linalg.inv(precision)
    found = nested_variances(information, parent, 2, child_prior=0.3, parent_prior=0.8)
    assert found.parent == pytest.approx(np.diag(covariance)[:2])
    assert found.child == pytest.approx(np.diag(design @ covariance @ design.T))
