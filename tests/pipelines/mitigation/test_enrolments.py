"""The mitigation pipeline of enrolments, with a gap that is planted in one attribute."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.governance.drift_enrolments import Comparison
from learnloop.governance.fairness_verdict import FairnessSettings
from learnloop.intervene import EnrolmentTrigger, MitigationSettings, TriggerSettings
from pipelines.mitigation.enrolments import fit_mitigated_triggers
from pipelines.mitigation.pipeline import create_enrolment_pipeline
from pipelines.mitigation.settings import MitigationParameters
from pipelines.model_dataset import ModelsDataset
from pipelines.oulad.settings import OuladDrift, OuladParameters

from ...learnloop.models.toys_enrolments import class_days  # noqa: TID252 (one class for both)
from ..in_memory import run_in_memory  # noqa: TID252

DAYS = (28, 56)
OULAD = OuladParameters(
    folder="",
    days=DAYS,
    test_presentation="2014B",
    trigger=TriggerSettings(alert_budget=0.4, strengths=(0.03,), folds=2),
    drift=OuladDrift(comparisons=(Comparison(reference="a", current="b"),), columns=[]),
)
MITIGATION = MitigationParameters(
    attribute="gender",
    rules=MitigationSettings(
        constraint="true_positive_rate",
        difference_bound=0.02,
        auc_loss=0.1,
        minimum_students=5,
    ),
)


@pytest.fixture(scope="module")
def examples() -> pd.DataFrame:
    """Women begin in spring, men in autumn; half the women who are behind do not look it."""
    table = class_days(600)
    number = table["student_id"].str[-3:].astype(int)
    hidden = (number % 4 == 1) & (table["missing_weight"] > 0)
    return table.assign(
        missing_weight=table["missing_weight"].where(~hidden, 0.0),
        days_ahead=table["days_ahead"].where(~hidden, 3.0),
    )


@pytest.fixture(scope="module")
def inputs(examples: pd.DataFrame) -> dict[str, Any]:
    students = examples.drop_duplicates("student_id")
    number = students["student_id"].str[-3:].astype(int)
    protected = pd.DataFrame(
        {
            "student_id": students["student_id"],
            "gender": np.where(number % 2, "woman", "man"),
            "age_band": np.where(number % 3, "older", "younger"),
        }
    )
    return {
        "oulad_examples": examples,
        "oulad_protected": protected,
        "student_splits": students[["student_id", "split"]],
        "params:oulad": OULAD,
        "params:mitigation": MITIGATION,
        "params:audit": FairnessSettings(minimum_students=5, draws=100, permutations=99),
    }


@pytest.fixture(scope="module")
def made(inputs: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the pipeline made; its models as they are read back from their folders."""
    pipeline = create_enrolment_pipeline()
    triggers = ModelsDataset(
        filepath=str(tmp_path_factory.mktemp("models")),
        model="learnloop.intervene.EnrolmentTrigger",
    )
    return run_in_memory(pipeline, inputs, {"mitigated_triggers": triggers})


@pytest.mark.parametrize("day", DAYS)
def test_the_planted_gap_is_narrower_on_students_never_seen(
    made: dict[str, Any], day: int
) -> None:
    found = _comparison(made, "gender", day)
    before, after = (
        next(
            gap["gap"]
            for gap in found[when]["gaps"]
            if (gap["attribute"], gap["group"], gap["metric"]) == ("gender", "woman", "tpr")
        )
        for when in ("before", "after")
    )
    assert before < -0.3
    assert abs(after) < abs(before) - 0.05
    assert found["students"] == 120


def test_each_attribute_and_day_has_steps_of_its_own(made: dict[str, Any]) -> None:
    comparisons = made["mitigation_report"]["comparisons"]
    steps = {(c["attribute"], c["case"]): c["training"]["steps"] for c in comparisons}
    assert set(steps) == {
        (name, f"day {day}") for name in ("gender", "age_band") for day in DAYS
    }
    assert all(each[0]["share"] == 0 for each in steps.values())
    assert len(steps["gender", "day 28"]) > 1
    assert steps["gender", "day 28"] != steps["gender", "day 56"]
    assert steps["gender", "day 28"] != steps["age_band", "day 28"]


def test_mitigated_models_are_read_back_as_they_were(
    made: dict[str, Any], inputs: dict[str, Any]
) -> None:
    examples = inputs["oulad_examples"]
    fitted = fit_mitigated_triggers(examples, made["training_groups"], OULAD, MITIGATION)
    assert set(made["mitigated_triggers"]) == set(fitted) == {"gender", "age_band"}
    for name, model in made["mitigated_triggers"].items():
        assert model.mitigation == fitted[name].mitigation
        pd.testing.assert_frame_equal(
            model.predict(examples), fitted[name].predict(examples), check_exact=True
        )


def test_before_is_a_fit_with_the_parameters_of_this_run(
    made: dict[str, Any], inputs: dict[str, Any]
) -> None:
    assert "oulad_scores" not in create_enrolment_pipeline().inputs()
    examples = inputs["oulad_examples"]
    unseen = examples[(examples["split"] == "test") & (examples["day"] == 28)]
    plain = EnrolmentTrigger(OULAD.trigger).fit(examples).predict(unseen)
    shown = _comparison(made, "gender", 28)["flagged"]["before"]
    assert shown == pytest.approx(plain["flagged"].mean())


def test_no_student_of_the_test_presentation_is_handed_over(made: dict[str, Any]) -> None:
    assert len(made["training_groups"]) == 480


def _comparison(made: dict[str, Any], attribute: str, day: int) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each
        for each in made["mitigation_report"]["comparisons"]
        if (each["attribute"], each["case"]) == (attribute, f"day {day}")
    )
    return found
