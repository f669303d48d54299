"""Names every pipeline of the project, in the order in which data passes through them."""

from importlib import import_module

from kedro.pipeline import Pipeline

ORDER = (
    "source",
    "ingest",
    "features",
    "difficulty",
    "mastery",
    "assessment",
    "feature_store",
    "recommender",
    "intervention",
    "diagnosis",
    "audit",
    "drift",
    "release",
)
PUBLIC_DATA = ("public_answers", "oulad")
"""Run by environments of their own; not part of `all`."""


def register_pipelines() -> dict[str, Pipeline]:
    """Each pipeline by name; `all` is every one of `ORDER`, and the default."""
    named = {name: _pipeline(name) for name in ORDER}
    everything = sum(named.values(), Pipeline([]))
    public_data = {name: _pipeline(name) for name in PUBLIC_DATA}
    named |= {name: _pipeline(name) for name in ("metrics", "mitigation")}
    named["oulad_mitigation"] = import_module(
        "pipelines.mitigation.pipeline"
    ).create_enrolment_pipeline()
    named |= import_module("pipelines.tuning.pipeline").create_pipelines()
    return {**named, **public_data, "all": everything, "__default__": everything}


def _pipeline(name: str) -> Pipeline:
    created: Pipeline = import_module(f"pipelines.{name}.pipeline").create_pipeline()
    return created
