"""Tells the person at the terminal how far a run has come, and what it ended with."""

import resource
import sys
import time

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from rich.console import Console


class DefaultPipeline:
    """Lets a configuration environment say what plain `kedro run` runs in it."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Points `__default__` at the pipeline that `default_pipeline` names."""
        named = context.config_loader["parameters"]["default_pipeline"]
        pipelines["__default__"] = pipelines[named]


class Progress:
    """Prints a line for each node that ends, and the totals of the run."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._began = self._last = 0.0
        self._done = self._total = 0
        self._running: Node | None = None

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Counts what is to be done."""
        self._began = self._last = time.monotonic()
        self._done, self._total, self._running = 0, len(pipeline.nodes), None

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Ends the line of the node before: only now is everything of it saved."""
        self._end_line()
        self._running = node

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Prints time and memory and, where the run made one, the summary."""
        self._end_line()
        seconds = time.monotonic() - self._began
        self._console.print(f"{self._total} nodes in {seconds:.0f} s, peak {_peak():.1f} GB")
        if "summary" in pipeline.all_outputs():
            from learnloop.governance.summary import render_summary

            self._console.print(render_summary(catalog.load("summary")))
            return
        if "public_comparison" in pipeline.all_outputs():
            from learnloop.governance.comparison import render_comparison

            self._console.print(render_comparison(catalog.load("public_comparison")))
        self._name_pages(pipeline, catalog)

    def _name_pages(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Says which page to open: the one that leads to the others, or all that were made."""
        made = [name for name in sorted(pipeline.all_outputs()) if name.endswith("_page")]
        paths = [str(getattr(catalog[name], "_filepath", "")) for name in made]
        first = [path for path in paths if path.endswith("/index.html")]
        for path in first or filter(None, paths):
            self._console.print(f"Page: {path}", soft_wrap=True)

    def _end_line(self) -> None:
        """Prints pipeline, node, seconds with loading and saving, and the peak until then."""
        node, self._running = self._running, None
        now = time.monotonic()
        seconds, self._last = now - self._last, now
        if node is None:
            return
        self._done += 1
        room = min(node.tags, default="")
        self._console.print(
            f"[dim]{self._done:3d}/{self._total}[/dim]  [bold]{room:<16}[/bold]"
            f"{node.name:<32}[dim]{seconds:6.1f} s {_peak():5.1f} GB[/dim]"
        )


def _peak() -> float:
    """The most memory that this process has held so far, in GB."""
    # Linux counts kilobytes, macOS bytes.
    unit = 1e9 if sys.platform == "darwin" else 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
