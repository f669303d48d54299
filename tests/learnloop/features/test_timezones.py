"""The table of UTC offsets."""

import pandas as pd
import pytest

from learnloop.errors import DataError
from learnloop.features.timezones import offset_table


def seconds(time: str) -> int:
    return int(pd.Timestamp(time, tz="UTC").timestamp())


def test_paris_goes_back_an_hour_at_one_o_clock_utc() -> None:
    table = offset_table(["Europe/Paris"], seconds("2025-09-01"), seconds("2025-12-01"))
    change = seconds("2025-10-26 01:00")
    assert table["offset_s"].tolist() == [7200, 3600]
    assert table["from_s"].tolist() == [seconds("2025-09-01"), change]
    assert table["until_s"].tolist() == [change, seconds("2025-12-01")]


def test_lord_howe_changes_by_half_an_hour_at_half_past() -> None:
    # 5 October 2025, 2:00 local standard time (UTC+10:30).
    table = offset_table(["Australia/Lord_Howe"], seconds("2025-10-01"), seconds("2025-10-31"))
    assert table["offset_s"].tolist() == [37_800, 39_600]
    assert table["from_s"].iloc[1] == seconds("2025-10-04 15:30")


def test_zones_are_named_once_and_sorted() -> None:
    table = offset_table(["UTC", "Asia/Kolkata", "UTC"], 0, 86_400)
    assert table["timezone"].tolist() == ["Asia/Kolkata", "UTC"]
    assert table["offset_s"].tolist() == [19_800, 0]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc"])
def test_what_is_no_zone_is_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(DataError, match=r"is no IANA time zone\. Use a name such as"):
        offset_table([name], 0, 1)
