"""The one adapter to Feast: definitions in, training sets and online values out.

Feast is imported inside the functions, because the import takes seconds, and is kept
from printing: what it has to say to a user is said by our own errors. Reading and
pushing online values only call Feast, so that many threads may do it at once.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import DataError, PointInTimeError
from learnloop.features.definitions import (
    SERVICES,
    VIEWS,
    Dtype,
    View,
    columns_of,
    columns_of_view,
    view_named,
)
from learnloop.features.stored_values import typed_columns, typed_table

if TYPE_CHECKING:
    from feast import Entity, FeatureService, FeatureView
    from feast import FeatureStore as Feast

TIME = "event_timestamp"
READ_AT_ONCE = 5_000
"""Keys of one online read; SQLite allows 32,766 parameters in a statement."""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps Feast's prints, warnings and log lines off the terminal."""
    feast_log = logging.getLogger("feast")
    level = feast_log.level
    feast_log.setLevel(logging.ERROR)
    out = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        feast_log.setLevel(level)


@contextlib.contextmanager
def _own_engine() -> Iterator[None]:
    """Gives Feast a DuckDB of its own, and closes it.

    Feast reads through Ibis' default connection, which nobody else closes: it would
    keep the join's memory, and DuckDB complains of it when the process ends.
    """
    import ibis

    before = ibis.options.default_backend
    connection = ibis.duckdb.connect()
    ibis.options.default_backend = connection
    try:
        yield
    finally:
        ibis.options.default_backend = before
        connection.disconnect()


OFFLINE, ONLINE = Path("data", "04_feature"), Path("var", "feast")
"""Where the views' Parquet files and the online store are, beside the repository of
definitions; `ONLINE` is also what ``feature_store.yaml`` says.
"""


def make_room(repo: Path, offline: Path = OFFLINE, online: Path = ONLINE) -> tuple[Path, Path]:
    """Makes the folders that Feast writes to and does not make itself.

    Args:
        repo: folder of ``feature_store.yaml``; the others may be relative to its parent.
        offline: of the views' Parquet files.
        online: of the registry and the online store.

    Returns:
        `offline` and `online`, absolute.
    """
    beside = repo.resolve().parent
    for folder in (beside / offline, beside / online):
        folder.mkdir(parents=True, exist_ok=True)
    return beside / offline, beside / online


def feast_entities() -> list["Entity"]:
    """What a feature can be about, in the order student, content."""
    with _quiet():
        from feast import Entity, ValueType

        return [
            Entity(name=name, join_keys=[f"{name}_id"], value_type=ValueType.STRING)
            for name in ("student", "content")
        ]


def feast_views(entities: Sequence["Entity"], sources: Path) -> list["FeatureView"]:
    """The feature views over `sources`/<view>.parquet, in the order of `VIEWS`."""
    with _quiet():
        from feast import FeatureView, Field, FileSource
        from feast.types import Array, Float64, Int64, String

        types: dict[Dtype, Any] = {
            Dtype.INT: Int64,
            Dtype.FLOAT: Float64,
            Dtype.STRING: String,
            Dtype.FLOATS: Array(Float64),
        }
        of_key = {entity.join_key: entity for entity in entities}
        return [
            FeatureView(
                name=view.name,
                entities=[of_key[view.entity]],
                ttl=timedelta(days=view.lifetime_d),
                schema=[
                    Field(name=view.entity, dtype=String),
                    *(
                        Field(name=column.name, dtype=types[column.dtype])
                        for column in columns_of_view(view.name)
                    ),
                ],
                source=FileSource(
                    name=view.name,
                    path=str(sources / f"{view.name}.parquet"),
                    timestamp_field=TIME,
                ),
                tags={"freshness": view.freshness},
            )
            for view in VIEWS
        ]


def feast_services(views: Sequence["FeatureView"]) -> list["FeatureService"]:
    """A service per registered model, in the order of `SERVICES`."""
    with _quiet():
        from feast import FeatureService

        named = {view.name: view for view in views}
        return [
            FeatureService(name=name, features=[named[view] for view in read])
            for name, read in SERVICES.items()
        ]


