"""The check at load: no node works on a student who did not consent, whatever is on disk."""

from typing import Any

import pandas as pd
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline.node import Node

from learnloop.errors import ConsentError
from learnloop.privacy.consent import require_consent, tables_of_students

BEFORE_THE_FILTER = frozenset({"source", "ingest", "public_answers"})
"""Pipelines (node tags) that bring data in; consent is decided at their end."""


class ConsentCheck:
    """Holds every table of students that a node loads against `eligibility`.

    The policy table itself is no data of a student's learning, and the truth of the
    simulated campus (`truth_*`) reaches evaluation nodes alone; both are let through.
    """

    def __init__(self) -> None:
        self._eligibility: pd.DataFrame | None = None

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Forgets the policy of an earlier run."""
        self._eligibility = None

    @hook_impl
    def before_node_run(self, node: Node, catalog: DataCatalog, inputs: dict[str, Any]) -> None:
        """Checks what the node is about to read.

        Raises:
            ConsentError: a table holds a student without consent, or the check cannot
                be made as there is no `eligibility`.
        """
        if node.tags & BEFORE_THE_FILTER:
            return
        for name, data in inputs.items():
            if name == "eligibility" or name.startswith("truth_"):
                continue
            for table in tables_of_students(data):
                require_consent(table, self._policy(catalog), name)

    @hook_impl
    def after_node_run(self, outputs: dict[str, Any]) -> None:
        """Forgets the policy when a node has made a new one."""
        if "eligibility" in outputs:
            self._eligibility = None

    def _policy(self, catalog: DataCatalog) -> pd.DataFrame:
        if self._eligibility is None:
            if not catalog.exists("eligibility"):
                raise ConsentError(
                    "consent cannot be checked: there is no eligibility table. "
                    "Run the ingest pipeline first."
                )
            self._eligibility = catalog.load("eligibility")
        return self._eligibility
