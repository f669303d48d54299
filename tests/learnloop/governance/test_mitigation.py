"""The comparison of two flags, on students whose rates are counted by hand."""

import html

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import ModelError
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.governance.mitigation import compare_mitigation
from learnloop.governance.pages_mitigation import mitigation_page

SETTINGS = FairnessSettings(draws=100)
TRAINING = {
    "share": 0.5,
    "steps": [
        {"share": 0.0, "auc": 0.8, "violation": 0.25},
        {"share": 0.5, "auc": 0.79, "violation": 0.0},
    ],
}


def scores(flagged: dict[str, list[bool]]) -> pd.DataFrame:
    """100 students of a team with four rows each: two struggle, the first has most risk."""
    teams = np.repeat(["blue", "red"], 100)
    rows = [
        (f"{team}{number:03d}", label, risk, flag)
        for number, team in enumerate(teams)
        for label, risk, flag in zip(
            [True, True, False, False], [0.9, 0.6, 0.4, 0.1], flagged[team], strict=True
        )
    ]
    table = pd.DataFrame(rows, columns=["student_id", "label", "risk", "flagged"])
    return table.assign(split="test")


@pytest.fixture
def protected() -> pd.DataFrame:
    names = [f"{'blue' if n < 100 else 'red'}{n:03d}" for n in range(200)]
    # Three in four of the blue team live in the north, and one in four of the red.
    north = [n % 4 < 3 if n < 100 else n % 4 == 0 for n in range(200)]
    return pd.DataFrame(
        {
            "student_id": names,
            "team": [name.rstrip("0123456789") for name in names],
            "house": np.where(north, "north", "south"),
        }
    )


@pytest.fixture
def plain() -> pd.DataFrame:
    """TPR: blue 2 of 2, red 1 of 2; FPR 0 in both."""
    return scores({"blue": [True, True, False, False], "red": [True, False, False, False]})


@pytest.fixture
def mitigated() -> pd.DataFrame:
    """TPR: both 1 of 2; FPR: blue 1 of 2. Risks of a right and a wrong row change places."""
    table = scores({"blue": [True, False, True, False], "red": [True, False, False, False]})
    return table.assign(risk=table["risk"].replace({0.6: 0.4, 0.4: 0.6}))


def test_gaps_before_after_and_what_they_moved_by(
    plain: pd.DataFrame, mitigated: pd.DataFrame, protected: pd.DataFrame
) -> None:
    found = compare_mitigation(plain, {"team": mitigated}, protected, SETTINGS)["team"]
    gaps = {
        when: {(gap["group"], gap["metric"]): gap["gap"] for gap in found[when]["gaps"]}
        for when in ("before", "after")
    }
    assert gaps["before"]["red", "tpr"] == pytest.approx(-0.5)
    assert gaps["after"]["red", "tpr"] == pytest.approx(0.0)
    assert gaps["after"]["blue", "fpr"] == pytest.approx(0.5)
    moved = {(c["group"], c["metric"]): c["value"] for c in found["changes"]}
    assert moved == pytest.approx(
        {("blue", "tpr"): -0.5, ("red", "tpr"): 0.5, ("blue", "fpr"): 0.5, ("red", "fpr"): -0.5}
    )
    assert found["before"]["groups"]["blue"]["tpr"] == pytest.approx(1.0)


def test_the_price_is_the_paired_difference_in_auc(
    plain: pd.DataFrame, mitigated: pd.DataFrame, protected: pd.DataFrame
) -> None:
    found = compare_mitigation(plain, {"team": mitigated}, protected, SETTINGS)["team"]["auc"]
    assert found["before"]["value"] == pytest.approx(1.0)
    # Of the four pairs of a struggling row (.9, .4) and another (.6, .1) one is wrong.
    assert found["after"]["value"] == pytest.approx(0.75)
    assert found["difference"] == pytest.approx({"value": -0.25, "low": -0.25, "high": -0.25})


def test_no_change_is_told_of_a_gap_that_the_audit_does_not_know(
    plain: pd.DataFrame, mitigated: pd.DataFrame, protected: pd.DataFrame
) -> None:
    """Beside the blue team, 100 students, there are ten: neither side can be held to it."""
    names = protected["student_id"].str[-3:].astype(int)
    few = set(protected.loc[names < 110, "student_id"])
    found = compare_mitigation(
        plain[plain["student_id"].isin(few)],
        {"team": mitigated[mitigated["student_id"].isin(few)]},
        protected,
        SETTINGS,
    )["team"]
    assert {gap["gap"] for gap in found["before"]["gaps"]} == {None}
    assert found["changes"] == []
    report = {
        "rules": {"constraint": "equalized_odds", "difference_bound": 0.02, "auc_loss": 0.3},
        "alert_budget": 0.1,
        "comparisons": [{**found, "training": TRAINING}],
    }
    assert "Largest gap</th>" in mitigation_page(report)


def test_other_rows_are_refused(plain: pd.DataFrame, protected: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="not of the same rows"):
        compare_mitigation(plain, {"team": plain.iloc[1:]}, protected, SETTINGS)


def test_the_page_says_what_the_gap_became_and_what_it_cost(
    plain: pd.DataFrame, mitigated: pd.DataFrame, protected: pd.DataFrame
) -> None:
    found = compare_mitigation(plain, {"team": mitigated}, protected, SETTINGS)["team"]
    report = {
        "rules": {"constraint": "equalized_odds", "difference_bound": 0.02, "auc_loss": 0.3},
        "alert_budget": 0.1,
        "comparisons": [{**found, "training": TRAINING}],
    }
    page = mitigation_page(report)
    assert "TPR of blue, was\n+0.500" in page
    assert "moved by\n−0.500 [−0.500, −0.500]" in page
    assert "−0.250 [−0.250, −0.250]" in page
    assert page.count("data:image/svg+xml") == 2
    # Half of the blue team's other rows are flagged now, and none of the red's.
    elsewhere = page[page.index("Of the other attributes") :]
    assert "FPR, house =" in elsewhere
    assert "became +0.250" in elsewhere or "became −0.250" in elsewhere


@pytest.mark.parametrize(
    ("violation", "reason"),
    [(0.019, "within 0.02 of everybody"), (0.021, "no step that costs at most 0.01 of AUC")],
)
def test_the_page_says_why_nothing_was_changed(
    plain: pd.DataFrame, protected: pd.DataFrame, violation: float, reason: str
) -> None:
    found = compare_mitigation(plain, {"team": plain}, protected, SETTINGS)["team"]
    steps = [{"share": 0.0, "auc": 0.8, "violation": violation}]
    report = {
        "rules": {
            "constraint": "true_positive_rate",
            "difference_bound": 0.02,
            "auc_loss": 0.01,
        },
        "alert_budget": 0.1,
        "comparisons": [
            {**found, "case": "day 28", "training": {"share": 0.0, "steps": steps}}
        ],
    }
    page = mitigation_page(report)
    assert reason in html.unescape(page)
    assert "nobody is better off" not in page
    assert "Team, day 28" in page


def test_the_page_says_when_the_gap_is_narrower_and_nobody_better_off(
    plain: pd.DataFrame, protected: pd.DataFrame
) -> None:
    nobody = plain.assign(flagged=False)
    found = compare_mitigation(plain, {"team": nobody}, protected, SETTINGS)["team"]
    report = {
        "rules": {"constraint": "equalized_odds", "difference_bound": 0.02, "auc_loss": 0.3},
        "alert_budget": 0.1,
        "comparisons": [{**found, "training": TRAINING}],
    }
    assert "nobody is better off" in mitigation_page(report)
