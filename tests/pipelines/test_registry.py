"""What may flow where, read off the graph of all pipelines."""

import pytest
from kedro.pipeline import Pipeline

from pipelines.pipeline_registry import ORDER, register_pipelines

MODELS = ("difficulty_model", "mastery_model", "recommender_model", "intervention_model")
PIPELINES = register_pipelines()
ALL = PIPELINES["all"]


def made_from(dataset: str, pipeline: Pipeline = ALL) -> set[str]:
    """Every dataset that has a part, however remote, in making `dataset`."""
    producers = {output: node for node in pipeline.nodes for output in node.outputs}
    seen: set[str] = set()
    waiting = [dataset]
    while waiting:
        node = producers.get(waiting.pop())
        if node is None:
            continue
        new = set(node.inputs) - seen
        seen |= new
        waiting += new
    return seen


def test_plain_run_is_every_pipeline_in_order() -> None:
    assert PIPELINES["__default__"].nodes == ALL.nodes
    assert ALL.nodes == sum((PIPELINES[name] for name in ORDER), Pipeline([])).nodes


@pytest.mark.parametrize("model", MODELS)
def test_no_model_is_made_from_the_truth(model: str) -> None:
    sources = made_from(model)
    assert "events" in sources
    assert not [name for name in sources if name.startswith("truth_")]


@pytest.mark.parametrize("model", MODELS)
def test_no_model_is_made_from_protected_attributes(model: str) -> None:
    assert not [name for name in made_from(model) if "protected" in name]


def readers_of(protected: str) -> set[str]:
    return {
        node.name
        for pipeline in PIPELINES.values()
        for node in pipeline.nodes
        if protected in node.inputs
    }


def test_only_audits_and_one_port_read_protected_attributes() -> None:
    audits = {"audit_fairness", "describe_training_data", "audit_mitigation"}
    assert readers_of("protected_attributes") == {*audits, "hand_over_groups"}
    audits = {"audit_enrolment_fairness", "audit_enrolment_mitigation"}
    assert readers_of("oulad_protected") == {*audits, "hand_over_all_groups"}


@pytest.mark.parametrize(
    ("name", "port", "model"),
    [
        ("mitigation", "hand_over_groups", "mitigated_model"),
        ("oulad_mitigation", "hand_over_all_groups", "mitigated_triggers"),
    ],
)
def test_mitigation_is_no_part_of_a_plain_run_and_has_one_port(
    name: str, port: str, model: str
) -> None:
    pipeline = PIPELINES[name]
    assert not set(pipeline.nodes) & set(ALL.nodes)
    with_port = made_from(model, pipeline)
    without = made_from(model, pipeline - pipeline.only_nodes(port))
    assert [source for source in with_port if "protected" in source]
    assert not [source for source in without if "protected" in source]


def test_every_node_says_which_pipeline_it_belongs_to() -> None:
    for name in ORDER:
        assert all(name in node.tags for node in PIPELINES[name].nodes), name
