"""Refused event rows: kept with their reason, counted, and too many of them stop the run."""

import pandas as pd

from learnloop.datasets.schema import Quarantine
from learnloop.errors import DataError, RejectionLimitError

PSEUDONYMS = ("student_id", "session_id")


def shown(column: str, value: str | None) -> str:
    """A refused cell for a message; who it is about stays out of logs and terminals."""
    if value is None:
        return "the cell"
    return "the id" if column in PSEUDONYMS else repr(value)


def examples(quarantine: pd.DataFrame) -> list[str]:
    """One line per reason: how many rows, and the first of them with file and row."""
    lines = []
    for (column, reason), rows in quarantine.groupby(["column", "reason"], sort=True):
        first = rows.iloc[0]
        lines.append(
            f"{first['file']}, column '{column}', row {first['row']}: "
            f"{shown(str(column), first['value'])} {reason} ({len(rows)} rows)"
        )
    return lines


def quarantine_of(findings: pd.DataFrame, event_ids: pd.DataFrame) -> pd.DataFrame:
    """One row per refused event row, `Quarantine`, with the first rule that it breaks.

    Args:
        findings: as `learnloop.datasets.validation.validate` returns them.
        event_ids: columns `file`, `row`, `event_id` of the rows that were found.
    """
    first = findings.drop_duplicates(["file", "row"])
    named = first.merge(event_ids, on=["file", "row"], how="left")
    table = named[list(Quarantine.to_schema().columns)]
    text = table.columns.difference(["row"])
    return table.assign(**{name: table[name].astype(object) for name in text}).assign(
        row=table["row"].astype("int64")
    )


def require_few_refused(quarantine: pd.DataFrame, read: int, limit: float) -> None:
    """Stops a run whose data is mostly not what it should be.

    Args:
        quarantine: the refused rows.
        read: event rows in all.
        limit: greatest allowed share of them that is refused, 0 to 1.

    Raises:
        DataError: there is no event at all.
        RejectionLimitError: more are refused; names the expectation that refused most,
            its column and its rows.
    """
    if not read:
        raise DataError("there is not one event.", file="events")
    share = len(quarantine) / read
    if share <= limit:
        return
    keys = ["file", "column", "expectation", "reason"]
    worst = quarantine.groupby(keys).size().sort_values(ascending=False, kind="stable")
    file, column, expectation, reason = worst.index[0]
    same = quarantine[(quarantine[keys] == list(worst.index[0])).all(axis=1)]
    raise RejectionLimitError(
        f"{shown(column, same['value'].iloc[0])} {reason} ({expectation}; "
        f"{len(same)} rows). Of {read} events {len(quarantine)} were refused, "
        f"{share:.1%}; at most {limit:.1%} may be.",
        file=file,
        column=column,
        rows=same["row"].tolist(),
        remedy="Mend the rows, or raise ingest.rejected_share_limit.",
    )
