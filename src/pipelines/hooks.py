"""Tells the person at the terminal how far a run has come, and what it ended with."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from rich.console import Console


class DefaultPipeline:
    """Lets a configuration environment say what plain `kedro run` runs in it."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Points `__default__` at the pipeline that `default_pipeline` names."""
        pipelines["__default__"] = pipelines[context.params["default_pipeline"]]


class Progress:
    """Prints a line for each node that ends, and the totals of the run."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._started: dict[str, float] = {}
        self._done = 0
        self._total = 0

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Counts what is to be done."""
        self._started = {"run": time.monotonic()}
        self._done, self._total = 0, len(pipeline.nodes)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Starts the node's clock."""
        self._started[node.name] = time.monotonic()

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Prints pipeline, node and seconds."""
        self._done += 1
        seconds = time.monotonic() - self._started[node.name]
        room = min(node.tags, default="")
        self._console.print(
            f"[dim]{self._done:3d}/{self._total}[/dim]  [bold]{room:<14}[/bold]"
            f"{node.name:<36}[dim]{seconds:6.1f} s[/dim]"
        )

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Prints time and memory and, where the run made one, the summary."""
        seconds = time.monotonic() - self._started["run"]
        # Linux counts kilobytes, macOS bytes.
        unit = 1e9 if sys.platform == "darwin" else 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        self._console.print(f"{self._total} nodes in {seconds:.0f} s, peak {peak:.1f} GB")
        if "summary" in pipeline.all_outputs():
            from learnloop.governance.summary import render_summary

            self._console.print(render_summary(catalog.load("summary")))
