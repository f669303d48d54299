"""The one type of a moment, in every table: UTC, to the microsecond."""

from typing import Annotated

import pandas as pd

UtcMicroseconds = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
"""For a column of a Pandera model."""
