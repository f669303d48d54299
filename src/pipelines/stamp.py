"""Says of each fitted model what it was made from, at the moment when it was made.

The release believes these stamps alone: what data, parameters and code lie about when it
runs need not be those that the models on disk were fitted with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

from kedro.pipeline import Node
from kedro.utils import load_obj

from learnloop.errors import ModelError
from learnloop.governance.versions import Fingerprint, digest_of_model, hash_parameters

_LOG = ("events", "content_items", "skills", "prerequisites", "students", "student_splits")
_BELOW = (
    "learnloop.events",
    "learnloop.content",
    "learnloop.splits",
    "learnloop.model",
    "learnloop.times",
    "learnloop.evaluation",
    "learnloop.datasets.learning_records",
    "pipelines.ingest",
)


@dataclass(frozen=True)
class Stage:
    """A pipeline that makes a model, or what a model is made from."""

    name: str
    code: tuple[str, ...]
    """Packages of its own; those of the stages before it count as well."""
    libraries: tuple[str, ...]
    """Distributions whose version may change what it makes."""
    parameters: str | None = None
    """Top-level parameter that it follows from."""
    settings: str | None = None
    """Import path of what validates that parameter and fills in its defaults."""
    model_class: str | None = None
    after: tuple[str, ...] = ()
    """Stages whose results it reads."""
    tables: tuple[str, ...] = _LOG
    """Tables of ingest that it reads."""


STAGES = (
    Stage(
        "difficulty",
        (*_BELOW, "learnloop.difficulty", "pipelines.difficulty"),
        ("numpy", "pandas", "scipy"),
        "difficulty",
        "learnloop.difficulty.DifficultySettings",
        "learnloop.difficulty.DifficultyEstimator",
    ),
    Stage(
        "mastery",
        ("learnloop.mastery", "pipelines.mastery"),
        ("numpy", "torch", "pytorch-lightning"),
        "mastery",
        "learnloop.mastery.MasterySettings",
        "learnloop.mastery.MasteryPredictor",
        ("difficulty",),
    ),
    Stage(
        "features",
        (*_BELOW, "learnloop.features", "pipelines.features"),
        ("numpy", "pandas", "duckdb"),
        "features",
    ),
    Stage(
        "feature_store",
        ("pipelines.feature_store",),
        ("feast",),
        after=("difficulty", "mastery", "features"),
    ),
    Stage(
        "recommender",
        ("learnloop.recommend", "pipelines.recommender"),
        ("numpy", "scipy", "implicit"),
        "recommender",
        "learnloop.recommend.RecommenderSettings",
        "learnloop.recommend.ContentRecommender",
        ("difficulty", "feature_store"),
        (*_LOG, "classes", "eligibility"),
    ),
    Stage(
        "intervention",
        ("learnloop.intervene", "pipelines.intervention"),
        ("numpy", "scipy", "scikit-learn"),
        "intervention",
        "pipelines.intervention.nodes.InterventionParameters",
        "learnloop.intervene.InterventionTrigger",
        ("feature_store",),
    ),
)
BY_NAME = {stage.name: stage for stage in STAGES}
OF_MODELS = tuple(stage for stage in STAGES if stage.model_class)
MODEL_STAMPS = [f"{stage.name}_fingerprint" for stage in OF_MODELS]
"""Datasets that say which models are on disk."""
_WORDS = {
    "contract": "contract",
    "data_hash": "data",
    "params_hash": "parameters",
    "code_hash": "code or libraries",
}


def stamping(name: str, made: str) -> Node:
    """The node that stamps what stage `name` has just made.

    Args:
        name: of the stage.
        made: the dataset that shows that it is made: a model, or the last table.
    """
    stage = BY_NAME[name]
    return Node(
        update_wrapper(partial(_stamp, stage), _stamp),
        [
            made,
            "data_hashes",
            "code_state",
            "parameters",
            *(f"{before}_fingerprint" for before in stage.after),
        ],
        f"{name}_fingerprint",
        name=f"stamp_{name}",
        tags=name,
    )


def fingerprint_all(
    data_hashes: Mapping[str, Any],
    code_state: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """What each stage would follow from if everything were made now."""
    found: dict[str, dict[str, Any]] = {}
    for stage in STAGES:
        before = [found[name] for name in stage.after]
        found[stage.name] = _follows_from(stage, data_hashes, code_state, parameters, before)
    return found


def made_from(
    stamp: Mapping[str, Any], present: Mapping[str, Any], model: Any, name: str
) -> Fingerprint:
    """The fingerprint of the model on disk, if it is the one that a run would make now.

    Args:
        stamp: what the stage's node wrote after the fit.
        present: the stage's part of `fingerprint_all`.
        model: the model on disk.
        name: its registered name.

    Raises:
        ModelError: it was made from something else, or is not what was stamped.
    """
    other = [word for key, word in _WORDS.items() if stamp[key] != present[key]]
    remedy = (
        "Fit it anew with `kedro run`; parameters given with --params must be given to "
        "the release too."
    )
    if other:
        raise ModelError(
            f"the {name} on disk was made from other {' and other '.join(other)} than those "
            f"at hand, so it is not released. {remedy}"
        )
    if stamp["digest"] != digest_of_model(model):
        raise ModelError(
            f"the {name} on disk is not the one that was stamped after its fit. {remedy}"
        )
    return Fingerprint(**{key: stamp[key] for key in _WORDS})


def naming_models(
    report: Mapping[str, Mapping[str, Any]], stamps: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """`report` saying of each model, as ``judged``, which one it is about.

    Args:
        report: what an audit found, by registered name.
        stamps: what `MODEL_STAMPS` hold, in their order.
    """
    judged = _identities(stamps)
    return {name: {**found, "judged": judged[name]} for name, found in report.items()}


def require_judged(
    what: str, report: Mapping[str, Mapping[str, Any]], stamps: Sequence[Mapping[str, Any]]
) -> None:
    """Checks that `report` is about the models on disk.

    Args:
        what: kind of report, and the name of the pipeline that makes it.
        report: as from `naming_models`.
        stamps: what `MODEL_STAMPS` hold, in their order.

    Raises:
        ModelError: it judged another model, or was written before reports said which.
    """
    judged = _identities(stamps)
    other = [name for name, found in report.items() if found.get("judged") != judged[name]]
    if other:
        raise ModelError(
            f"the {what} report is about another {' and another '.join(other)} than the one "
            "on disk, so nothing is released. Make it anew with "
            "`kedro run --pipelines audit,drift,release`."
        )


def _identities(stamps: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By registered name a short hash of what a model is and what it was made from."""
    return {
        load_obj(str(stage.model_class)).name: hash_parameters(
            {key: stamp[key] for key in (*_WORDS, "digest")}
        )
        for stage, stamp in zip(OF_MODELS, stamps, strict=True)
    }


