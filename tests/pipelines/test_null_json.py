import json
from pathlib import Path

from pipelines.null_json import NullJSONDataset


def test_what_is_undefined_is_written_as_null(tmp_path: Path) -> None:
    dataset = NullJSONDataset(filepath=str(tmp_path / "metrics.json"))
    dataset.save({"auc": {"value": float("nan"), "low": [0.5, float("nan")]}, "rows": 3})
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written == {"auc": {"value": None, "low": [0.5, None]}, "rows": 3}
    assert dataset.load() == written
