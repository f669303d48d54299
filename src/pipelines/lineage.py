"""Writes the stages of `dvc.yaml`: what DVC knows of the pipelines is read off them.

A stage is a pipeline. It depends on the code that its nodes import, on what they read, on
their parameters and on the catalog's entries for what they read and write; its outs are what
they leave under ``data``. Nothing under ``var`` is an out: DVC removes outs before a stage
runs and puts old ones back, and would do so with registered versions.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib import import_module
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
    defined, stated = _stated("catalog", project), _stated("parameters", project)
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
            *OF_EVERY_STAGE,
        }
        outs = [
            {paths[d]: NOT_KEPT} if d in alive else paths[d]
            for d in made
            if not d.startswith(METRIC)
        ]
        # By key, so that a change of an entry reaches the stages that have it, and no other.
        keys = {d if d in defined else catalog.match_dataset_pattern(d) for d in entries}
        metrics = [{paths[d]: {"cache": False}} for d in made if d.startswith(METRIC)]
        said = {
            "desc": str(import_module(f"pipelines.{name}").__doc__).splitlines()[0],
            "cmd": f"kedro run --env {ENVIRONMENT} --pipelines {name}",
            "deps": sorted(deps),
            "params": [
                *_by_file(defined.keys() & keys, defined),
                *_by_file(_parameters(name, read, stated), stated),
            ],
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


def _code(name: str, pipeline: Pipeline, entries: Mapping[str, Any], project: Path) -> set[str]:
    """Files of ours that the stage works with; of a package that is stamped, the folder."""
    source = project / "src"
    finder = ModuleFinder(path=[str(source)])
    for module in {f"pipelines.{name}.pipeline", *(n.func.__module__ for n in pipeline.nodes)}:
        finder.import_hook(module)
    found = (vars(module)["__file__"] for module in finder.modules.values())
    files = _with_named({Path(file) for file in found if file})
    # The catalog names classes that read and write, and schemas that validate.
    for path in re.findall(r'"((?:learnloop|pipelines)[\w.]*)\.\w+"', json.dumps(entries)):
        file = source.joinpath(*path.split(".")).with_suffix(".py")
        files |= {file} if file.is_file() else set()
    files = {file for file in files if file.name != "__init__.py" or _imports(file)}
    stamped = {source.joinpath(*p.split(".")) for s in _stamped(name) for p in s.code}
    folders = {place for place in stamped if place.is_dir()}
    files |= {place.with_suffix(".py") for place in stamped - folders}
    apart = {file for file in files if not folders.intersection(file.parents)}
    return {place.relative_to(project).as_posix() for place in folders | apart}


def _with_named(files: set[Path]) -> set[Path]:
    """`files`, and those beside or below them that they name in quotes: templates, tables."""
    found, new = set[Path](), files
    while new:
        found |= new
        new = {
            beside
            for file in new
            for name in re.findall(r'"([\w-]+\.\w+)"', file.read_text("utf-8"))
            for beside in file.parent.rglob(name)
        } - found
    return found


def _imports(file: Path) -> bool:
    """Whether an ``__init__.py`` is more than a docstring."""
    return "\nfrom " in file.read_text("utf-8")


def _stated(kind: str, project: Path) -> dict[str, tuple[str, Any]]:
    """What the configuration says by key, each with the file that says it."""
    return {
        key: (file.relative_to(project).as_posix(), value)
        for file in (project / "conf" / ENVIRONMENT).glob(f"{kind}*.yml")
        for key, value in YAML(typ="safe").load(file).items()
    }


def _parameters(name: str, read: set[str], stated: Mapping[str, tuple[str, Any]]) -> set[str]:
    """Parameters of the stage, with those they refer to."""
    whole = {stage.parameters for stage in _stamped(name) if stage.parameters}
    parts = {n.removeprefix("params:") for n in read if n.startswith("params:")}
    asked = whole | {part for part in parts if part.partition(".")[0] not in whole}
    for key in sorted(asked):
        asked |= set(re.findall(r"\$\{(\w+)\}", str(stated[key.partition(".")[0]][1])))
    return asked


def _by_file(
    keys: Iterable[str], stated: Mapping[str, tuple[str, Any]]
) -> list[dict[str, list[str]]]:
    """Keys under the file that states them, as DVC wants parameters."""
    by_file: dict[str, list[str]] = {}
    for key in sorted(keys):
        by_file.setdefault(stated[key.partition(".")[0]][0], []).append(key)
    return [{file: found} for file, found in sorted(by_file.items())]
