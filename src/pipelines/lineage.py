"""Writes the stages of `dvc.yaml`: what DVC knows of the pipelines is read off them.

A stage is a pipeline. It depends on the code that its nodes import, on what they read and
on their parameters; its outs are what they leave under ``data``. Nothing under ``var`` is
an out: DVC removes outs before a stage runs and puts old ones back, and would do so with
registered versions.
"""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import groupby
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from kedro.config import OmegaConfigLoader
from kedro.io import CatalogConfigResolver
from kedro.pipeline import Pipeline
from ruamel.yaml import YAML

from pipelines.pipeline_registry import ORDER, register_pipelines
from pipelines.resolvers import RESOLVERS
from pipelines.stamp import BY_NAME, STAGES, Stage

ENVIRONMENT = "base"
"""Without `local`: lineage is of what is committed."""
OF_EVERY_STAGE = ("conf/base/globals.yml", "requirements.lock")
BESIDE = {"ingest": ["data/08_reporting/data_docs"]}
"""What Great Expectations leaves beside the catalog."""
IN_MEMORY = {"{name}": {"type": "MemoryDataset"}}
"""What Kedro makes of a dataset that the catalog does not name."""
NOT_KEPT = {"cache": False, "persist": True}
TELLS_OF_ONLINE_STORE = "feature_store_summary"
METRIC = "tracked_"
"""Begins the name of every metric in the catalog."""


def write_stages(project: Path) -> None:
    """Replaces the stages in the `dvc.yaml` of `project`; all else in it stays."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _: True
    file = project / "dvc.yaml"
    document = yaml.load(file)
    document["stages"] = stages(project)
    yaml.dump(document, file)


def stages(project: Path) -> dict[str, dict[str, Any]]:
    """Every stage by name, as `dvc.yaml` wants it.

    Args:
        project: its root, with ``conf`` and ``src``.
    """
    loader = OmegaConfigLoader(
        str(project / "conf"),
        base_env=ENVIRONMENT,
        default_run_env=ENVIRONMENT,
        custom_resolvers=RESOLVERS,
    )
    catalog = CatalogConfigResolver(loader["catalog"], default_runtime_patterns=IN_MEMORY)
    pipelines = register_pipelines()
    # What says which versions and online values are under var must not come back from a
    # cache to a machine without them: DVC runs the stage that finds it missing. Without
    # `persist`, `dvc commit` would bring it into the cache of runs all the same.
    alive = {TELLS_OF_ONLINE_STORE, *pipelines["release"].all_outputs()}

    def stage(name: str) -> dict[str, Any]:
        pipeline = pipelines[name]
        read, written = pipeline.inputs(), pipeline.all_outputs()
        entries = {dataset: catalog.resolve_pattern(dataset) for dataset in read | written}
        paths = {d: entry["filepath"] for d, entry in entries.items() if "filepath" in entry}
        made = sorted(paths.keys() & written, key=paths.__getitem__)
        deps = {
            *(paths[dataset] for dataset in paths.keys() & read),
            *_code(name, pipeline, entries, project),
            f"conf/base/catalog_{name}.yml",
            *OF_EVERY_STAGE,
        }
        outs = [
            {paths[d]: NOT_KEPT} if d in alive else paths[d]
            for d in made
            if not d.startswith(METRIC)
        ]
        metrics = [{paths[d]: {"cache": False}} for d in made if d.startswith(METRIC)]
        said = {
            "desc": str(import_module(f"pipelines.{name}").__doc__).splitlines()[0],
            "cmd": f"kedro run --env {ENVIRONMENT} --pipelines {name}",
            "deps": sorted(deps),
            "params": _parameters(name, read, project),
            "outs": outs + BESIDE.get(name, []),
            "metrics": metrics,
        }
        return {key: value for key, value in said.items() if value}

    return {name: stage(name) for name in (*ORDER, "metrics")}


def _stamped(name: str) -> list[Stage]:
    """The stages whose code and parameters `name` writes down, or compares with the stamps."""
    if name == "release":
        return list(STAGES)
    return [BY_NAME[name]] if name in BY_NAME else []


def _code(
    name: str, pipeline: Pipeline, entries: Mapping[str, Any], project: Path
) -> Iterator[str]:
    """Files of ours that the stage works with; of a room with several, the room."""
    source = project / "src"
    finder = ModuleFinder(path=[str(source)])
    for module in {f"pipelines.{name}.pipeline", *(n.func.__module__ for n in pipeline.nodes)}:
        finder.import_hook(module)
    found = (vars(module)["__file__"] for module in finder.modules.values())
    files = {Path(file) for file in found if file}
    for package in (package for stage in _stamped(name) for package in stage.code):
        place = source.joinpath(*package.split("."))
        files |= set(place.glob("*.py")) if place.is_dir() else {place.with_suffix(".py")}
    # The catalog names classes that read and write, and schemas that validate.
    for path in re.findall(r'"((?:learnloop|pipelines)[\w.]*)\.\w+"', json.dumps(entries)):
        file = source.joinpath(*path.split(".")).with_suffix(".py")
        files |= {file} if file.is_file() else set()
    modules = sorted(file for file in files if file.name != "__init__.py")
    for folder, inside in groupby(modules, key=lambda file: file.parent):
        several = list(inside)
        if len(several) > 1 and folder.parent != source:
            several = [folder]
        for place in several:
            yield place.relative_to(project).as_posix()


def _parameters(name: str, read: set[str], project: Path) -> list[dict[str, list[str]]]:
    """Parameters of the stage by the file that states them, with those they refer to."""
    stated = {
        key: (file, value)
        for file in sorted((project / "conf" / ENVIRONMENT).glob("parameters*.yml"))
        for key, value in YAML(typ="safe").load(file).items()
    }
    whole = {stage.parameters for stage in _stamped(name) if stage.parameters}
    parts = {n.removeprefix("params:") for n in read if n.startswith("params:")}
    asked = whole | {part for part in parts if part.partition(".")[0] not in whole}
    for key in sorted(asked):
        asked |= set(re.findall(r"\$\{(\w+)\}", str(stated[key.partition(".")[0]][1])))
    by_file: dict[Path, list[str]] = {}
    for key in sorted(asked):
        by_file.setdefault(stated[key.partition(".")[0]][0], []).append(key)
    return [
        {file.relative_to(project).as_posix(): keys} for file, keys in sorted(by_file.items())
    ]
