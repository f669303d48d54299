"""Turns IANA time zones into a small table of UTC offsets that any engine can join.

DuckDB needs its ICU extension, and Spark a configuration, for time zones; both can
join a table, and both then agree with Python's own `zoneinfo`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from learnloop.errors import DataError

_DAY_S = 86_400


def utc_offset_s(zone: ZoneInfo, at_s: int) -> int:
    """Seconds that `zone` was ahead of UTC at `at_s`, in seconds since 1970 UTC."""
    offset = datetime.fromtimestamp(at_s, UTC).astimezone(zone).utcoffset()
    return int((offset or timedelta(0)).total_seconds())


def _transitions(zone: ZoneInfo, start_s: int, end_s: int) -> list[tuple[int, int]]:
    """(from when, offset) of each stretch of equal offset in [start_s, end_s)."""
    stretches = [(start_s, utc_offset_s(zone, start_s))]
    for day in range(start_s, end_s, _DAY_S):
        low, high = day, min(day + _DAY_S, end_s)
        before, after = stretches[-1][1], utc_offset_s(zone, high)
        if before == after:
            continue
        while high - low > 1:  # the second in which the clocks change
            middle = (low + high) // 2
            if utc_offset_s(zone, middle) == before:
                low = middle
            else:
                high = middle
        stretches.append((high, after))
    return stretches


def offset_table(zones: Iterable[str], start_s: int, end_s: int) -> pd.DataFrame:
    """The UTC offsets of time zones, one row per zone and stretch of equal offset.

    Args:
        zones: IANA names; duplicates are fine.
        start_s: first second that matters, since 1970 UTC.
        end_s: second after the last that matters.

    Returns:
        Columns `timezone`, `from_s` (included), `until_s` (excluded), `offset_s`;
        a zone's stretches cover [start_s, end_s) without gap or overlap.

    Raises:
        DataError: a zone is not an IANA name.
    """
    rows = []
    for name in sorted(set(zones)):
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise DataError(
                f"'{name}' is no IANA time zone.",
                file="students",
                column="timezone",
                remedy="Use a name such as 'Europe/Paris' or 'UTC'.",
            ) from unknown
        stretches = _transitions(zone, start_s, end_s)
        ends = [begin for begin, _ in stretches[1:]] + [end_s]
        rows += [
            (name, begin, end, offset)
            for (begin, offset), end in zip(stretches, ends, strict=True)
            if begin < end
        ]
    table = pd.DataFrame(rows, columns=["timezone", "from_s", "until_s", "offset_s"])
    return table.astype({"from_s": "int64", "until_s": "int64", "offset_s": "int64"})
