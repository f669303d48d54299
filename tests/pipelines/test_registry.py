"""What may flow where, read off the graph of all pipelines."""

import pytest
from kedro.pipeline import Pipeline

from pipelines.pipeline_registry import ORDER, register_pipelines

MODELS = ("difficulty_model", "mastery_model", "recommender_model", "intervention_model")
PIPELINES = register_pipelines()
ALL = PIPELINES["all"]


def made_from(dataset: str) -> set[str]:
    """Every dataset that has a part, however remote, in making `dataset`."""
    producers = {output: node for node in ALL.nodes for output in node.outputs}
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


def test_only_the_audit_reads_protected_attributes() -> None:
    readers = {name for name in ORDER if "protected_attributes" in PIPELINES[name].inputs()}
    assert readers == {"audit"}


def test_every_node_says_which_pipeline_it_belongs_to() -> None:
    for name in ORDER:
        assert all(name in node.tags for node in PIPELINES[name].nodes), name
