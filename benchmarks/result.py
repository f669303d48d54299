"""What every benchmark prints: scores with intervals beside baselines, and what they cost."""

import argparse
import json
import math
import resource
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from learnloop.evaluation import Estimate

Scores = Mapping[str, Estimate]
"""By the field's name for the score: `auc`, `ece`, `ndcg@10`, `recall@10`, `rmse_b`, …"""


@dataclass
class Cost:
    """What a piece of work took, on one thread."""

    cpu_seconds: float = math.nan
    """User and system time of this process."""
    peak_mb: float = math.nan
    """The most memory that this process ever held until the end of the work, libraries
    included, in 10⁶ bytes."""


@contextmanager
def measured() -> Iterator[Cost]:
    """Fills in what the block cost when it ends. Measure our own work before any peer's:
    memory is of the whole process so far."""
    cost = Cost()
    started = time.process_time()
    yield cost
    cost.cpu_seconds = time.process_time() - started
    cost.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


@dataclass(frozen=True)
class Result:
    """One benchmark, ready to be printed as JSON."""

    scores: Scores
    """Ours."""
    baselines: Mapping[str, Scores]
    """Those of others on the same rows in the same run, by their usual names."""
    cost: Cost
    """Of our fit and our predictions; of one seed or fold where there are several."""
    rows: int
    """How many rows the scores rest on."""
    notes: list[str]
    """What a reader has to know to believe the figures."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Further figures: per seed, per peer, ablations."""

    def as_json(self) -> str:
        """One object; numbers that are not finite become null."""
        said = {
            "scores": _written(self.scores),
            "baselines": {name: _written(scores) for name, scores in self.baselines.items()},
            **asdict(self.cost),
            "rows": self.rows,
            "notes": self.notes,
            **self.details,
        }
        return json.dumps(_finite(said), indent=2, allow_nan=False)


def positive(text: str) -> int:
    """A whole number of at least 1, for `argparse`."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def not_negative(text: str) -> int:
    """A whole number of at least 0, for `argparse`."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return number


def fraction(text: str) -> float:
    """A number above 0 and at most 1, for `argparse`."""
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return number


def _written(scores: Scores) -> dict[str, dict[str, float]]:
    return {name: estimate.as_dict() for name, estimate in scores.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable | float):
        return value
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return [_finite(inner) for inner in value]
