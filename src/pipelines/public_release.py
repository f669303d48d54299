"""Registers a model fitted on public data: a registry of its own, a card, never a champion.

Public data show what a method reaches; no student of the platform is in them, so that no
gate can let such a model through to one. Two things hold it back, each enough alone: the
node submits a challenger, and `champions: false` in the environment's globals makes the
catalog entry refuse anything more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

import pandas as pd
from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel

from learnloop.datasets.public import PublicData
from learnloop.errors import ModelError
from learnloop.governance.cards import render_public_card
from learnloop.governance.registry import RegisteredVersion, Submission, loggable
from learnloop.governance.versions import (
    FIRST_VERSIONS,
    Fingerprint,
    digest_of_model,
    hash_code,
    hash_libraries,
    hash_parameters,
    hash_tables,
    next_version,
)
from learnloop.model import Model

_ALWAYS_NEEDED = {"numpy", "pandas"}


@dataclass(frozen=True)
class PublicModel:
    """A model of a public environment, and what it follows from.

    The pipeline must make, beside the tables named here, `<name>_model`, `<name>_metrics`
    and `student_splits` (`student_id`, `split`); the environment must set `public_data`
    (`learnloop.datasets.public.PublicData`), `champions: false` and a `var` of its own.
    """

    name: str
    """Beginning of the names of its datasets: `difficulty`, `mastery` or `intervention`."""
    tables: tuple[str, ...]
    """The datasets that it is fitted from, as pandas tables."""
    parameters: tuple[str, ...]
    """What it is fitted with, without `params:`."""
    code: tuple[str, ...]
    """Packages or modules whose code makes it."""
    libraries: tuple[str, ...]
    """Distributions that make it and that it needs to answer."""
    fairness: str | None = None
    """A dataset: its fairness audits by what each is of, for the card."""


def releasing(model: PublicModel) -> Pipeline:
    """Two nodes: one stamps the model after its fit, one writes its card and registers it.

    They write `<name>_fingerprint`, `<name>_card` and `<name>_registered`, whose catalog
    entries are those of the release (conf/base/catalog_release.yml). The same data,
    parameters and code make no new version.

    Example:
        >>> trigger = PublicModel(
        ...     name="intervention",
        ...     tables=("enrolments", "weekly_scores"),
        ...     parameters=("oulad",),
        ...     code=("learnloop.intervene", "pipelines.oulad"),
        ...     libraries=("numpy", "pandas", "scikit-learn"),
        ... )
        >>> sorted(releasing(trigger).outputs())
        ['intervention_card', 'intervention_registered']
    """
    name = model.name
    stamp = Node(
        update_wrapper(partial(_stamp, model=model), _stamp),
        [
            f"{name}_model",
            "code_state",
            *model.tables,
            *(f"params:{parameter}" for parameter in model.parameters),
        ],
        f"{name}_fingerprint",
        name=f"stamp_{name}",
    )
    register = Node(
        update_wrapper(partial(_register, model=model), _register),
        [
            f"{name}_model",
            f"{name}_fingerprint",
            f"{name}_known_versions",
            f"{name}_metrics",
            "student_splits",
            "params:public_data",
            *([model.fairness] if model.fairness else []),
        ],
        [f"{name}_card", f"{name}_registered"],
        name=f"register_{name}",
    )
    return Pipeline([stamp, register], tags="public_release")


def _stamp(
    made: Model, code_state: Mapping[str, Any], *made_from: Any, model: PublicModel
) -> dict[str, Any]:
    """What the model was made from, written when it was made."""
    tables = made_from[: len(model.tables)]
    given = [_plain(said) for said in made_from[len(model.tables) :]]
    parameters = dict(zip(model.parameters, given, strict=True))
    code = {"code": hash_code(model.code), "libraries": hash_libraries(model.libraries)}
    fingerprint = Fingerprint(
        contract=made.contract,
        params_hash=hash_parameters(parameters),
        code_hash=hash_parameters(code),
        data_hash=hash_tables(tables),
    )
    return {
        "fingerprint": fingerprint.as_dict(),
        "git_sha": code_state["git_sha"],
        "parameters": parameters,
        "digest": digest_of_model(made),
    }


def _plain(parameter: Any) -> Any:
    return parameter.model_dump(mode="json") if isinstance(parameter, BaseModel) else parameter


def _register(
    made: Model,
    stamp: Mapping[str, Any],
    known: list[RegisteredVersion],
    metrics: Mapping[str, Any],
    student_splits: pd.DataFrame,
    about: PublicData,
    *audit: Mapping[str, Any],
    model: PublicModel,
) -> tuple[str, Submission]:
    """The card, and the model on its way into the registry; saving it registers it.

    Raises:
        ModelError: the model on disk is not the one that was stamped.
    """
    if stamp["digest"] != digest_of_model(made):
        raise ModelError(
            f"the {made.name} on disk is not the one that was stamped after its fit, so it is "
            "not registered. Fit it anew with `kedro run` in its environment."
        )
    fingerprint = Fingerprint(**stamp["fingerprint"])
    semver, change = next_version(
        {version.semver: version.fingerprint for version in known},
        fingerprint,
        FIRST_VERSIONS[made.name],
    )
    numbers = {version.semver: version.number for version in known}
    plan = {
        "name": made.name,
        "version": semver,
        "number": numbers.get(semver, max(numbers.values(), default=0) + 1),
        "change": change.value,
        "fingerprint": stamp["fingerprint"],
        "git_sha": stamp["git_sha"],
    }
    counts = student_splits.groupby("split")["student_id"].nunique().sort_index()
    students = {str(split): int(count) for split, count in counts.items()}
    card = render_public_card(plan, metrics, about, students, *audit)
    return card, Submission(
        name=made.name,
        semver=semver,
        fingerprint=fingerprint,
        git_sha=stamp["git_sha"],
        last_event="",
        model=made,
        gates={},
        alias="challenger",
        card=card,
        metrics=loggable(metrics["scores"]),
        parameters=stamp["parameters"],
        libraries=tuple(sorted(set(model.libraries) - _ALWAYS_NEEDED)),
    )
