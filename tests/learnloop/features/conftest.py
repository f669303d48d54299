"""An engine for the examples, closed at the end."""

from collections.abc import Iterator

import ibis
import pytest


@pytest.fixture(scope="session", autouse=True)
def engine() -> Iterator[None]:
    """Closes what Ibis opens by default; DuckDB complains of an open one at exit."""
    before = ibis.options.default_backend
    ibis.options.default_backend = connection = ibis.duckdb.connect()
    yield
    ibis.options.default_backend = before
    connection.disconnect()
