"""Remembers what the last whole run was made from, so that `make run` need not repeat it."""

import hashlib
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline

MARK = Path("var/last_run")
MADE_FROM = ("src/**/*", "feature_repo/*", "conf/**/*", "pyproject.toml", "requirements.lock")
"""All that a run of the simulated campus follows from."""
NARROWED_BY = (
    "runtime_params",
    "tags",
    "from_nodes",
    "to_nodes",
    "node_names",
    "from_inputs",
    "to_outputs",
    "namespaces",
    "load_versions",
    "only_missing_outputs",
)
"""What a plain run is asked without, in Kedro's words."""


def fingerprint(project: Path) -> str:
    """A hash of the sources, the configuration and the lock of `project`."""
    files = {
        file
        for pattern in MADE_FROM
        for file in project.glob(pattern)
        if file.is_file() and file.suffix != ".pyc"
    }
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(project)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def is_last_run(project: Path) -> bool:
    """Whether the data at hand are those of a whole run of what `project` holds now."""
    mark = project / MARK
    return mark.exists() and mark.read_text() == fingerprint(project)


class LastRun:
    """Marks the end of a plain, whole run; any other run that writes data clears the mark."""

    def __init__(self) -> None:
        self._made_from = ""

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline) -> None:
        """Clears the mark unless only the release is run, which makes no data."""
        project = Path(run_params["project_path"])
        self._made_from = fingerprint(project)
        if any("release" not in node.tags for node in pipeline.nodes):
            (project / MARK).unlink(missing_ok=True)

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline) -> None:
        """Sets the mark if everything was run, as the configuration says."""
        whole = {"read_source", "summarise_release"} <= {node.name for node in pipeline.nodes}
        plain = run_params["env"] in (None, "local")
        if whole and plain and not any(run_params[name] for name in NARROWED_BY):
            mark = Path(run_params["project_path"]) / MARK
            mark.parent.mkdir(exist_ok=True)
            mark.write_text(self._made_from)
