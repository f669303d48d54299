"""A catalog entry for JSON in which what is undefined is null, for JSON knows no NaN."""

from typing import Any

from kedro_datasets.json import JSONDataset

from learnloop.governance.summary import without_nan


class NullJSONDataset(JSONDataset):  # type: ignore[misc, unused-ignore]
    """`json.JSONDataset` that any reader of JSON can read."""

    def save(self, data: Any) -> None:
        """Writes ``null`` where `data` has NaN."""
        super().save(without_nan(data))
