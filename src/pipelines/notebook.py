"""For notebooks: the catalog of what a run left, or a sentence that says how to make it."""

import os
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.utils import find_kedro_project

from learnloop.errors import LearnloopError


class NotRunYetError(LearnloopError):
    """No run has left what a notebook shows."""

    def _render_traceback_(self) -> list[str]:
        """The lines that IPython shows in the place of a stack trace."""
        return [str(self)]


def open_catalog(*needed: str, env: str | None = None) -> CatalogProtocol[Any, Any]:
    """The catalog of the project that the working folder is in.

    Args:
        needed: datasets that must be there.
        env: configuration environment, for instance ``school``.

    Raises:
        NotRunYetError: one is missing.
    """
    project = find_kedro_project(Path.cwd())
    if project is None:
        raise NotRunYetError("This notebook is not in a folder of the project.")
    # Read when the modules below are imported: without it Kedro tells of every load.
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(project / "conf/logging.yml"))
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(project)
    catalog = KedroSession.create(project_path=project, env=env).load_context().catalog
    missing = [name for name in needed if not catalog.exists(name)]
    if missing:
        raise NotRunYetError(f"There is no {missing[0]} to look at yet: run `make run` first.")
    return catalog
