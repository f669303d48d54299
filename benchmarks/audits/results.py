"""Results as JSON lines: appended one by one, so that a run that was stopped goes on."""

import json
import sys
import time
from collections.abc import Hashable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "audits" / "results"
CHANGED_SINCE = "*Measured with parameters that `conf/base` has changed since.*"
Result = dict[str, Any]


def read(path: Path) -> list[Result]:
    """The results in `path`; none where it does not exist.

    A last line that a killed run left half written is cut off the file.
    """
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def append(path: Path, result: Result) -> None:
    """Adds one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result, sort_keys=True, separators=(",", ":")) + "\n")


def done(path: Path, *keys: str) -> set[tuple[Hashable, ...]]:
    """The values of `keys` that `path` has a result of."""
    return {tuple(result[key] for key in keys) for result in read(path)}


def require_same(some: Iterable[Result], key: str, file: str) -> Any:
    """The one value that all results have of `key`.

    Raises:
        SystemExit: they have several; results of different parameters are no one study.
    """
    found = {result[key] for result in some}
    if len(found) != 1:
        raise SystemExit(
            f"{file}: lines differ in {key!r} ({', '.join(map(str, sorted(found)))}): "
            "take those of other parameters out, or measure them anew."
        )
    return found.pop()


class Progress:
    """A line on standard error after each of `total` steps: how many, and how long still."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = time.monotonic()

    def step(self, words: str) -> None:
        """One more is done."""
        self._done += 1
        taken = time.monotonic() - self._started
        left = timedelta(seconds=round(taken / self._done * (self._total - self._done)))
        print(f"{self._done}/{self._total}  {words}  left {left}", file=sys.stderr, flush=True)
