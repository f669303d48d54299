"""Turns the lenient raw log into the validated one without ever holding it in memory.

Raw parts have the columns of `learnloop.events.schema.Events` and may have four more:
`_file` and `_row` say where a row was read, `_bad_column` and `_bad_value` which of its
cells could not be read as the column's type (that cell is null then). What is wrong must
survive up to here, so that it can be quarantined: `correct` may be a number.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from learnloop.events.schema import Events, Verb

PROVENANCE = ("_file", "_row", "_bad_column", "_bad_value")
BATCH_ROWS = 250_000
_UTC = dt.Timestamp(timezone="UTC", scale=6)
_TYPES = {
    "occurred_at": _UTC,
    "received_at": _UTC,
    "correct": dt.boolean,
    "score": dt.float64,
    "duration_s": dt.float64,
    "progress": dt.float64,
    "hints_used": dt.int16,
    "skill_ids": dt.Array(dt.string),
}


_NUMBERS = ("correct", "score", "duration_s", "progress", "hints_used")


@dataclass(frozen=True)
class Known:
    """The ids that an event may name."""

    students: frozenset[str]
    content: frozenset[str]
    skills: frozenset[str]


def with_provenance(raw: ibis.Table) -> ibis.Table:
    """`raw` with all four columns of `PROVENANCE`, in the order of `Events`.

    Args:
        raw: the parts, with DuckDB's `filename` and `file_row_number` (0-based) where
            `_file` and `_row` are missing.
    """
    stated: dict[str, Callable[[], ibis.Value]] = {
        "_file": lambda: raw["filename"].re_extract(r"[^/\\]+$", 0),
        "_row": lambda: raw["file_row_number"] + 1,
        "_bad_column": lambda: ibis.null("string"),
        "_bad_value": lambda: ibis.null("string"),
    }
    absent = {name: make() for name, make in stated.items() if name not in raw.columns}
    whole = raw.mutate(absent).select(*Events.columns, *PROVENANCE)
    # A column without a single value has no type in Parquet.
    lenient = {name: kind for name, kind in _TYPES.items() if name not in _NUMBERS}
    texts = dict.fromkeys(set(whole.columns) - set(_TYPES) - {"_row"}, dt.string)
    return whole.cast({**lenient, **texts, **dict.fromkeys(_NUMBERS, dt.float64)})


def batches(raw: ibis.Table, known: Known, rows: int = BATCH_ROWS) -> Iterator[pd.DataFrame]:
    """The log in batches that the rules of events can be checked on.

    Yields:
        Tables of about `rows` rows: the columns of `raw`, text as categories, and
        booleans `student_id_known`, `content_id_known`, `skill_ids_known` (null ids are
        known) and `answered`.
    """
    # Ibis 12 asks DuckDB for a reader by a name that DuckDB 2 no longer has.
    query = ibis.to_sql(with_provenance(raw), dialect="duckdb")
    pending: list[pa.RecordBatch] = []
    for batch in raw.get_backend().con.sql(str(query)).to_arrow_reader(rows):
        pending.append(batch)
        if sum(map(len, pending)) >= rows:
            yield _checkable(pa.Table.from_batches(pending), known)
            pending = []
    if pending:
        yield _checkable(pa.Table.from_batches(pending), known)


def _checkable(batch: pa.Table, known: Known) -> pd.DataFrame:
    skills = batch["skill_ids"]
    table = batch.drop_columns(["skill_ids"])
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.name != "event_id":
            coded = table.column(place).dictionary_encode()
            table = table.set_column(place, field.name, coded)
    text = {pa.string(): pd.ArrowDtype(pa.string())}
    frame: pd.DataFrame = table.to_pandas(types_mapper=text.get)
    for column, ids in (("student_id", known.students), ("content_id", known.content)):
        frame[f"{column}_known"] = frame[column].isna() | frame[column].isin(ids)
    frame["skill_ids"] = _joined(skills)
    frame["skill_ids_known"] = _all_known(skills, known.skills)
    frame["answered"] = (frame["verb"] == Verb.ANSWERED).to_numpy()
    return frame


def _joined(lists: pa.ChunkedArray) -> pd.Categorical:
    """Each list as one text, as a school's file has it: `a;b`."""
    text = pc.binary_join(lists, ";").dictionary_encode().unify_dictionaries()
    joined: pd.Categorical = text.to_pandas().array
    return joined


def _all_known(lists: pa.ChunkedArray, known: Iterable[str]) -> np.ndarray:
    """For each list whether it names known ids alone; empty and null lists do."""
    ids = pa.array(sorted(known), pa.string())
    strange = pc.invert(pc.is_in(pc.list_flatten(lists), value_set=ids))
    of_row = pc.list_parent_indices(lists)
    fine = np.ones(len(lists), dtype=bool)
    fine[of_row.to_numpy()[strange.to_numpy()]] = False
    return fine


def duplicates(raw: ibis.Table, refused: pd.DataFrame) -> pd.DataFrame:
    """Where each event repeats an earlier one: columns `file`, `row`, sorted.

    The first by `received_at`, then by place, is kept; refused rows do not count.

    Args:
        raw: the parts.
        refused: columns `file` and `row`.
    """
    rows = _without(with_provenance(raw), refused).select(
        "event_id", "received_at", "_file", "_row"
    )
    twice = rows.group_by("event_id").having(ibis._.count() > 1).agg()
    place = ibis.row_number().over(
        group_by="event_id", order_by=["received_at", "_file", "_row"]
    )
    later = rows.semi_join(twice, "event_id").mutate(place=place).filter(ibis._.place > 0)
    found: pd.DataFrame = later.select(file="_file", row="_row").to_pandas()
    return found.astype({"file": object, "row": "int64"}).sort_values(
        ["file", "row"], ignore_index=True
    )


def places(raw: ibis.Table, findings: pd.DataFrame) -> pd.DataFrame:
    """The `event_id` of each row named in `findings`: columns `file`, `row`, `event_id`."""
    rows = with_provenance(raw).semi_join(_memtable(findings), ["_file", "_row"])
    found: pd.DataFrame = rows.select(file="_file", row="_row", event_id="event_id").to_pandas()
    return found.astype({"file": object, "row": "int64", "event_id": object})


def accepted(raw: ibis.Table, left_out: pd.DataFrame) -> ibis.Table:
    """The rows of `raw` that are not in `left_out` (`file`, `row`), typed as `Events`."""
    kept = _without(with_provenance(raw), left_out)
    typed = kept.mutate({name: kept[name].cast(kind) for name, kind in _TYPES.items()})
    nothing = ibis.literal([], type=_TYPES["skill_ids"])
    return typed.mutate(skill_ids=typed["skill_ids"].fill_null(nothing)).select(*Events.columns)


def _without(rows: ibis.Table, left_out: pd.DataFrame) -> ibis.Table:
    if left_out.empty:
        return rows
    return rows.anti_join(_memtable(left_out), ["_file", "_row"])


def _memtable(rows: pd.DataFrame) -> ibis.Table:
    named = rows[["file", "row"]].drop_duplicates().set_axis(["_file", "_row"], axis=1)
    return ibis.memtable(named, schema={"_file": "string", "_row": "int64"})