class FeatureStore:
    """The features that models learn from and are asked with.

    Args:
        repo: folder of ``feature_store.yaml``; the others may be relative to its parent.
        offline: folder of the views' Parquet files.
        online: folder of the registry and the online store, instead of the one that
            ``feature_store.yaml`` names. A store that is no file is left as it says.
    """

    def __init__(self, repo: Path, offline: Path = OFFLINE, online: Path = ONLINE) -> None:
        self._repo = repo.resolve()
        self._offline = self._repo.parent / offline
        self._online = self._repo.parent / online
        self._services: dict[str, FeatureService] = {}

    @cached_property
    def _feast(self) -> "Feast":
        definition = self._repo / "feature_store.yaml"
        if not definition.is_file():
            raise DataError(
                "There is no feature store here.",
                file=str(definition),
                remedy="Name the folder that holds it.",
            )
        with _quiet():
            from feast import FeatureStore as Feast
            from feast.repo_config import load_repo_config

            make_room(self._repo, self._offline, self._online)
            config = load_repo_config(self._repo, definition)
            for kept, is_file in (
                (config.registry, config.registry.registry_type == "file"),
                (config.online_store, hasattr(config.online_store, "path")),
            ):
                if is_file:
                    kept.path = str(self._online / Path(kept.path).name)
            return Feast(repo_path=str(self._repo), config=config)

    def apply(self) -> None:
        """Brings the store's registry and tables in line with the definitions."""
        entities = feast_entities()
        views = feast_views(entities, self._offline)
        with _quiet():
            self._feast.apply([*entities, *views, *feast_services(views)])
        self._services.clear()

    def source(self, view: str) -> Path:
        """The Parquet file that holds the history of `view`."""
        return self._offline / f"{view_named(view).name}.parquet"

    def training_set(self, entity_rows: pd.DataFrame, service: str) -> pd.DataFrame:
        """The features of `service` as they were known at the time of each row.

        Args:
            entity_rows: the service's key column, `as_of`, and columns to keep.
            service: name of a feature service.

        Returns:
            `entity_rows` sorted by key and time, with the service's columns joined by
            Feast's point-in-time join: per view the latest row not after `as_of` and
            not older than the view's lifetime. Where there is none, null or 0 as the
            definition says.
        """
        columns, key = columns_of(service), _key_of(service)
        asked = entity_rows.rename(columns={"as_of": TIME})
        with _quiet(), _own_engine():
            found = self._feast.get_historical_features(
                entity_df=asked, features=self._service(service)
            ).to_df()
        typed = typed_table(found, columns).rename(columns={TIME: "as_of"})
        typed["as_of"] = typed["as_of"].astype("datetime64[us, UTC]")
        ordered = typed.sort_values([key, "as_of"], ignore_index=True)
        return ordered[[*entity_rows.columns, *(column.name for column in columns)]]

    def online(self, keys: Sequence[str], service: str) -> pd.DataFrame:
        """The newest features of `service`, one row per key, in the order of `keys`.

        A key that the store does not know has null or 0, as the definition says.
        """
        columns, key = columns_of(service), _key_of(service)
        values: dict[str, list[Any]] = {column.name: [] for column in columns}
        for some in _pieces(keys):
            answer = self._feast.get_online_features(self._service(service), {key: some})
            found = answer.to_dict()
            for name, known in values.items():
                known += found[name]
        return pd.DataFrame({key: list(keys), **typed_columns(values, columns)})

    def push(self, view: str, rows: pd.DataFrame) -> int:
        """Writes fresh rows of a real-time view to the online store, in one batch.

        Args:
            view: a real-time view; hourly views are written by `materialize` alone.
            rows: key, `event_timestamp` and the view's columns.

        Returns:
            How many rows were written. A row older than what the store has is dropped,
            and of several rows of a key only the newest is written. Times are compared
            in whole seconds, which is what the SQLite store keeps.

        Raises:
            PointInTimeError: the view is not a real-time view.
        """
        target = view_named(view)
        if not target.real_time:
            raise PointInTimeError(
                f"View '{view}' is written hourly from the log; events may push only to "
                f"{', '.join(v.name for v in VIEWS if v.real_time)}."
            )
        return self._write_newer(target, rows)

    def materialize(self, view: str, since: pd.Timestamp, until: pd.Timestamp) -> int:
        """Brings each key's latest row of `view` in [since, until] to the online store.

        Feast's own `materialize` would overwrite newer rows with older ones; here they
        are dropped. Returns how many rows were written.
        """
        return self._write_newer(view_named(view), self._history(view, since, until))

    def replace(self, view: str, since: pd.Timestamp, until: pd.Timestamp) -> int:
        """Serves each key's latest row of `view` in [since, until], and nothing else.

        Whoever has withdrawn, and whatever another log or model has left, is no longer
        served. Rows that were pushed go too, until they are pushed again; a read in the
        meantime finds keys that are not there yet. Returns how many rows were written.
        """
        history = self._history(view, since, until)
        with _quiet():
            # Feast cannot delete rows, but a view that it no longer keeps.
            table = [self._feast.get_feature_view(view)]
            for gone, kept in ((table, []), ([], table)):
                self._feast.provider.update_infra(
                    self._feast.project, gone, kept, [], [], partial=True
                )
        return self._write_newer(view_named(view), history)

    def _service(self, name: str) -> "FeatureService":
        """A feature service, kept: to read one anew costs several times the answer."""
        if name not in self._services:
            self._services[name] = self._feast.get_feature_service(name)
        return self._services[name]

    def _history(self, view: str, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
        return pd.read_parquet(
            self.source(view), filters=[(TIME, ">=", since), (TIME, "<=", until)]
        )

    def _write_newer(self, view: View, rows: pd.DataFrame) -> int:
        names = [view.entity, TIME, *(column.name for column in columns_of_view(view.name))]
        latest = rows.sort_values(TIME, kind="stable").drop_duplicates(view.entity, keep="last")
        held = self._held_since(view, latest[view.entity].tolist())
        seconds = latest[TIME].astype("datetime64[s, UTC]").astype("int64").to_numpy()
        fresh = latest.loc[seconds >= held, names]
        if not fresh.empty:
            self._feast.write_to_online_store(view.name, fresh)
        return len(fresh)

    def _held_since(self, view: View, keys: Sequence[str]) -> NDArray[np.int64]:
        """Time of the row that the online store has of each key, in s; 0 for none."""
        parts = [np.zeros(0, dtype=np.int64)]
        column = columns_of_view(view.name)[-1].name
        for some in _pieces(keys):
            answer = self._feast.get_online_features(
                [f"{view.name}:{column}"], {view.entity: some}
            )
            times = answer.proto.results[-1].event_timestamps
            parts.append(np.array([time.seconds for time in times], dtype=np.int64))
        return np.concatenate(parts)


def _key_of(service: str) -> str:
    return view_named(SERVICES[service][0]).entity


def _pieces(keys: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(keys), READ_AT_ONCE):
        yield list(keys[first : first + READ_AT_ONCE])
