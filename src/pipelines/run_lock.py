"""Keeps two runs from writing into one project at the same time."""

from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from kedro.framework.hooks import hook_impl

from learnloop.errors import LearnloopError


class OneRunAtATime:
    """Holds `var/run.lock` while pipelines run; the system lets go of it if a run dies."""

    def __init__(self) -> None:
        self._lock: FileLock | None = None

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Takes the lock.

        Raises:
            LearnloopError: another process has it.
        """
        file = Path(run_params["project_path"]) / "var/run.lock"
        file.parent.mkdir(exist_ok=True)
        self._lock = FileLock(file, timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise LearnloopError(
                "another run is at work in this project. Wait for it to end, or run in a "
                "clone of your own."
            ) from None

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Lets go of the lock."""
        if self._lock is not None:
            self._lock.release()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Lets go of the lock."""
        self.after_pipeline_run()
