"""The page on which a run over public answers begins."""

import re
from typing import Any

from learnloop.governance.pages_public import public_page

COMPARED: dict[str, Any] = {
    "data": {
        "name": "A class",
        "source": "Somebody & others (2020)",
        "terms": "CC BY 4.0",
        "test_students": "the students of one fold.",
        "published_on": "another class.",
    },
    "models": {
        "mastery_predictor": {
            "version": "2.0.0",
            "rows": 12345,
            "students": 678,
            "auc": {"value": 0.7612, "low": 0.74, "high": 0.78},
            "ece": {"value": 0.02, "low": 0.01, "high": 0.03},
            "baselines": {"irt": {"value": None, "low": None, "high": None}},
            "published": {"DKT": 0.75, "AKT": 0.7812},
        }
    },
    "leak": {"rows_read": 20000, "collapsed": 321, "repeats_kept": 9},
}


def shown() -> str:
    return re.sub(r"\s+", " ", public_page(COMPARED))


def test_ours_stands_among_the_known_figures_in_order() -> None:
    found = re.findall(
        r'scope="row">([^<]+)</th><td class="n">([^<]+)</td> <td>([^<]+)', shown()
    )
    assert found == [
        ("AKT", "0.781", "known"),
        ("mastery_predictor 2.0.0", "0.761 [0.740, 0.780]", "this run"),
        ("DKT", "0.750", "known"),
        ("irt", "–", "this run"),
    ]


def test_the_page_tells_of_the_data_and_its_repeated_rows() -> None:
    assert "12,345 answers of 678 students" in shown()
    assert "Somebody &amp; others (2020). Terms: CC BY 4.0." in shown()
    assert "Of 20,000 rows read, 321 repeated an answer" in shown()
    assert "over students. Known figures, open circles: on another class." in shown()
