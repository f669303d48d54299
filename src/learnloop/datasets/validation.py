"""The one adapter to Great Expectations: runs rules over batches and writes Data Docs."""

import os
import shutil
import warnings
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from learnloop.datasets.rules import Rule
from learnloop.datasets.validation_overview import write_overview
from learnloop.errors import DataError

FINDING = ("rule", "file", "row", "column", "expectation", "value", "reason")
WHERE = ("_file", "_row")


def validate(
    suite: str, rules: Sequence[Rule], batches: Iterable[pd.DataFrame], docs: Path
) -> pd.DataFrame:
    """Runs every rule over every row of every batch as one Great Expectations suite.

    Args:
        suite: name of the suite; its earlier results are replaced.
        rules: the expectations.
        batches: tables with the columns that the rules name, and `_file` and `_row`
            (1-based), which together say which row is meant.
        docs: folder of the Data Docs; index.html lists every suite, and so does
            overview.html, which needs no network.

    Returns:
        One row per cell that fails: `rule` (position in `rules`), `file`, `row`,
        `column`, `expectation`, `value` (text, null for an empty cell), `reason`;
        sorted by file, row and rule.

    Raises:
        DataError: a rule cannot be checked, for instance as its column is missing.
    """
    checkpoint = _checkpoint(suite, rules, docs)
    found = [pd.DataFrame(columns=list(FINDING)).astype({"rule": int, "row": int})]
    for number, batch in enumerate(batches):
        outcomes = _run(checkpoint, batch, f"batch-{number:05d}")
        for place, (rule, outcome) in enumerate(zip(rules, outcomes, strict=True)):
            if not outcome.success:
                found.append(_findings(place, rule, outcome, batch))
    write_overview(_results(docs), docs)
    return pd.concat(
        [table for table in found if len(table)] or found, ignore_index=True
    ).sort_values(["file", "row", "rule"], ignore_index=True)


def _checkpoint(suite: str, rules: Sequence[Rule], docs: Path) -> Any:
    context = _context(docs)
    for pages in (docs / "validations", _results(docs)):
        shutil.rmtree(pages / suite, ignore_errors=True)
    import great_expectations as gx
    from great_expectations.checkpoint.actions import UpdateDataDocsAction

    source = context.data_sources.add_pandas(suite)
    batch = source.add_dataframe_asset(suite).add_batch_definition_whole_dataframe(suite)
    expectations = gx.ExpectationSuite(
        name=suite,
        expectations=[_expectation(place, rule) for place, rule in enumerate(rules)],
    )
    definition = gx.ValidationDefinition(
        name=suite, data=batch, suite=context.suites.add_or_update(expectations)
    )
    checkpoint = gx.Checkpoint(
        name=suite,
        validation_definitions=[context.validation_definitions.add_or_update(definition)],
        actions=[UpdateDataDocsAction(name="update_data_docs")],
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": list(WHERE),
            "return_unexpected_index_query": False,
        },
    )
    return context.checkpoints.add_or_update(checkpoint)


def _context(docs: Path) -> Any:
    """A context of its own, whose stores lie beside the pages that they are made of."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            FilesystemStoreBackendDefaults,
            ProgressBarsConfig,
        )
    store = _store(docs)
    store.mkdir(parents=True, exist_ok=True)
    config = DataContextConfig(
        store_backend_defaults=FilesystemStoreBackendDefaults(root_directory=str(store)),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    config.data_docs_sites = {
        "local_site": {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(docs.resolve()),
            },
        }
    }
    return gx.get_context(project_config=config, mode="ephemeral")


def _results(docs: Path) -> Path:
    return _store(docs) / "uncommitted" / "validations"


def _store(docs: Path) -> Path:
    return docs.resolve().parent / f"{docs.name}_store"


def _expectation(place: int, rule: Rule) -> Any:
    from great_expectations.expectations.row_conditions import Column

    gxe: Any = import_module("great_expectations.expectations")
    known: dict[str, Any] = {
        "meta": {"rule": place},
        "notes": f"{rule.shows or rule.column} {rule.reason}: refused",
    }
    if rule.only:
        column, value = rule.only
        known["row_condition"] = Column(column) == value
    pair = {"column_A": rule.column, "column_B": rule.other}
    match rule.kind:
        case "not_null":
            return gxe.ExpectColumnValuesToNotBeNull(column=rule.column, **known)
        case "null":
            return gxe.ExpectColumnValuesToBeNull(column=rule.column, **known)
        case "in_set":
            known["value_set"] = list(rule.values)
            return gxe.ExpectColumnValuesToBeInSet(column=rule.column, **known)
        case "between":
            bounds = {"min_value": rule.low, "max_value": rule.high}
            return gxe.ExpectColumnValuesToBeBetween(column=rule.column, **bounds, **known)
        case "unique":
            return gxe.ExpectColumnValuesToBeUnique(column=rule.column, **known)
        case "unique_pair":
            columns = [rule.column, rule.other]
            return gxe.ExpectCompoundColumnsToBeUnique(column_list=columns, **known)
        case "not_before":
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                **pair, or_equal=True, ignore_row_if="either_value_is_missing", **known
            )


def _run(checkpoint: Any, batch: pd.DataFrame, name: str) -> list[Any]:
    """The outcome of each expectation, in the order of the rules."""
    from great_expectations.core.run_identifier import RunIdentifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = checkpoint.run(
            batch_parameters={"dataframe": batch}, run_id=RunIdentifier(run_name=name)
        )
    (validation,) = result.run_results.values()
    return sorted(validation.results, key=lambda one: one.expectation_config.meta["rule"])


def _findings(place: int, rule: Rule, outcome: Any, batch: pd.DataFrame) -> pd.DataFrame:
    kind = outcome.expectation_config.type
    failed = outcome.result.get("unexpected_index_list")
    if not failed:
        raise DataError(
            f"the check '{kind}' could not be made: {outcome.exception_info}",
            column=rule.column,
        )
    places = pd.MultiIndex.from_tuples([(cell["_file"], cell["_row"]) for cell in failed])
    shown = batch.set_index(list(WHERE)).loc[places]
    # A cell that could not be read carries the name of its column in the checked one.
    unreadable = rule.kind == "null" and rule.column == "_bad_column"
    return pd.DataFrame(
        {
            "rule": place,
            "file": places.get_level_values(0).astype(str),
            "row": places.get_level_values(1).astype("int64"),
            "column": list(shown["_bad_column"]) if unreadable else rule.shows or rule.column,
            "expectation": kind,
            "value": [_text(cell) for cell in shown[rule.shows or rule.column]],
            "reason": rule.reason,
        }
    )


def _text(cell: Any) -> str | None:
    """The cell as its file would show it: 7, not 7.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, pd.Timestamp):
        return cell.isoformat()
    if pd.api.types.is_list_like(cell):
        return ";".join(map(str, cell))
    return None if pd.isna(cell) else str(cell)
