"""The project's own parameters and functions, as the measurements call them."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from kedro.config import OmegaConfigLoader

from learnloop.governance.versions import hash_parameters
from pipelines.resolvers import RESOLVERS

CONF = Path(__file__).parents[2] / "conf"
KEYS = ["student_id", "as_of"]


def read_settings() -> dict[str, Any]:
    """The parameters of `conf/base`."""
    # Kedro registers its resolvers by a name that OmegaConf has deprecated since.
    warnings.filterwarnings("ignore", message="register_new_resolver", category=UserWarning)
    loader = OmegaConfigLoader(
        str(CONF), base_env="base", default_run_env="base", custom_resolvers=RESOLVERS
    )
    return dict(loader["parameters"])


def measured_with(settings: Mapping[str, Any], *names: str) -> str:
    """A short hash of the named parameters: results of others do not go with each other."""
    return hash_parameters({name: settings[name] for name in names})


def plain(events: pa.Table) -> pa.Table:
    """The events without dictionary encoding."""
    fields = [
        (field.name, getattr(field.type, "value_type", field.type))
        if pa.types.is_dictionary(field.type)
        else (field.name, field.type)
        for field in events.schema
    ]
    return events.cast(pa.schema(fields))


def join_as_of(snapshots: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The last values of each table at each snapshot."""
    found = snapshots.sort_values(["as_of", "student_id"])
    for table in tables:
        right = table.sort_values(["event_timestamp", "student_id"])
        found = pd.merge_asof(
            found, right, left_on="as_of", right_on="event_timestamp", by="student_id"
        ).drop(columns="event_timestamp")
    return found.sort_values(KEYS, ignore_index=True)