def _follows_from(
    stage: Stage,
    data_hashes: Mapping[str, Any],
    code_state: Mapping[str, Any],
    parameters: Mapping[str, Any],
    before: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    own = {
        "data_hash": [data_hashes["tables"][table] for table in stage.tables],
        "params_hash": _resolved(stage, parameters),
        "code_hash": code_state["code"][stage.name],
    }
    hashes = {
        key: hash_parameters({"own": said, "before": [earlier[key] for earlier in before]})
        for key, said in own.items()
    }
    contract = load_obj(stage.model_class).contract if stage.model_class else 0
    return {"contract": contract, **hashes}


def _resolved(stage: Stage, parameters: Mapping[str, Any]) -> Any:
    """Parameters as the stage gets them, whether or not this run has validated them yet."""
    if stage.parameters is None:
        return {}
    given = parameters[stage.parameters]
    if stage.settings is None:
        return given
    return load_obj(stage.settings).model_validate(given).model_dump(mode="json")


def _stamp(
    stage: Stage,
    made: Any,
    data_hashes: Mapping[str, Any],
    code_state: Mapping[str, Any],
    parameters: Mapping[str, Any],
    *before: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        **_follows_from(stage, data_hashes, code_state, parameters, before),
        "last_event": data_hashes["last_event"],
        "parameters": _resolved(stage, parameters),
        # Of models alone: tables made again at another commit leave the same stamp.
        "git_sha": code_state["git_sha"] if stage.model_class else "",
        "digest": digest_of_model(made) if stage.model_class else "",
    }
