"""The page on which a run over the Open University's students begins."""

import re

from learnloop.governance.pages_oulad import oulad_drift_page, oulad_page


def gap(group: str, metric: str, value: float, half: float) -> dict[str, object]:
    return {
        "attribute": "age_band",
        "group": group,
        "metric": metric,
        "gap": value,
        "low": value - half,
        "high": value + half,
    }


AUC = {"value": 0.7714, "low": 0.76, "high": 0.7825}
COMPARED = {
    "data": {
        "name": "A university",
        "source": "somebody & others",
        "terms": "CC BY 4.0",
        "test_students": "students of 2014B.",
        "published_on": "these files.",
    },
    "models": {
        "later year, day 30": {
            "rows": 6508,
            "auc": AUC,
            "ece": {"value": 0.036, "low": None, "high": None},
            "baselines": {"mark_book": {"value": 0.718, "low": 0.7, "high": 0.73}},
            "published": {"no click log": 0.77},
        }
    },
}
AUDIT = {
    "verdict": "pass",
    "metrics": {"tpr": "TPR", "fpr": "FPR"},
    "gaps": [
        gap("under 35", "tpr", 0.02, 0.05),
        gap("35 and over", "tpr", -0.08, 0.03),
        gap("under 35", "fpr", 0.01, 0.05),
        gap("35 and over", "fpr", 0.0, 0.05),
    ],
}
DRIFT = {
    "2013B-to-2014B-day-28": {
        "verdict": "fail",
        "value": 0.5,
        "limit": 0.1,
        "reason": "1 of 2: banked_work.",
        "week": 4,
        "reference_students": 4116,
        "current_students": 3608,
        "shared_students": 119,
        "columns": [],
    }
}
CLICKS = {"rows": 13905, "alike": 361, "students": 352, "agree": 352}


def page(clicks: dict[str, int]) -> str:
    html = oulad_page(COMPARED, {"later-year-day-28": AUDIT}, DRIFT, clicks)
    return re.sub(r"\s+", " ", html)


def test_scores_stand_beside_what_is_known() -> None:
    shown = page(CLICKS)
    assert "<strong>0.771</strong> [0.760, 0.782]" in shown
    assert '<td class="n">0.77</td>' in shown
    assert '<td class="n">0.718</td>' in shown
    assert "somebody &amp; others" in shown


def test_the_furthest_group_is_shown_and_bold_where_0_is_left_out() -> None:
    shown = page(CLICKS)
    assert "<strong>−0.080 [−0.110, −0.050]</strong>" in shown
    assert "+0.010 [−0.040, +0.060]" in shown
    assert "<strong>+0.010" not in shown
    assert "+0.020" not in shown


def test_the_days_are_those_of_the_report() -> None:
    assert "fail or withdraw, by day 30 of a course" in page(CLICKS)


def test_both_pages_say_that_the_limits_are_not_of_these_students() -> None:
    for shown in (page(CLICKS), re.sub(r"\s+", " ", oulad_drift_page(DRIFT))):
        assert "false alarm between presentations of these students is not known" in shown
    assert '<td class="n">4,116, 3,608</td><td class="n">119</td>' in page(CLICKS)
    assert "lists follow what this term" not in oulad_drift_page(DRIFT)


def test_drift_and_the_click_sample_are_told() -> None:
    assert "1 of 2: banked work." in page(CLICKS)
    assert "361 of them like one before" in page(CLICKS)
    assert "click log has" not in page({})
