"""Pandera schemas of the feature tables, made from the definitions."""

import pandera.pandas as pa

from learnloop.features.definitions import (
    SERVICES,
    Column,
    Dtype,
    NullRule,
    columns_of,
    columns_of_view,
    view_named,
)
from learnloop.splits import Split

_UTC = "datetime64[us, UTC]"


def _check(column: Column) -> pa.Column:
    checks = []
    if column.dtype is not Dtype.FLOATS:
        if column.categories:
            checks.append(pa.Check.isin(column.categories))
        if column.low is not None:
            checks.append(pa.Check.ge(column.low))
        if column.high is not None:
            checks.append(pa.Check.le(column.high))
    dtype = {Dtype.INT: "int64", Dtype.FLOAT: "float64", Dtype.STRING: str}.get(column.dtype)
    return pa.Column(dtype, checks, nullable=column.when_none is NullRule.NULL)


def schema_of(view: str) -> pa.DataFrameSchema:
    """The schema of a view's table: key, `event_timestamp`, then its columns in order.

    One row per entity and time; the value is what was known just before that time.
    """
    key = view_named(view).entity
    return pa.DataFrameSchema(
        {
            key: pa.Column(str),
            "event_timestamp": pa.Column(_UTC),
            **{column.name: _check(column) for column in columns_of_view(view)},
        },
        strict=True,
        unique=[key, "event_timestamp"],
        name=view,
    )


def training_schema(service: str, weekly: bool = False) -> pa.DataFrameSchema:
    """The schema of a service's training set: key, `as_of`, `week`?, `split`, features.

    One row per entity and time; the values are what the store knew at that time.
    """
    key = view_named(SERVICES[service][0]).entity
    week = {"week": pa.Column("int64", pa.Check.ge(1))} if weekly else {}
    return pa.DataFrameSchema(
        {
            key: pa.Column(str),
            "as_of": pa.Column(_UTC),
            **week,
            "split": pa.Column(str, pa.Check.isin([split.value for split in Split])),
            **{column.name: _check(column) for column in columns_of(service)},
        },
        strict=True,
        unique=[key, "as_of"],
        name=f"training set of {service}",
    )


StudentHourly = schema_of("student_hourly")
StudentRealtime = schema_of("student_realtime")
StudentMastery = schema_of("student_mastery")
ContentHourly = schema_of("content_hourly")
ContentDifficulty = schema_of("content_difficulty")
RecommenderFeatures = training_schema("content_recommender")
InterventionFeatures = training_schema("intervention_trigger", weekly=True)
