"""The arithmetic of windows over a student's clock hours, as Ibis expressions."""

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from learnloop.features.definitions import HOUR_S


def as_table(frame: pd.DataFrame) -> ir.Table:
    """A small frame as an Ibis table."""
    return ibis.memtable(frame.reset_index(drop=True))


def epoch_hour(time: ir.TimestampValue) -> ir.IntegerValue:
    """Whole hours since 1970 UTC."""
    return (time.epoch_seconds() // HOUR_S).cast("int64")


def count(condition: ir.BooleanValue) -> ir.IntegerScalar:
    """Rows for which `condition` holds; null does not."""
    return condition.ifelse(1, 0).sum().coalesce(0).cast("int64")


def sum_where(condition: ir.BooleanValue, number: ir.IntegerValue) -> ir.IntegerScalar:
    """Sum of `number` over the rows for which `condition` holds."""
    return condition.ifelse(number, 0).sum().coalesce(0).cast("int64")


def within(part: ir.Table, moments: ir.Table, hours: int) -> ir.Table:
    """Each row of `part` at every moment that it counts for, with the moment's `at_hour`.

    A row of hour h counts at moment m if m − hours ≤ h < m: the hour of the moment
    itself is not over and does not count.
    """
    return part.join(
        moments,
        [
            part.student_id == moments.student_id,
            part.hour < moments.at_hour,
            part.hour >= moments.at_hour - hours,
        ],
    ).select(part, moments.at_hour)


def packed(part: ir.Table, moments: ir.Table, windows: tuple[int, ...]) -> ir.Table:
    """Adds up hours of a student that no window tells apart.

    With weekly moments this leaves a row a week, so that `within` joins little.

    Args:
        part: `student_id`, `hour` and integer columns to add up.
        moments: `student_id` and `at_hour`.
        windows: hours before a moment at which some window begins.

    Returns:
        The columns of `part`; `hour` is one of the hours added up.
    """
    sums = [name for name in part.columns if name not in ("student_id", "hour")]
    cuts = ibis.union(
        *(
            moments.select("student_id", hour=(moments.at_hour - hours).cast("int64"))
            for hours in (0, *windows)
        ),
        distinct=True,
    ).mutate(cut=ibis.literal(1, "int64"), **{name: ibis.null("int64") for name in sums})
    marked = part.mutate(cut=ibis.literal(0, "int64")).select(cuts.columns)
    # A cut at hour h comes before the work of hour h: the window begins with it.
    so_far = ibis.cumulative_window(group_by="student_id", order_by=["hour", ibis.desc("cut")])
    stretched = ibis.union(marked, cuts).mutate(stretch=_.cut.sum().over(so_far))
    return (
        stretched.filter(_.cut == 0)
        .group_by("student_id", "stretch")
        .agg(hour=_.hour.min(), **{name: stretched[name].sum().cast("int64") for name in sums})
        .drop("stretch")
    )


def most(counts: dict[str, ir.IntegerValue]) -> ir.StringValue:
    """The name with the highest count, the earlier at a tie; null if all are 0."""
    highest = ibis.greatest(*counts.values())
    branches = [((count == highest) & (count > 0), name) for name, count in counts.items()]
    return ibis.cases(*branches, else_=ibis.null("string"))


def ratio(part: ir.IntegerValue, whole: ir.IntegerValue) -> ir.FloatingValue:
    """part ÷ whole; null where `whole` is 0."""
    return part.cast("float64") / whole.nullif(0).cast("float64")
