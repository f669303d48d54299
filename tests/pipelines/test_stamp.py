"""What a model was made from, chained through the stages before it."""

from typing import Any

import pytest

from learnloop.intervene import StruggleSettings, TriggerSettings
from pipelines.intervention.nodes import InterventionParameters
from pipelines.pipeline_registry import ORDER, register_pipelines
from pipelines.stamp import STAGES, fingerprint_all, stamping

INTERVENTION = InterventionParameters(
    struggle=StruggleSettings(
        horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4
    ),
    trigger=TriggerSettings(alert_budget=0.1, strengths=(0.3,)),
)
PARAMETERS: dict[str, Any] = {
    "difficulty": {},
    "mastery": {},
    "features": {"content_grid_hours": 168},
    "recommender": {},
    "intervention": INTERVENTION,
}
TABLES = {name: "may" for stage in STAGES for name in stage.tables}
DATA = {"tables": TABLES, "last_event": "2025-11-24T06:00:00+00:00"}
CODE = {"git_sha": "abc", "code": {stage.name: "c" for stage in STAGES}}


def at_hand(**changes: Any) -> dict[str, dict[str, Any]]:
    given = {"data": DATA, "code": CODE, "parameters": PARAMETERS, **changes}
    return fingerprint_all(given["data"], given["code"], given["parameters"])


def changed(**changes: Any) -> set[str]:
    """Stages that are to be made anew."""
    before, after = at_hand(), at_hand(**changes)
    return {name for name in before if before[name] != after[name]}


def test_a_stage_counts_in_all_that_is_made_from_it() -> None:
    parameters = {**PARAMETERS, "mastery": {"epochs": 3}}
    made_from_mastery = {"mastery", "feature_store", "recommender", "intervention"}
    assert changed(parameters=parameters) == made_from_mastery
    code = {**CODE, "code": {**CODE["code"], "recommender": "c2"}}  # type: ignore[dict-item]
    assert changed(code=code) == {"recommender"}


def test_features_are_not_made_from_models() -> None:
    parameters = {**PARAMETERS, "features": {"content_grid_hours": 24}}
    stages = {"features", "feature_store", "recommender", "intervention"}
    assert changed(parameters=parameters) == stages


def test_only_the_recommender_reads_classes_and_eligibility() -> None:
    assert changed(data={**DATA, "tables": {**TABLES, "classes": "june"}}) == {"recommender"}
    everything = {stage.name for stage in STAGES}
    assert changed(data={**DATA, "tables": {**TABLES, "events": "june"}}) == everything


def test_parameters_count_by_what_they_say_validated_or_not() -> None:
    written = INTERVENTION.model_dump(mode="json")
    assert changed(parameters={**PARAMETERS, "intervention": written}) == set()


def test_stamps_one_after_the_other_are_what_a_release_expects() -> None:
    """Each stage sees the stamps of those before it alone."""
    stamps: dict[str, dict[str, Any]] = {}
    for stage in STAGES:
        if stage.model_class:
            continue
        stamps = {**stamps, **{n: f for n, f in at_hand().items() if n not in stamps}}
        node = stamping(stage.name, "made")
        before = [stamps[name] for name in stage.after]
        stamp = node.func(object(), DATA, CODE, PARAMETERS, *before)
        assert stamp.items() >= at_hand()[stage.name].items()
        elsewhere = {**CODE, "git_sha": "def"}
        assert node.func(object(), DATA, elsewhere, PARAMETERS, *before) == stamp


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_is_stamped_in_its_pipeline_after_what_it_makes(stage: Any) -> None:
    pipelines = register_pipelines()
    nodes = {node.name: node for node in pipelines[stage.name].nodes}
    made = nodes[f"stamp_{stage.name}"].inputs[0]
    assert made in pipelines[stage.name].all_outputs()


def test_a_stage_comes_after_those_that_it_is_made_from() -> None:
    order = [stage.name for stage in STAGES]
    assert all(order.index(b) < order.index(s.name) for s in STAGES for b in s.after)
    assert set(order) < set(ORDER)
